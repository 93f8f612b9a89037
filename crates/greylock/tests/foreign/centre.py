"""A centre with the main keys and one list of grey records: what docs/protocol.md §9 asks of it, for one card."""

from codes import LockCodes, OnlineCodes, UNLOCK, number
from card import GREY, lock_of_status


class Centre:
    """Checks what a station sends, and decides."""

    def __init__(self, keys):
        self.keys = keys
        self.records = {}

    def hear_grey(self, lock, mac2, gmac, amount, end):
        """A grey record: its codes are computed again before it counts."""
        codes = LockCodes(self.keys, lock)
        assert mac2 == codes.mac2() and gmac == codes.gmac(amount, end), "a record with wrong codes"
        self.records[(lock.tid, lock.ttc)] = (lock, amount, end, gmac, mac2, codes.gtac())

    def hear_sale(self, lock, amount, end, tac):
        assert tac == LockCodes(self.keys, lock).tac(amount, end), "TAC"

    def record_for(self, asn, status):
        """The record of a grey card; all that GET GREY STATUS shows must be that of the lock."""
        lock, amount, end, gmac, mac2, gtac = self.records[(status.tid, int.from_bytes(status.ttc, "big"))]
        assert lock == lock_of_status(asn, status), "another lock than the record's"
        assert (mac2, gtac) == (status.a, status.b), "another MAC2 or GTAC than the record's"
        return lock, amount, end, gmac

    def unlock(self, asn, status, begun, tid, amount, at):
        """MAC2 and what MAC3 must be (§9, on-line unlock, steps 2 to 5)."""
        assert status.state == GREY and begun.balance == status.balance
        assert begun.ctc == status.ctc, "MAC1 speaks of another CTC than GTAC's n + 1"
        lock = lock_of_status(asn, status)
        codes = OnlineCodes(self.keys, UNLOCK, asn, status.purse, begun.icc, begun.otc, tid)
        assert begun.mac1 == codes.mac1(number(begun.balance, 4) + number(begun.ctc, 2)), "MAC1"
        assert status.b == LockCodes(self.keys, lock).gtac(), "GTAC"
        return codes.mac2(number(amount, 4), at), codes.tac(begun.balance - amount, amount, at)
