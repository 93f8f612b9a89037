"""Two PSAMs behind the same calls: one made here out of MPK, and one in a reader (docs/protocol.md §8)."""

from card import AID, take, value
from codes import DEBIT, LOCK, Lock, LockCodes, PURCHASE, PurchaseCodes, number

# Its first byte is 80 or more (§2).
TRN = bytes.fromhex("9e8d7c6b")


class PythonPsam:
    """Draws TTCs from a number of its own and computes every code."""

    def __init__(self, keys, tid, first_ttc=0x00010002):
        self.keys, self.tid, self.next_ttc = keys, tid, first_ttc
        self.certified = {}

    def draw(self):
        self.next_ttc += 1
        return self.next_ttc - 1

    def init(self, asn, purse, begun, at):
        """The lock that is asked for, and its MAC1."""
        lock = Lock(asn, purse, begun.ctc, self.tid, self.draw(), TRN, begun.icc, begun.balance, at)
        return lock, LockCodes(self.keys, lock).mac1()

    def certify(self, lock, mac2):
        assert mac2 == LockCodes(self.keys, lock).mac2(), "MAC2 is not that of this lock"
        self.certified[lock.ttc] = lock

    def debit(self, lock, amount, end):
        """GMAC and SAM TAC, for a certified lock alone and never for more than its balance."""
        assert self.certified[lock.ttc] == lock and amount <= lock.balance
        codes = LockCodes(self.keys, lock)
        return codes.gmac(amount, end), codes.sam_tac(amount, end)


class ReaderPsam:
    """Our PSAM in a reader. Each code that it gives is compared with the one that is computed here."""

    def __init__(self, chip, keys):
        self.chip, self.keys = chip, keys
        label = b"GREYLOCK PSAM"
        content = bytes([0x84, len(AID)]) + AID + bytes([0xA5, len(label) + 2, 0x50, len(label)]) + label
        fci = bytes([0x6F, len(content)]) + content
        assert chip.ask("00A40400", AID, 0, len(fci)) == fci
        self.tid = chip.ask("00B09600", le=6, length=6)

    def request(self, asn, tag, begun, what, at):
        """The data of both INIT: `what` is the balance or the amount; further levels follow the ASN."""
        data = begun.icc + number(begun.ctc, 2) + number(what, 4) + number(tag, 1) + bytes(at)
        data += number(begun.version, 1) + number(begun.algorithm, 1) + asn
        return data + (self.keys.issuer if self.keys.levels["mpk"] == 2 else b"")

    def init(self, asn, purse, begun, at):
        data = self.request(asn, LOCK + purse, begun, begun.balance, at)
        ttc, trn, mac1 = take(self.chip.ask("E0400000", data, 0x0C, 12), 4, 4, 4)
        assert trn[0] >= 0x80, "a TRN that could be an amount"
        lock = Lock(asn, purse, begun.ctc, self.tid, value(ttc), trn, begun.icc, begun.balance, at)
        assert mac1 == LockCodes(self.keys, lock).mac1(), "MAC1"
        return lock, mac1

    def certify(self, lock, mac2):
        self.chip.ask("E0420000", number(lock.ttc, 4) + mac2)

    def debit_data(self, lock, amount, end, form="1A", ctc=None):
        """Of E0 44 in one of its forms: with TTC (Lc 1A), without (16), without date' and time' (0F)."""
        ctc = lock.ctc + 1 if ctc is None else ctc
        data = number(DEBIT + lock.purse, 1) + lock.asn + number(ctc, 2) + number(amount, 4)
        data += b"" if form == "0F" else bytes(end)
        data += number(lock.ttc, 4) if form == "1A" else b""
        assert len(data) == int(form, 16)
        return data

    def debit(self, lock, amount, end, form="1A", ctc=None):
        data = self.debit_data(lock, amount, end, form, ctc)
        return self.checked(lock, amount, end, self.chip.ask("E0440000", data, 0x08, 8))

    def given(self, lock, amount, end):
        """GET GMAC: what was given for this lock."""
        return self.checked(lock, amount, end, self.chip.ask("E0460000", number(lock.ttc, 4), 0x08, 8))

    def checked(self, lock, amount, end, answer):
        gmac, sam_tac = take(answer, 4, 4)
        codes = LockCodes(self.keys, lock)
        assert gmac == codes.gmac(amount, end), "GMAC"
        assert sam_tac == codes.sam_tac(amount, end), "SAM TAC"
        return gmac, sam_tac

    def purchase(self, asn, purse, begun, amount, at):
        """TTC and MAC1."""
        data = self.request(asn, PURCHASE + purse, begun, amount, at)
        ttc, mac1 = take(self.chip.ask("80700000", data, 0x08, 8), 4, 4)
        codes = PurchaseCodes(self.keys, asn, purse, begun.icc, begun.ctc, self.tid, value(ttc))
        assert mac1 == codes.mac1(amount, at), "MAC1 of the purchase"
        return codes, mac1

    def credit(self, mac2):
        self.chip.ask("80720000", mac2)
