"""Refusals of a card, read off docs/protocol.md alone: the order of checks (§5), the tables of §6, §7 and §12."""

from card import AID
from codes import ED, LOAD, LOCK, PURCHASE, UNLOAD, number

TID = bytes.fromhex("0000000000a1")
GOOD_DATE, GOOD_TIME = "20261018", "142501"

# Bytes that are wrong by themselves: they are refused in every state, before SELECT too.
AT_THE_DOOR = [
    ("99A40000 00", 0x6E00), ("E0FF0000 00", 0x6D00), ("00FF0000 00", 0x6D00),
    ("E07A0803 07 01 0000000000a1", 0x6A86), ("E07A0701 07 01 0000000000a1", 0x6A86), ("E07C0801 00", 0x6A86),
    ("E0CA0300 1E", 0x6A86), ("805A00FF 02 0000", 0x6A86), ("80500402 07 01 0000000000a1", 0x6A86),
    ("E07A0801 06 01 0000000000", 0x6700), ("E07A0801 07 01 00000000", 0x6700), ("E07A0801", 0x6700),
    ("00200000", 0x6700), ("E07A0801 00 0007 01 0000000000a1", 0x6700), ("00200000 03 123456 04", 0x6700),
    ("E07A0801 07 01 0000000000a1 05", 0x6C0F), ("E0CA0200 1E", 0x6C2C), ("E0CA0000 2C", 0x6C1E),
    ("805C0001 05", 0x6C04), ("00840000 05", 0x6C08),
    ("E07E0801 1B 80000000 0001 0000000000a1 00000001 20261018 142501 00000000 04", 0x6A80),
    ("E07E0900 0F 80000000 20261018 142501 00000000 04", 0x6A80),
    ("80500001 0B 01 80000000 0000000000a1 10", 0x6A80), ("00200000 02 1A34", 0x6A80), ("00200000 02 1F34", 0x6A80),
    ("00200000 02 123F", 0x6A80),
]
DATES = ["2026101A", "20261301", "20260001", "20261000", "20261032"]
TIMES = ["240000", "146000", "142560", "1425A0"]


def hexed(text):
    return bytes.fromhex(text.replace(" ", ""))


def answers(card, text, status):
    answer = card.chip.exchange(hexed(text))
    assert answer.hex() == f"{status:04x}", f"{text} was answered {answer.hex()}, not {status:04X}"


def at_the_door(card):
    for text, status in AT_THE_DOOR:
        answers(card, text, status)
    for date, time in [(date, GOOD_TIME) for date in DATES] + [(GOOD_DATE, time) for time in TIMES]:
        answers(card, f"E07C0800 13 00000001 80000000 {date} {time} 00000000 08", 0x6A80)


def before_select(card):
    """Everything else is 6985 then, and what the bytes alone show comes first."""
    for text in ["E0CA0000 1E", "805C0001 04", "00200000 03 123456", "00840000 04", "00B201C4 17",
                 "E07A0801 07 01 0000000000a1 0F", f"E07C0800 13 00000001 80000000 {GOOD_DATE} {GOOD_TIME} 00000000"]:
        answers(card, text, 0x6985)
    at_the_door(card)
    answers(card, "00A40400 05 A000000003", 0x6A82)
    answers(card, f"00A40400 0A {AID.hex()} 05", 0x6C35)
    answers(card, "805C0001 04", 0x6985)


def state_then_pin_then_key(card, refused, tid):
    """The state is looked at before the PIN, the PIN before the key."""
    initialize = f"E07A0801 07 09 {tid.hex()} 0F"
    answers(card, initialize, 0x6982)
    card.verify()
    answers(card, initialize, 0x9403)
    refused(0x9403, card.chip.ask, "E07A0801", b"\x02" + tid, 0x0F, 15)
    answers(card, f"E07A0901 07 01 {tid.hex()} 12", 0x6985)
    for header, data in [("E07C0800", number(1, 4) + b"\x80\x00\x00\x00"), ("80540100", number(1, 4)),
                         ("80520000", b""), ("80540300", b"")]:
        answers(card, f"{header} {len(data) + 11:02X} {data.hex()} {GOOD_DATE} {GOOD_TIME} 00000000", 0x6985)
    answers(card, f"80580000 0E 000001 {GOOD_DATE} {GOOD_TIME} 00000000", 0x6985)
    answers(card, f"E07E0801 1B 00000001 0001 {tid.hex()} 00000001 {GOOD_DATE} {GOOD_TIME} 00000000", 0x6985)


def the_next_command_ends_it(card, terminal, purse, refused):
    """Pre-refuelling ends with whatever comes next, and the lock is 6985 then."""
    lock, mac1 = terminal.begin(purse)
    card.balance(purse)
    refused(0x6985, card.lock, lock, mac1)
    lock, mac1 = terminal.begin(purse)
    answers(card, "E0FF0000", 0x6D00)
    refused(0x6985, card.lock, lock, mac1)


def files_and_money(card, refused, purse, balance):
    """Reading, and amounts that a purse has not got."""
    for text, status in [("00B09600 00", 0x6A82), ("00B09800 00", 0x6981), ("00B0951E 00", 0x6B00),
                         ("00B09518 05", 0x6C06), ("00B201BC 17", 0x6A82), ("00B201AC 1E", 0x6C17),
                         ("00B201AC 17", 0x6981), ("00B20BC4 17", 0x6A83), ("00C00000 00", 0x6985)]:
        answers(card, text, status)
    refused(0x6A80, card.initialize_online, LOAD, purse, 0x7FFFFFFF, TID)
    refused(0x9401, card.initialize_online, UNLOAD, purse, balance + 1, TID)
    refused(0x9401, card.initialize_for_purchase, purse, balance + 1, TID)
    for tag, sequence in [(LOCK + purse, 0), (PURCHASE + purse, 0), (0x01, 7)]:
        refused(0x9406, card.prove, tag, sequence)
    if purse == ED:
        # None of the refusals before took the PIN away.
        card.initialize_online(UNLOAD, purse, balance, TID)
