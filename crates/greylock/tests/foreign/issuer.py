"""The issuer's commands and the PIN, with codes of secure messaging (docs/protocol.md §4 and §7)."""

from chips import Refused
from codes import wrong

LAST_DAY = bytes.fromhex("20991231")
# Where first and last day stand in EF 15.
FIRST_DAY_AT, LAST_DAY_AT = 20, 24


class Issuer:
    """The issuer's keys of one card."""

    def __init__(self, keys, card, asn):
        self.keys, self.card, self.asn = keys, card, asn

    def code(self, name, header, data=b""):
        """The code of a command straight after its challenge."""
        key = self.keys.card_key(name, self.asn)
        return self.keys.suite.secure(key, self.card.challenge(), bytes.fromhex(header) + data)

    def block(self):
        self.card.secured("841E0000", b"", self.code("mamk", "841E000004"))

    def unblock(self):
        self.card.unblock_application(self.code("mamk", "8418000004"))

    def end_card(self):
        self.card.secured("84160000", b"", self.code("mamk", "8416000004"))

    def update_protected(self, offset, data):
        """Lc counts the code; the header with it and the data are what is signed."""
        header = f"04D695{offset:02X}"
        self.card.secured(header, data, self.code("mamk", f"{header}{len(data) + 4:02X}", data))

    def update_plainly(self, offset, data):
        self.card.secured(f"00D695{offset:02X}", data, b"")

    def authenticate(self):
        self.card.external_authenticate(self.code("mamk", "00820000"))

    def unblock_pin(self, pin, spoil=lambda code: code):
        digits = bytes.fromhex(pin)
        plain = (bytes([len(digits)]) + digits + b"\x80").ljust(8, b"\x00")
        block = self.keys.suite.block(self.keys.card_key("mpuk", self.asn), plain)
        self.card.secured("84240001", block, spoil(self.code("mpuk", "842400010C", block)))

    def reload_pin(self, pin):
        """A MAC under DPRK and no challenge."""
        digits, suite = bytes.fromhex(pin), self.keys.suite
        code = suite.mac(suite.folded(self.keys.card_key("mprk", self.asn)), digits)
        self.card.secured("805E0000", digits, code)

    def proves_the_card(self):
        """INTERNAL AUTHENTICATE."""
        asked = bytes(range(8))
        expected = self.keys.suite.block(self.keys.card_key("miak", self.asn), asked)
        assert self.card.internal_authenticate(asked) == expected, "INTERNAL AUTHENTICATE"


def pins(issuer, refused):
    """Blocked by three wrong ones, freed by UNBLOCK PIN, changed by CHANGE PIN and RELOAD PIN."""
    card = issuer.card
    for status in (0x63C2, 0x63C1, 0x63C0, 0x6983):
        refused(status, card.verify, "999999")
    refused(0x6983, issuer.reload_pin, "4321")
    refused(0x6988, issuer.unblock_pin, "4321", wrong)
    issuer.unblock_pin("4321")
    card.verify("4321")
    issuer.reload_pin("98765F")
    refused(0x63C2, card.verify, "4321")
    card.change_pin("98765F", "123456")
    card.verify("123456")


def files(issuer, refused):
    """The last day is moved twice: protected, and plainly after EXTERNAL AUTHENTICATE."""
    card = issuer.card
    issuer.update_protected(LAST_DAY_AT, LAST_DAY)
    assert card.chip.ask("00B09518", le=0, length=6)[:4] == LAST_DAY
    refused(0x6982, issuer.update_plainly, LAST_DAY_AT, LAST_DAY)
    issuer.authenticate()
    issuer.update_plainly(FIRST_DAY_AT, bytes.fromhex("20250101"))
    assert card.chip.ask("00B09514", le=0, length=10)[:8] == bytes.fromhex("20250101") + LAST_DAY


def application(issuer, refused):
    """Blocked and unblocked; on a blocked one reading goes on."""
    card = issuer.card
    issuer.block()
    refused(0x6A81, card.verify)
    assert card.select() == 0x6283
    card.balance(1)
    try:
        card.unblock_application(wrong(issuer.code("mamk", "8418000004")))
    except Refused as refusal:
        assert refusal.status == 0x6988, refusal
    issuer.unblock()
    card.verify()
