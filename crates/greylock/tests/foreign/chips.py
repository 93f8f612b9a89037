"""Three ways to a chip in a PC/SC reader, none of them ours: pyscard, opensc-tool, scriptor."""

import os
import re
import signal
import subprocess
import time

from smartcard.CardConnection import CardConnection
from smartcard.CardRequest import CardRequest
from smartcard.CardType import AnyCardType
from smartcard.Exceptions import CardConnectionException, CardRequestTimeoutException, NoCardException
from smartcard.scard import (SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_SCOPE_USER, SCARD_SHARE_EXCLUSIVE,
                             SCARD_SHARE_SHARED, SCARD_STATE_PRESENT, SCARD_STATE_UNAWARE, SCardEstablishContext,
                             SCardGetStatusChange, SCardReleaseContext)
from smartcard.System import readers

# pcscd looks every 400 ms whether a chip is there. Only a test that fails waits so long.
PATIENCE = 60
LOOK_AGAIN_MS = 100


class Lost(Exception):
    """The chip gave no answer."""


class Refused(Exception):
    """Another status word than 9000."""

    def __init__(self, command, status):
        super().__init__(f"{command} was answered {status:04X}")
        self.status = status


class Chip:
    """A chip, whatever carries the bytes. A way to a chip has `exchange`, of bytes to bytes."""

    def exchange(self, command):
        raise NotImplementedError

    def send(self, header, data=b"", le=None):
        """Data and status word."""
        command = bytes.fromhex(header)
        command += bytes([len(data)]) + data if data else b""
        command += b"" if le is None else bytes([le])
        answer = self.exchange(command)
        if len(answer) < 2:
            raise Lost(header)
        return answer[:-2], int.from_bytes(answer[-2:], "big")

    def ask(self, header, data=b"", le=None, length=0):
        """The data of an answer with 9000 and this length."""
        answer, status = self.send(header, data, le)
        if status != 0x9000:
            raise Refused(header, status)
        assert len(answer) == length, f"{header} answered {len(answer)} bytes, not {length}"
        return answer

    def close(self):
        pass


class Pyscard(Chip):
    """A connection of its own through pyscard, alone and after a reset."""

    def __init__(self, reader):
        self.reader = reader
        self.connection = connect(reader)

    def exchange(self, command):
        try:
            data, sw1, sw2 = self.connection.transmit(list(command))
        except (CardConnectionException, NoCardException) as error:
            raise Lost(command.hex()) from error
        return bytes(data) + bytes([sw1, sw2])

    def close(self):
        self.connection.disconnect()


def connect(name):
    """The chip that is in the reader, or comes soon. One on its way out is asked again."""
    end = time.monotonic() + PATIENCE
    while True:
        reader = next(reader for reader in readers() if str(reader) == name)
        request = CardRequest(timeout=PATIENCE, cardType=AnyCardType(), readers=[reader])
        try:
            connection = request.waitforcard().connection
            connection.connect(CardConnection.T1_protocol, mode=SCARD_SHARE_EXCLUSIVE, disposition=SCARD_RESET_CARD)
            return connection
        except CardRequestTimeoutException as error:
            raise Lost(name) from error
        except (CardConnectionException, NoCardException):
            if time.monotonic() > end:
                raise
            states(name, SCARD_STATE_PRESENT, LOOK_AGAIN_MS)


def states(name, seen, limit_ms):
    """What the service says of a reader once that is not what was `seen`, or when the time is over."""
    _, context = SCardEstablishContext(SCARD_SCOPE_USER)
    _, found = SCardGetStatusChange(context, limit_ms, [(name, seen)])
    SCardReleaseContext(context)
    return found[0][1]


def wait_until(reader, present):
    """Until the service sees a chip in the reader, or none."""
    end = time.monotonic() + PATIENCE
    seen = SCARD_STATE_UNAWARE
    while True:
        seen = states(reader, seen, LOOK_AGAIN_MS)
        if bool(seen & SCARD_STATE_PRESENT) == present:
            return
        assert time.monotonic() < end, f"{reader} sees no change"


class Hand:
    """The hand at the card: a signal to the process that serves it."""

    def __init__(self, process, reader):
        self.process, self.reader = process, reader

    def pull(self):
        os.kill(self.process, signal.SIGUSR1)
        wait_until(self.reader, present=False)

    def put_back(self):
        os.kill(self.process, signal.SIGUSR1)
        wait_until(self.reader, present=True)


class OpenscTool(Chip):
    """Each command is a call of its own. Between two calls the chip stays as it is: somebody else holds it all the time,
    since pcscd takes the power off a chip that nobody has held for five seconds."""

    def __init__(self, reader):
        self.reader = reader
        wait_until(reader, present=True)
        chip = next(chip for chip in readers() if str(chip) == reader)
        self.held = chip.createConnection()
        self.held.connect(CardConnection.T1_protocol, mode=SCARD_SHARE_SHARED, disposition=SCARD_LEAVE_CARD)

    def exchange(self, command):
        return self.batch([command])[0]

    def batch(self, commands, driver=("--card-driver", "default")):
        """Several commands in one call. Without this driver it first asks the card which one it is."""
        words = ["opensc-tool", "--reader", self.reader, *driver]
        for command in commands:
            words += ["--send-apdu", command.hex(":")]
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode != 0:
            raise Lost(done.stderr)
        return [self.answer(part) for part in done.stdout.split("Sending:")[1:]]

    @staticmethod
    def answer(text):
        """`Received (SW1=0x90, SW2=0x00):`, then lines of 16 bytes in hex and as characters."""
        status = re.search(r"SW1=0x(..), SW2=0x(..)", text)
        lines = text[status.end():].splitlines()[1:]
        # A byte has three places in hex and one as a character; a line that stands alone is not filled up.
        width = 48 if len(lines) > 1 else len("".join(lines)) // 4 * 3
        return bytes.fromhex("".join(line[:width] for line in lines) + status[1] + status[2])

    def close(self):
        self.held.disconnect()


class Scriptor(Chip):
    """One session that is fed line by line."""

    def __init__(self, reader):
        wait_until(reader, present=True)
        words = ["scriptor", "-u", "-r", reader, "-p", "T=1"]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, bufsize=1)
        assert "OK" in self.line("reset"), "the reader resets no chip"

    def exchange(self, command):
        return bytes.fromhex(self.line(command.hex(" ")).split("<")[1].split(":")[0])

    def line(self, command):
        """Feeds a line and reads up to the one that ends the answer with the meaning of its status word."""
        self.process.stdin.write(command + "\n")
        heard = ""
        while not re.search(r"^<[^:]*:.*\n", heard, re.MULTILINE):
            line = self.process.stdout.readline()
            if not line:
                raise Lost(heard)
            heard += line
        return heard[heard.index("<"):]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=PATIENCE)
