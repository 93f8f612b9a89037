"""Keys and codes of the purse, written from docs/protocol.md §4 alone.

Nothing here comes from the crates: what both agree on stands on that page. The ciphers are those of
Debian's python3-cryptography.
"""

import tomllib
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

ED, EP = 1, 2
LOAD, UNLOAD, PURCHASE, OVERDRAFT = 0x00, 0x02, 0x04, 0x06
LOCK, DEBIT, UNLOCK, CHARACTERIZED = 0x90, 0x92, 0x94, 0xA0


def number(value, size):
    return value.to_bytes(size, "big")


def xor(left, right):
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def inverted(data):
    return bytes(byte ^ 0xFF for byte in data)


def wrong(code):
    """The code with its last bit inverted."""
    return code[:-1] + bytes([code[-1] ^ 1])


def encipher(cipher, key, blocks, mode=None, decrypt=False):
    context = Cipher(cipher(key), mode or modes.ECB())
    worker = context.decryptor() if decrypt else context.encryptor()
    return worker.update(blocks) + worker.finalize()


class TripleDes:
    """Suite 00: two-key triple DES and DES-MAC."""

    identifier = 0x00

    def block(self, key, data, decrypt=False):
        return encipher(algorithms.TripleDES, key, data, decrypt=decrypt)

    def chained(self, key, blocks):
        """The last block of DES-CBC. With one key in all three places triple DES is DES."""
        return encipher(algorithms.TripleDES, key, blocks, modes.CBC(bytes(8)))[-8:]

    @staticmethod
    def padded(data):
        return data + b"\x80" + bytes(-(len(data) + 1) % 8)

    def diversify(self, key, data):
        return self.block(key, data) + self.block(key, inverted(data))

    def mac8(self, key, data):
        return self.chained(key, self.padded(data))

    def mac(self, key, data):
        return self.mac8(key, data)[:4]

    def secure(self, key, challenge, data):
        """ISO 9797-1 algorithm 3."""
        blocks = self.padded(data)
        blocks = xor(blocks[:8], challenge + bytes(4)) + blocks[8:]
        last = self.chained(key[:8], blocks)
        return self.block(key[:8], self.block(key[8:], last, decrypt=True))[:4]

    @staticmethod
    def folded(key):
        return xor(key[:8], key[8:])

    def offline(self, key, icc, ctc, ttc, _trn, _tid):
        return self.block(key, icc + number(ctc, 2) + number(ttc, 4)[2:4])

    def online(self, _label, key, icc, otc, _tid):
        return self.block(key, icc + number(otc, 2) + b"\x80\x00")


class Wide:
    """Suites 10 and 20: a cipher with blocks of 16 bytes, and CMAC."""

    def __init__(self, identifier, cipher):
        self.identifier, self.cipher = identifier, cipher

    def cmac(self, key, data):
        code = CMAC(self.cipher(key))
        code.update(data)
        return code.finalize()

    def diversify(self, key, data):
        return encipher(self.cipher, key, data + inverted(data))

    def mac(self, key, data):
        return self.cmac(key, data)[:4]

    def secure(self, key, challenge, data):
        return self.mac(key, challenge + bytes(4) + data)

    @staticmethod
    def folded(key):
        return key

    def block(self, key, data):
        left, right = data[:4], data[4:]
        for index in range(10):
            left, right = right, xor(left, self.mac(key, b"BLOCK\x00" + number(index, 1) + right))
        return left + right

    def offline(self, key, icc, ctc, ttc, trn, tid):
        return self.cmac(key, b"SESPK\x00" + icc + number(ctc, 2) + number(ttc, 4) + trn + tid)

    def online(self, label, key, icc, otc, tid):
        return self.cmac(key, label + b"\x00" + icc + number(otc, 2) + tid)


SUITES = {"3des": TripleDes(), "aes": Wide(0x10, algorithms.AES), "sm4": Wide(0x20, algorithms.SM4)}


class Keys:
    """The main keys of a keys file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            main = tomllib.load(file)["main"]
        self.suite = SUITES[main["suite"]]
        self.version = main["version"]
        self.is_field = main["scheme"] == "field"
        self.issuer = bytes.fromhex(main["issuer"])
        self.levels = main["levels"]
        self.main = {name: bytes.fromhex(main[name])
                     for name in ("mpk", "mlk", "mulk", "munk", "modk", "mtk", "mpuk", "mprk", "mamk", "miak", "msk")}

    def card_key(self, name, asn):
        """The outermost level first, the ASN last."""
        key = self.main[name]
        if self.levels[name] == 2:
            key = self.suite.diversify(key, self.issuer)
        return self.suite.diversify(key, asn)

    def tac_key(self, asn):
        return self.suite.folded(self.card_key("mtk", asn))

    def record_key(self, tid):
        return self.suite.folded(self.suite.diversify(self.main["msk"], tid + bytes(2)))


@dataclass(frozen=True)
class Moment:
    """A date and a time of day, as they stand in codes."""

    date: bytes
    time: bytes

    def __bytes__(self):
        return self.date + self.time


def moment(text):
    """Of `YYYYMMDD hhmmss`."""
    date, time = text.split()
    return Moment(bytes.fromhex(date), bytes.fromhex(time))


@dataclass(frozen=True)
class Lock:
    """What a grey lock is made for. `ctc` is n."""

    asn: bytes
    purse: int
    ctc: int
    tid: bytes
    ttc: int
    trn: bytes
    icc: bytes
    balance: int
    at: Moment

    def tag(self, kind):
        return number(kind + self.purse, 1)


class LockCodes:
    """The codes of one lock and of its debit."""

    def __init__(self, keys, lock):
        self.keys, self.lock, self.suite = keys, lock, keys.suite
        dpk = keys.card_key("mpk", lock.asn)
        self.session = self.suite.offline(dpk, lock.icc, lock.ctc, lock.ttc, lock.trn, lock.tid)
        if keys.is_field:
            self.session = self.suite.mac8(self.session, lock.trn)

    def terms(self):
        ttc = b"" if self.keys.is_field else number(self.lock.ttc, 4)
        return self.lock.tag(LOCK) + self.lock.tid + ttc + bytes(self.lock.at)

    def mac1(self):
        return self.suite.mac(self.session, self.terms())

    def mac2(self):
        return self.suite.mac(self.session, number(self.lock.balance, 4) + self.terms())

    def gtac(self):
        lock = self.lock
        x = lock.tag(CHARACTERIZED) + number(lock.ctc, 2) + number(lock.balance, 4)
        x += lock.tid + number(lock.ttc, 4) + bytes(lock.at)
        return self.suite.mac(self.session, x + self.suite.mac(self.keys.tac_key(lock.asn), x + lock.icc))

    def debit(self, amount, end):
        lock = self.lock
        return number(amount, 4) + lock.tag(DEBIT) + lock.tid + number(lock.ttc, 4) + bytes(end)

    def gmac(self, amount, end):
        data = number(amount, 4) if self.keys.is_field else self.debit(amount, end)
        return self.suite.mac(self.session, data)

    def tac(self, amount, end):
        return self.suite.mac(self.keys.tac_key(self.lock.asn), self.debit(amount, end))

    def sam_tac(self, amount, end):
        lock = self.lock
        data = lock.tag(DEBIT) + lock.asn + number(lock.ctc, 2) + number(amount, 4)
        data += lock.tid + number(lock.ttc, 4) + (bytes(7) if self.keys.is_field else bytes(end))
        return self.suite.mac(self.keys.record_key(lock.tid), data)


class OnlineCodes:
    """The codes between card and centre: `kind` is LOAD, UNLOAD, OVERDRAFT or UNLOCK, `otc` is m."""

    OF_KIND = {LOAD: ("mlk", b"SESLK"), UNLOAD: ("munk", b"SESUNK"),
               OVERDRAFT: ("modk", b"SESODK"), UNLOCK: ("mulk", b"SESULK")}

    def __init__(self, keys, kind, asn, purse, icc, otc, tid):
        name, label = self.OF_KIND[kind]
        self.suite, self.otc, self.tid = keys.suite, otc, tid
        # Load is 01 and 02: a kind's tag for ED is one above it.
        self.tag = number(kind + purse, 1)
        self.tac_key = keys.tac_key(asn)
        self.session = self.suite.online(label, keys.card_key(name, asn), icc, otc, tid)

    def mac1(self, before):
        """`before` is what stands before the tag: balance and amount, CTC or old limit."""
        return self.suite.mac(self.session, before + self.tag + self.tid)

    def mac2(self, what, at):
        """`what` is the amount in 4 bytes or the new limit in 3."""
        return self.suite.mac(self.session, what + self.tag + self.tid + bytes(at))

    def tac(self, balance_after, amount, at):
        data = number(balance_after, 4) + number(self.otc, 2) + number(amount, 4)
        return self.suite.mac(self.tac_key, data + self.tag + self.tid + bytes(at))


class PurchaseCodes:
    """The codes of a purchase; its session key is that of a lock with TRN zero, in both schemes."""

    def __init__(self, keys, asn, purse, icc, ctc, tid, ttc):
        self.suite, self.tid, self.ttc = keys.suite, tid, ttc
        self.tag, self.tac_key = number(PURCHASE + purse, 1), keys.tac_key(asn)
        self.session = self.suite.offline(keys.card_key("mpk", asn), icc, ctc, ttc, bytes(4), tid)

    def mac1(self, amount, at):
        return self.suite.mac(self.session, number(amount, 4) + self.tag + self.tid + bytes(at))

    def mac2(self, amount):
        return self.suite.mac(self.session, number(amount, 4))

    def tac(self, amount, at):
        data = number(amount, 4) + self.tag + self.tid + number(self.ttc, 4) + bytes(at)
        return self.suite.mac(self.tac_key, data)
