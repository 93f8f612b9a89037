"""Load, purchase, unload and overdraft limit, with the keys of the centre (docs/protocol.md §7)."""

from codes import ED, LOAD, OVERDRAFT, OnlineCodes, PURCHASE, PurchaseCodes, moment, number

AT = moment("20261019 070809")
ZERO = bytes(4)


def on_line(terminal, kind, purse, amount):
    """A load or an unload, its proof and its log record; what can be spent then."""
    card, keys, tid = terminal.card, terminal.keys, terminal.psam.tid
    asn = terminal.insert()
    card.verify()
    begun = card.initialize_online(kind, purse, amount, tid)
    codes = OnlineCodes(keys, kind, asn, purse, begun.icc, begun.otc, tid)
    assert begun.mac1 == codes.mac1(number(begun.balance, 4) + number(amount, 4)), "MAC1"
    after = begun.balance + amount if kind == LOAD else begun.balance - amount
    tac = codes.tac(after, amount, AT)
    assert card.complete_online(kind, AT, codes.mac2(number(amount, 4), AT)) == tac, "TAC"
    assert card.prove(kind + purse, begun.otc) == [ZERO, tac]
    is_logged(terminal, begun.otc, amount, kind + purse)
    assert card.balance(purse) == after
    return after


def purchase(terminal, purse, amount):
    """MAC1 comes from the PSAM, MAC2 goes back to it."""
    card = terminal.card
    asn = terminal.insert()
    card.verify()
    begun = card.initialize_for_purchase(purse, amount, terminal.psam.tid)
    codes, mac1 = purchase_of(terminal, asn, purse, begun, amount)
    tac, mac2 = card.debit_for_purchase(codes.ttc, AT, mac1)
    assert (tac, mac2) == (codes.tac(amount, AT), codes.mac2(amount)), "TAC and MAC2"
    assert card.prove(PURCHASE + purse, begun.ctc) == [mac2, tac]
    is_logged(terminal, begun.ctc, amount, PURCHASE + purse)
    assert card.balance(purse) == begun.balance - amount
    return mac2


def purchase_of(terminal, asn, purse, begun, amount):
    if hasattr(terminal.psam, "purchase"):
        return terminal.psam.purchase(asn, purse, begun, amount, AT)
    psam = terminal.psam
    codes = PurchaseCodes(terminal.keys, asn, purse, begun.icc, begun.ctc, psam.tid, psam.draw())
    return codes, codes.mac1(amount, AT)


def overdraft(terminal, limit):
    """Raising the limit by d raises the balance by d."""
    card, keys, tid = terminal.card, terminal.keys, terminal.psam.tid
    asn = terminal.insert()
    begun = card.initialize_for_update(tid)
    codes = OnlineCodes(keys, OVERDRAFT, asn, ED, begun.icc, begun.otc, tid)
    assert begun.mac1 == codes.mac1(number(begun.balance, 4) + number(begun.limit, 3)), "MAC1"
    after = begun.balance + limit - begun.limit
    tac = codes.tac(after, limit, AT)
    assert card.update_overdraft(limit, AT, codes.mac2(number(limit, 3), AT)) == tac, "TAC"
    assert card.prove(OVERDRAFT + ED, begun.otc) == [ZERO, tac]
    assert card.log(1)[1] == begun.limit, "the log has the old limit"
    is_logged(terminal, begun.otc, limit, OVERDRAFT + ED)
    assert card.balance(ED) == after


def is_logged(terminal, sequence, amount, tag):
    found_sequence, _, found_amount, found_tag, tid, at = terminal.card.log(1)
    assert (found_sequence, found_amount, found_tag) == (sequence, amount, tag)
    assert (tid, at) == (terminal.psam.tid, AT)
