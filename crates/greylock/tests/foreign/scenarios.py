"""What is played. Each scenario takes a `Stage` and answers what `greylock card show` must show of the card."""

from dataclasses import replace

import issuer
import refusals
from card import Card, GREY, UNREAD
from centre import Centre
from chips import Lost, OpenscTool, Pyscard, Refused, Scriptor
from codes import ED, EP, LOAD, LOCK, LockCodes, UNLOAD, moment, number, wrong
from issuer import Issuer
from money import on_line, overdraft, purchase
from psam import PythonPsam, ReaderPsam
from terminal import ENDED, Terminal

TID = bytes.fromhex("0000000000a1")
OTHER_TID = bytes.fromhex("0000000000b2")
LATER = moment("20261018 150000")
LATEST = moment("20261018 150001")
OPENING = 150_000


class Stage:
    """The keys, the readers, the hand at the card, and which purse is used."""

    def __init__(self, keys, purse, card_reader, psam_reader, hand):
        self.keys, self.purse, self.hand = keys, {"ed": ED, "ep": EP}[purse], hand
        self.card_reader, self.psam_reader = card_reader, psam_reader

    def terminal(self, way=Pyscard, tid=TID, psam=None):
        """A terminal whose card has been put in anew, with a PSAM made here unless one is given."""
        return Terminal(self.keys, Card(way(self.card_reader)), psam or PythonPsam(self.keys, tid))

    def pull(self, terminal):
        """Pulls the card; what was sent to it afterwards gets no answer."""
        self.hand.pull()
        try:
            answer = terminal.card.select()
        except Lost:
            terminal.card.chip.close()
            return
        raise AssertionError(f"a card that is out answered {answer:04X}")


def shown(balance, ctc, otc=0, overdraft_limit=0):
    return {"state": "unlocked", "error_counter": 0,
            "purse": {"balance": balance, "ctc": ctc, "otc": otc, "overdraft": overdraft_limit}}


def refused(status, deed, *arguments):
    """The deed is refused with this status word."""
    try:
        deed(*arguments)
    except Refused as refusal:
        assert refusal.status == status, f"{refusal}, not {status:04X}"
        return
    raise AssertionError(f"{deed.__name__} was carried out, not refused with {status:04X}")


def refuel(stage):
    """Whole refuellings with a PSAM of Python's; the second one over amount 0, the third as terminals differ."""
    terminal = stage.terminal()
    terminal.card.select_directory()
    terminal.refuel(stage.purse, 8_765)
    terminal.refuel(stage.purse, 0)
    as_terminals_differ(terminal, stage.purse)
    return shown(OPENING - 8_765 - 1_000, ctc=6)


def as_terminals_differ(terminal, purse):
    """GET RESPONSE in between; another TID and a TTC that was counted on in the debit. TAC names the lock."""
    card = terminal.card
    lock, mac1 = terminal.begin(purse)
    assert card.chip.send("00C00000", le=0x0F) == (b"", 0x6985)
    _, mac2 = card.lock(lock, mac1)
    terminal.psam.certify(lock, mac2)
    for le in (0x1E, 0x00, None):
        assert card.chip.ask("E0CA0000", le=le, length=30)[:2] == bytes([GREY, LOCK + purse])
    gmac, _ = terminal.psam.debit(lock, 1_000, ENDED)
    tac = card.debit(replace(lock, tid=OTHER_TID, ttc=lock.ttc + 1), 1_000, ENDED, gmac)
    assert tac == LockCodes(terminal.keys, lock).tac(1_000, ENDED), "TAC of the lock that is stored"
    terminal.shows_debit(lock, 1_000, ENDED, tac)
    terminal.clear()


def escape(stage):
    """The card is pulled while fuel flows; another terminal unlocks it with the grey record."""
    terminal, centre = stage.terminal(), Centre(stage.keys)
    lock = terminal.lock(stage.purse)
    stage.pull(terminal)
    gmac, _ = terminal.psam.debit(lock, 1_234, ENDED)
    centre.hear_grey(lock, LockCodes(stage.keys, lock).mac2(), gmac, 1_234, ENDED)
    stage.hand.put_back()
    other = stage.terminal(tid=OTHER_TID)
    refused(0x6985, locks_again, other, stage.purse)
    other.unlock_locally(centre)
    return shown(OPENING - 1_234, ctc=2)


def locks_again(terminal, purse):
    terminal.insert()
    terminal.card.verify()
    terminal.card.initialize_for_refuel(purse, terminal.psam.tid)


def online(stage):
    """A grey card whose record nobody has: unlocked on-line, once with an amount and once with 0."""
    terminal, centre = stage.terminal(), Centre(stage.keys)
    for amount, at in [(4_321, LATER), (0, LATEST)]:
        terminal.lock(stage.purse)
        terminal.card.chip.close()
        other = stage.terminal(tid=OTHER_TID)
        other.unlock_online(centre, amount, at)
        terminal.card = other.card
    return shown(OPENING - 4_321, ctc=4, otc=2)


def money(stage):
    """Load, purchase, unload and, of ED, overdraft limit."""
    terminal, purse = stage.terminal(), stage.purse
    on_line(terminal, LOAD, purse, 5_000)
    purchase(terminal, purse, 1_100)
    on_line(terminal, UNLOAD, purse, 2_000)
    balance = OPENING + 5_000 - 1_100 - 2_000
    if purse == EP:
        return shown(balance, ctc=1, otc=2)
    overdraft(terminal, 30_000)
    overdraft(terminal, 10_000)
    terminal.refuel(purse, 500)
    return shown(balance - 500 + 10_000, ctc=3, otc=4, overdraft_limit=10_000)


def wrong_codes(stage):
    """Wrong codes are counted, what comes before them is not, and the third locks the application."""
    terminal, purse = stage.terminal(), stage.purse
    for _ in range(2):
        refused(0x9302, locks_wrongly, terminal, purse)
    lock = terminal.lock(purse)
    codes, card = LockCodes(stage.keys, lock), terminal.card
    gmac = codes.gmac(700, ENDED)
    refused(0x9406, debit_with_ctc, card, lock, lock.ctc, gmac)
    refused(0x9401, card.debit, lock, lock.balance + 1, ENDED, gmac)
    refused(0x6A80, card.debit, lock, 0x80000000, ENDED, gmac)
    for amount in [700, 701, 0]:
        refused(0x9302, card.debit, lock, amount, ENDED, wrong(codes.gmac(amount, ENDED)))
    refused(0x6A81, card.debit, lock, 700, ENDED, gmac)
    assert card.select() == 0x6283, "the application is locked"
    terminal.is_grey_under(lock)
    Issuer(stage.keys, card, lock.asn).unblock()
    terminal.debit_with(lock, 700, ENDED, gmac)
    unread = terminal.clear()
    assert unread[-4:] == codes.tac(700, ENDED)
    return shown(OPENING - 700, ctc=2)


def locks_wrongly(terminal, purse):
    lock, mac1 = terminal.begin(purse)
    terminal.card.lock(lock, wrong(mac1))


def debit_with_ctc(card, lock, ctc, gmac):
    data = number(700, 4) + number(ctc, 2) + lock.tid + number(lock.ttc, 4) + bytes(ENDED) + gmac
    card.chip.ask(f"E07E08{lock.purse:02X}", data, 0x04, 4)


def by_issuer(stage):
    """What the issuer does to a card: PIN, files, application, proof of the card, and its end."""
    terminal = stage.terminal()
    at_work = Issuer(stage.keys, terminal.card, terminal.insert())
    at_work.proves_the_card()
    issuer.pins(at_work, refused)
    issuer.files(at_work, refused)
    issuer.application(at_work, refused)
    lock = terminal.lock(stage.purse)
    refused(0x6985, at_work.end_card)
    terminal.debit(lock, 0)
    at_work.end_card()
    refused(0x6A81, terminal.card.status)
    assert terminal.card.select() == 0x6A81
    return {**shown(OPENING, ctc=2), "state": "card_blocked"}


def refusals_of_a_card(stage):
    """What a card that is free refuses, in which order."""
    terminal = stage.terminal()
    card = terminal.card
    refusals.before_select(card)
    terminal.insert()
    refusals.state_then_pin_then_key(card, refused, TID)
    refusals.at_the_door(card)
    refusals.the_next_command_ends_it(card, terminal, stage.purse, refused)
    refusals.files_and_money(card, refused, stage.purse, OPENING)
    return shown(OPENING, ctc=0)


def pulled(stage):
    """The card is pulled between LOCK and DEBIT and put back: grey, and freed by the same DEBIT."""
    terminal = stage.terminal()
    lock = terminal.lock(stage.purse)
    stage.pull(terminal)
    gmac, _ = terminal.psam.debit(lock, 900, ENDED)
    stage.hand.put_back()
    back = stage.terminal(psam=terminal.psam)
    back.insert()
    back.is_grey_under(lock)
    back.debit_with(lock, 900, ENDED, gmac)
    stage.pull(back)
    stage.hand.put_back()
    again = stage.terminal(psam=terminal.psam)
    again.insert()
    assert again.card.status().state == UNREAD
    refused(0x6985, again.card.debit, lock, 900, ENDED, gmac)
    again.clear()
    return shown(OPENING - 900, ctc=2)


def both(stage):
    """Card and PSAM are ours; every code of either is compared."""
    psam = ReaderPsam(Pyscard(stage.psam_reader), stage.keys)
    terminal = stage.terminal(psam=psam)
    first = terminal.refuel(stage.purse, 8_765)
    psam.given(first, 8_765, ENDED)
    psam.credit(purchase(terminal, stage.purse, 1_100))
    second = terminal.refuel(stage.purse, 0)
    assert second.ttc == first.ttc + 2, "a purchase draws a TTC too"
    return shown(OPENING - 8_765 - 1_100, ctc=5)


def by_opensc_tool(stage):
    """A refuelling, an on-line unlock and a local one through opensc-tool, a call for each command."""
    terminal, centre = stage.terminal(OpenscTool), Centre(stage.keys)
    terminal.refuel(stage.purse, 2_500)
    left_grey(terminal, stage.purse)
    terminal.unlock_online(centre, 300, LATER)
    centre.hear_grey(*left_grey(terminal, stage.purse))
    terminal.unlock_locally(centre)
    chip, status = terminal.card.chip, bytes.fromhex("E0CA00001E")
    fci, free = chip.batch([bytes.fromhex("00A40000023F0100"), status])
    assert fci[0] == 0x6F and free[-2:] == b"\x90\x00" and len(free) == 32
    assert chip.exchange(bytes.fromhex("E0CA000005")) == free, "after 6C1E it asks again by itself"
    assert chip.batch([status], driver=()) == [b"\x69\x85"], "its questions leave nothing selected"
    return shown(OPENING - 2_500 - 300 - 700, ctc=6, otc=1)


def left_grey(terminal, purse):
    """A lock whose card never got its DEBIT, and the grey record over 700 of it."""
    lock = terminal.lock(purse)
    gmac, _ = terminal.psam.debit(lock, 700, ENDED)
    return lock, LockCodes(terminal.keys, lock).mac2(), gmac, 700, ENDED


def by_scriptor(stage):
    """The same through scriptor, each customer's visit a session of its own that is fed line by line."""
    terminal, centre = stage.terminal(Scriptor), Centre(stage.keys)
    terminal.refuel(stage.purse, 2_500)
    left_grey(terminal, stage.purse)
    terminal.card.chip.close()
    terminal = stage.terminal(Scriptor, psam=terminal.psam)
    terminal.unlock_online(centre, 300, LATER)
    centre.hear_grey(*left_grey(terminal, stage.purse))
    terminal.card.chip.close()
    terminal = stage.terminal(Scriptor, psam=terminal.psam)
    terminal.unlock_locally(centre)
    terminal.card.chip.close()
    return shown(OPENING - 2_500 - 300 - 700, ctc=6, otc=1)
