"""The commands of a card as a terminal sends them (docs/protocol.md §6, §7)."""

from dataclasses import dataclass

from codes import ED, LOAD, Lock, Moment, UNLOAD, number

AID = bytes.fromhex("A0000000034752455931")
UNLOCKED, GREY, UNREAD = 0x00, 0x01, 0x10
# An answer to a command with Le 00 has the length that the protocol gives it.
ALL = 0x00


def take(data, *lengths):
    """The bytes in parts of these lengths, which are all of them."""
    assert sum(lengths) == len(data), f"{len(data)} bytes, not {sum(lengths)}"
    parts, start = [], 0
    for length in lengths:
        parts.append(data[start:start + length])
        start += length
    return parts


def value(data):
    return int.from_bytes(data, "big")


@dataclass(frozen=True)
class Begun:
    """What INITIALIZE FOR REFUEL answers."""

    balance: int
    ctc: int
    limit: int
    version: int
    algorithm: int
    icc: bytes


@dataclass(frozen=True)
class BegunOnline:
    """What the INITIALIZE of an on-line transaction answers; UNLOCK has a CTC, UPDATE a limit."""

    balance: int
    ctc: int
    otc: int
    limit: int
    version: int
    algorithm: int
    icc: bytes
    mac1: bytes


@dataclass(frozen=True)
class Status:
    """GET GREY STATUS with P1 = 02."""

    state: int
    tag: int
    purse: int
    balance: int
    ctc: int
    tid: bytes
    at: Moment
    a: bytes
    b: bytes
    ttc: bytes
    icc: bytes
    trn: bytes
    version: int
    algorithm: int


class Card:
    """A card behind a chip."""

    def __init__(self, chip):
        self.chip = chip

    def select(self):
        """The status word. An FCI holds the name and EF 15."""
        fci, status = self.chip.send("00A40400", AID, ALL)
        assert status in (0x9000, 0x6283) or not fci
        self.of_fci = fci[-30:]
        proprietary = bytes.fromhex("9F0801029F0C1E") + self.of_fci
        content = b"\x84\x0A" + AID + bytes([0xA5, len(proprietary)]) + proprietary
        assert not fci or fci == bytes([0x6F, len(content)]) + content, fci.hex()
        return status

    def select_directory(self):
        name = b"1PAY.SYS.DDF01"
        content = bytes([0x84, len(name)]) + name + bytes.fromhex("A503880101")
        fci = bytes([0x6F, len(content)]) + content
        assert self.chip.ask("00A40400", name, ALL, len(fci)) == fci
        assert self.chip.ask("00A40000", bytes.fromhex("3F00"), ALL, len(fci)) == fci

    def public(self):
        """EF 15: ASN, levels and scheme."""
        data = self.chip.ask("00B09500", le=ALL, length=30)
        assert data == self.of_fci, "EF 15 is not what the FCI has"
        issuer, kind, card_number, days, levels, scheme = take(data, 8, 2, 10, 8, 1, 1)
        del kind, days
        return issuer, card_number[2:], max(1, value(levels)), value(scheme)

    def verify(self, pin="123456"):
        self.chip.ask("00200000", bytes.fromhex(pin))

    def balance(self, purse):
        return value(self.chip.ask(f"805C00{purse:02X}", le=4, length=4))

    def status(self):
        data = self.chip.ask("E0CA0200", le=ALL, length=44)
        state, tag, purse, balance, ctc, tid, date, time, a, b, ttc, icc, trn, version, algorithm = take(
            data, 1, 1, 1, 4, 2, 6, 4, 3, 4, 4, 4, 4, 4, 1, 1)
        return Status(value(state), value(tag), value(purse), value(balance), value(ctc), tid, Moment(date, time),
                      a, b, ttc, icc, trn, value(version), value(algorithm))

    def clear_tac(self):
        """P1 = 01 answers what stood before."""
        return self.chip.ask("E0CA0100", le=0x1E, length=30)

    def log(self, record):
        data = self.chip.ask(f"00B2{record:02X}C4", le=ALL, length=23)
        sequence, limit, amount, tag, tid, date, time = take(data, 2, 3, 4, 1, 6, 4, 3)
        return value(sequence), value(limit), value(amount), value(tag), tid, Moment(date, time)

    # The grey lock.

    def initialize_for_refuel(self, purse, tid):
        data = self.chip.ask(f"E07A08{purse:02X}", b"\x01" + tid, 0x0F, 15)
        balance, ctc, limit, version, algorithm, icc = take(data, 4, 2, 3, 1, 1, 4)
        return Begun(value(balance), value(ctc), value(limit), value(version), value(algorithm), icc)

    def lock(self, lock, mac1):
        """GTAC and MAC2."""
        data = number(lock.ttc, 4) + lock.trn + bytes(lock.at) + mac1
        return take(self.chip.ask("E07C0800", data, 0x08, 8), 4, 4)

    def debit(self, lock, amount, end, gmac):
        """TAC."""
        data = number(amount, 4) + number(lock.ctc + 1, 2) + lock.tid + number(lock.ttc, 4) + bytes(end) + gmac
        return self.chip.ask(f"E07E08{lock.purse:02X}", data, 0x04, 4)

    def initialize_for_unlock(self, purse, tid):
        data = self.chip.ask(f"E07A09{purse:02X}", b"\x01" + tid, 0x12, 18)
        balance, ctc, otc, version, algorithm, icc, mac1 = take(data, 4, 2, 2, 1, 1, 4, 4)
        return BegunOnline(value(balance), value(ctc), value(otc), 0, value(version), value(algorithm), icc, mac1)

    def debit_for_unlock(self, amount, at, mac2):
        """MAC3."""
        return self.chip.ask("E07E0900", number(amount, 4) + bytes(at) + mac2, 0x04, 4)

    # Load, unload, purchase, overdraft limit.

    def initialize_online(self, kind, purse, amount, tid):
        """Of a load or an unload."""
        p1 = {LOAD: "00", UNLOAD: "05"}[kind]
        data = self.chip.ask(f"8050{p1}{purse:02X}", b"\x01" + number(amount, 4) + tid, 0x10, 16)
        balance, otc, version, algorithm, icc, mac1 = take(data, 4, 2, 1, 1, 4, 4)
        return BegunOnline(value(balance), 0, value(otc), 0, value(version), value(algorithm), icc, mac1)

    def complete_online(self, kind, at, mac2):
        """TAC of a load or an unload."""
        header = {LOAD: "80520000", UNLOAD: "80540300"}[kind]
        return self.chip.ask(header, bytes(at) + mac2, 0x04, 4)

    def initialize_for_update(self, tid):
        data = self.chip.ask(f"805004{ED:02X}", b"\x01" + tid, ALL, 19)
        balance, otc, limit, version, algorithm, icc, mac1 = take(data, 4, 2, 3, 1, 1, 4, 4)
        return BegunOnline(value(balance), 0, value(otc), value(limit), value(version), value(algorithm), icc, mac1)

    def update_overdraft(self, limit, at, mac2):
        return self.chip.ask("80580000", number(limit, 3) + bytes(at) + mac2, 0x04, 4)

    def initialize_for_purchase(self, purse, amount, tid):
        data = self.chip.ask(f"805001{purse:02X}", b"\x01" + number(amount, 4) + tid, 0x0F, 15)
        balance, ctc, limit, version, algorithm, icc = take(data, 4, 2, 3, 1, 1, 4)
        return Begun(value(balance), value(ctc), value(limit), value(version), value(algorithm), icc)

    def debit_for_purchase(self, ttc, at, mac1):
        """TAC and MAC2."""
        return take(self.chip.ask("80540100", number(ttc, 4) + bytes(at) + mac1, 0x08, 8), 4, 4)

    def prove(self, tag, sequence):
        """MAC2 and TAC."""
        return take(self.chip.ask(f"805A00{tag:02X}", number(sequence, 2), 0x08, 8), 4, 4)

    # The issuer.

    def challenge(self):
        return self.chip.ask("00840000", le=4, length=4)

    def unblock_application(self, code):
        self.chip.ask("84180000", code)

    def internal_authenticate(self, data):
        return self.chip.ask("00880000", data, 0x08, 8)

    def secured(self, header, data, code):
        """A command of the issuer with its code behind its data."""
        self.chip.ask(header, data + code)

    def external_authenticate(self, code):
        self.chip.ask("00820000", code)

    def change_pin(self, old, new):
        self.chip.ask("805E0100", bytes.fromhex(old) + b"\xFF" + bytes.fromhex(new))


def lock_of_status(asn, status):
    """The lock that a grey card names; its CTC n is one below the one that it shows."""
    return Lock(asn, status.purse, status.ctc - 1, status.tid, value(status.ttc), status.trn, status.icc,
                status.balance, status.at)
