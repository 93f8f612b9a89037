"""Our PSAM against cards that are computed here (docs/protocol.md §8)."""

from dataclasses import replace

from card import Begun
from chips import Pyscard
from codes import LockCodes, moment, wrong
from psam import ReaderPsam
from scenarios import refused
from terminal import BEGAN, ENDED

ASN = bytes.fromhex("6280100000000123")
LATER = moment("20261018 143000")


def begun(keys, ctc, balance, icc):
    return Begun(balance, ctc, 0, keys.version, keys.suite.identifier, bytes.fromhex(icc))


def psam(stage):
    """Certification, every form of the debit, repeats, refusals, GET GMAC, purchase."""
    keys, purse = stage.keys, stage.purse
    ours = ReaderPsam(Pyscard(stage.psam_reader), keys)
    first, _ = ours.init(ASN, purse, begun(keys, 41, 10_000, "1a2b3c4d"), BEGAN)
    codes = LockCodes(keys, first)
    refused(0x6985, ours.debit, first, 100, ENDED)
    refused(0x9302, ours.certify, first, wrong(codes.mac2()))
    ours.certify(first, codes.mac2())
    refused(0x9302, ours.certify, first, wrong(codes.mac2()))
    refused(0x9401, ours.debit, first, 10_001, ENDED)
    refused(0x6985, ours.given, first, 10_000, ENDED)
    for ctc in (42, 41, 42):
        ours.debit(first, 10_000, ENDED, ctc=ctc)
    ours.given(first, 10_000, ENDED)
    refused(0x6985, ours.debit, first, 9_999, ENDED)
    if not keys.is_field:
        refused(0x6985, ours.debit, first, 10_000, LATER)
    every_form(ours, keys, purse)
    unknown(ours, keys, first, purse)
    sells(ours, keys, purse)
    return None


def every_form(ours, keys, purse):
    """Without TTC: the newest certified lock of the card whose n+1 is the CTC, or whose n is."""
    forms = [("16", 1), ("16", 0)] + ([("0F", 1), ("0F", 0)] if keys.is_field else [])
    for index, (form, ahead) in enumerate(forms):
        ctc = 50 + 2 * index
        lock, _ = ours.init(ASN, purse, begun(keys, ctc, 700, "0000000a"), BEGAN)
        ours.chip.ask("E0420000", LockCodes(keys, lock).mac2())
        ours.debit(lock, 700, ENDED, form, ctc + ahead)
    if not keys.is_field:
        lock, _ = ours.init(ASN, purse, begun(keys, 60, 700, "0000000b"), BEGAN)
        ours.certify(lock, LockCodes(keys, lock).mac2())
        short = ours.debit_data(lock, 700, ENDED, "0F")
        refused(0x6700, ours.chip.ask, "E0440000", short, 8, 8)


def unknown(ours, keys, first, purse):
    """Locks, cards and key versions that it does not have."""
    refused(0x6A88, ours.debit, replace(first, ttc=first.ttc + 1_000), 1, ENDED)
    refused(0x6A88, ours.debit, replace(first, ctc=99), 1, ENDED)
    other_version = Begun(700, 1, 0, keys.version + 1, keys.suite.identifier, bytes(4))
    refused(0x9403, ours.init, ASN, purse, other_version, BEGAN)
    other_suite = Begun(700, 1, 0, keys.version, 0x77, bytes(4))
    refused(0x9403, ours.init, ASN, purse, other_suite, BEGAN)


def sells(ours, keys, purse):
    """INIT SAM PURCHASE and CREDIT SAM PURCHASE; the third wrong MAC2 drops a purchase."""
    codes, _ = ours.purchase(ASN, purse, begun(keys, 7, 0, "01020304"), 1_100, BEGAN)
    refused(0x9302, ours.credit, wrong(codes.mac2(1_100)))
    ours.credit(codes.mac2(1_100))
    codes, _ = ours.purchase(ASN, purse, begun(keys, 8, 0, "01020305"), 0, BEGAN)
    for _ in range(3):
        refused(0x9302, ours.credit, wrong(codes.mac2(0)))
    refused(0x6985, ours.credit, codes.mac2(0))
