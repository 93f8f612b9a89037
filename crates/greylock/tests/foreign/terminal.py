"""A terminal: one refuelling and both unlocks over a card and a PSAM, whoever made them (docs/protocol.md §9)."""

from card import GREY, UNLOCKED, UNREAD, lock_of_status
from codes import DEBIT, LOCK, LockCodes, UNLOCK, moment, number

BEGAN = moment("20261018 142501")
ENDED = moment("20261018 142939")
ZERO = bytes(4)


class Terminal:
    """Knows no card key for its own use: `keys` are there to compare every code that a card gives."""

    def __init__(self, keys, card, psam):
        self.keys, self.card, self.psam = keys, card, psam

    def insert(self):
        """Selects and reads; answers the ASN."""
        status = self.card.select()
        assert status == 0x9000, f"SELECT: {status:04X}"
        issuer, asn, levels, scheme = self.card.public()
        assert (issuer, levels) == (self.keys.issuer, self.keys.levels["mpk"])
        assert bool(scheme) == self.keys.is_field
        return asn

    def begin(self, purse):
        """To the answer of INITIALIZE FOR REFUEL and INIT: the lock, and the MAC1 that LOCK carries."""
        asn = self.insert()
        self.card.verify()
        begun = self.card.initialize_for_refuel(purse, self.psam.tid)
        assert (begun.version, begun.algorithm) == (self.keys.version, self.keys.suite.identifier)
        return self.psam.init(asn, purse, begun, BEGAN)

    def lock(self, purse):
        """To the certified lock, MAC2 and GTAC compared."""
        lock, mac1 = self.begin(purse)
        gtac, mac2 = self.card.lock(lock, mac1)
        codes = LockCodes(self.keys, lock)
        assert (gtac, mac2) == (codes.gtac(), codes.mac2()), "GTAC and MAC2"
        self.psam.certify(lock, mac2)
        self.is_grey_under(lock)
        return lock

    def is_grey_under(self, lock):
        """GET GREY STATUS shows this lock in everything."""
        status = self.card.status()
        codes = LockCodes(self.keys, lock)
        assert (status.state, status.tag) == (GREY, LOCK + lock.purse), status
        assert lock_of_status(lock.asn, status) == lock, status
        assert (status.a, status.b) == (codes.mac2(), codes.gtac()), status
        return status

    def debit(self, lock, amount, end=ENDED):
        """From GMAC to the TAC, and what the card shows then."""
        gmac, _ = self.psam.debit(lock, amount, end)
        self.debit_with(lock, amount, end, gmac)

    def debit_with(self, lock, amount, end, gmac):
        tac = self.card.debit(lock, amount, end, gmac)
        assert tac == LockCodes(self.keys, lock).tac(amount, end), "TAC"
        self.shows_debit(lock, amount, end, tac)
        return tac

    def shows_debit(self, lock, amount, end, tac):
        """State 10 under tag 93, with the TID and TTC of the lock; the log has it under CTC n+1."""
        status = self.card.status()
        assert (status.state, status.tag, status.purse) == (UNREAD, DEBIT + lock.purse, lock.purse), status
        assert (status.balance, status.ctc) == (lock.balance - amount, lock.ctc + 2), status
        assert (status.tid, status.at, status.ttc) == (lock.tid, end, number(lock.ttc, 4)), status
        assert (status.a, status.b) == (number(amount, 4), tac), status
        assert (status.icc, status.trn, status.version) == (ZERO, ZERO, 0), status
        sequence, _, logged, tag, tid, at = self.card.log(1)
        assert (sequence, logged, tag) == (lock.ctc + 1, amount, DEBIT + lock.purse)
        assert (tid, at) == (lock.tid, end)

    def clear(self):
        """Clears TACUF; what stood before is answered once more."""
        before = self.card.clear_tac()
        assert before[0] == UNREAD, before.hex()
        after = self.card.status()
        assert (after.state, after.tag, after.a, after.b) == (UNLOCKED, 0, ZERO, ZERO), after
        return before

    def refuel(self, purse, amount):
        lock = self.lock(purse)
        self.debit(lock, amount)
        self.clear()
        return lock

    def unlock_locally(self, centre):
        """Any terminal, any grey card: no key, no PIN, the record of the list alone."""
        asn = self.insert()
        lock, amount, end, gmac = centre.record_for(asn, self.card.status())
        tac = self.debit_with(lock, amount, end, gmac)
        centre.hear_sale(lock, amount, end, tac)
        self.clear()
        return amount

    def unlock_online(self, centre, amount, at):
        """The centre decides; MAC3 proves it, and the status shows it under tag 95."""
        asn = self.insert()
        status = self.card.status()
        begun = self.card.initialize_for_unlock(status.purse, self.psam.tid)
        assert (begun.version, begun.algorithm) == (self.keys.version, self.keys.suite.identifier)
        mac2, mac3 = centre.unlock(asn, status, begun, self.psam.tid, amount, at)
        assert self.card.debit_for_unlock(amount, at, mac2) == mac3, "MAC3"
        shown = self.card.status()
        assert (shown.state, shown.tag) == (UNREAD, UNLOCK + status.purse), shown
        assert (shown.balance, shown.ctc) == (status.balance - amount, status.ctc + 1), shown
        assert (shown.tid, shown.at) == (self.psam.tid, at), shown
        assert (shown.a, shown.b) == (number(amount, 4), mac3), shown
        assert shown.ttc == bytes(2) + number(begun.otc, 2), shown
        sequence, _, logged, tag, tid, when = self.card.log(1)
        assert (sequence, logged, tag) == (status.ctc, amount, UNLOCK + status.purse)
        assert (tid, when) == (self.psam.tid, at)
        assert self.card.prove(UNLOCK + status.purse, status.ctc) == [ZERO, mac3]
        self.clear()
