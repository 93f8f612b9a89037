//! Every code of protocol §4 under the key it is made with.

use super::layout::Field::{
    Amount as Sum, Any, Asn as Card, Balance, Byte, Challenged, Ctc, Date as Day, Icc as Random,
    Inner, Limit, LimitAsAmount, NoEnd, Otc, PinBlock, PinDigits, Tag, Text, Tid as Place,
    Time as Hour, Trn, Ttc as Number,
};
use super::layout::{Field, Held};
use super::make::*;
use crypto::message::SecureMessage;
use crypto::{Direction, Online, online, overdraft};
use wire::{Scheme, Tid};

/// How the crate makes an input from what its fields hold.
pub(crate) type Make = fn(&Held<'_>) -> Vec<u8>;

/// A code: its name, the fields of its input, and the crate's own function where there is one.
#[derive(Clone, Copy)]
pub(crate) struct Code {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) make: Option<Make>,
}

/// A key and all codes made under it.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) codes: &'static [Code],
}

const fn made(name: &'static str, fields: &'static [Field], make: Make) -> Code {
    Code { name, fields, make: Some(make) }
}

const fn laid_out(name: &'static str, fields: &'static [Field]) -> Code {
    Code { name, fields, make: None }
}

const PURCHASE_MAC1: Code = made("MAC1 of purchase", &[Sum, Tag(0x05), Place, Day, Hour], |held| {
    purchase(held).mac1_input().to_vec()
});
const PURCHASE_MAC2: Code =
    made("MAC2 of purchase", &[Sum], |held| purchase(held).mac2_input().to_vec());
const GTAC: Code =
    made("GTAC", &[Tag(0xA1), Ctc, Balance, Place, Number, Day, Hour, Inner], |held| {
        lock(held, Scheme::Seed).gtac_input(&inner_key(held)).to_vec()
    });

/// Every key, one layout a line.
#[rustfmt::skip]
pub(crate) const KEYS: &[Key] = &[
    Key { name: "SESPK, seed", codes: &[
        made("MAC1 of lock", &[Tag(0x91), Place, Number, Day, Hour], |held| lock(held, Scheme::Seed).mac1_input().to_vec()),
        made("MAC2 of lock", &[Balance, Tag(0x91), Place, Number, Day, Hour], |held| lock(held, Scheme::Seed).mac2_input().to_vec()),
        GTAC,
        made("GMAC", &[Sum, Tag(0x93), Place, Number, Day, Hour], |held| debit(held).gmac_input(Scheme::Seed).to_vec()),
        PURCHASE_MAC1,
        PURCHASE_MAC2,
    ] },
    Key { name: "SESPK of a key with the field scheme", codes: &[
        laid_out("SESPK'", &[Trn]),
        PURCHASE_MAC1,
        PURCHASE_MAC2,
    ] },
    Key { name: "SESPK', field", codes: &[
        made("MAC1 of lock", &[Tag(0x91), Place, Day, Hour], |held| lock(held, Scheme::Field).mac1_input().to_vec()),
        made("MAC2 of lock", &[Balance, Tag(0x91), Place, Day, Hour], |held| lock(held, Scheme::Field).mac2_input().to_vec()),
        GTAC,
        made("GMAC", &[Sum], |held| debit(held).gmac_input(Scheme::Field).to_vec()),
    ] },
    Key { name: "TAC key", codes: &[
        made("TAC of debit", &[Sum, Tag(0x93), Place, Number, Day, Hour], |held| debit(held).tac_input().to_vec()),
        made("TAC of purchase", &[Sum, Tag(0x05), Place, Number, Day, Hour], |held| purchase(held).tac_input().to_vec()),
        made("TAC of load", &[Balance, Otc, Sum, Tag(0x01), Place, Day, Hour], |held| transfer_tac(held, Direction::Load)),
        made("TAC of unload", &[Balance, Otc, Sum, Tag(0x03), Place, Day, Hour], |held| transfer_tac(held, Direction::Unload)),
        made("TAC of overdraft change", &[Balance, Otc, LimitAsAmount, Tag(0x07), Place, Day, Hour], |held| change(held).tac_input(balance(held), otc(held)).to_vec()),
        laid_out("TAC of overdraft change, its limit in three bytes", &[Balance, Otc, Limit, Tag(0x07), Place, Day, Hour]),
        made("MAC3 of on-line unlock", &[Balance, Otc, Sum, Tag(0x95), Place, Day, Hour], |held| unlock(held).mac3_input(balance(held), otc(held)).to_vec()),
        made("inner MAC of GTAC", &[Tag(0xA1), Ctc, Balance, Place, Number, Day, Hour, Random], |held| lock(held, Scheme::Seed).gtac_inner_input().to_vec()),
    ] },
    Key { name: "SESULK", codes: &[
        made("MAC1 of on-line unlock", &[Balance, Ctc, Tag(0x95), Place], |held| online::mac1_input(balance(held), u16::from_be_bytes(held.of(Ctc)), purse(held), Tid(held.of(Place))).to_vec()),
        made("MAC2 of on-line unlock", &[Sum, Tag(0x95), Place, Day, Hour], |held| unlock(held).mac2_input().to_vec()),
    ] },
    Key { name: "SESLK", codes: &[
        made("MAC1 of load", &[Balance, Sum, Tag(0x01), Place], |held| transfer(held, Direction::Load).mac1_input(balance(held)).to_vec()),
        made("MAC2 of load", &[Sum, Tag(0x01), Place, Day, Hour], |held| transfer(held, Direction::Load).mac2_input(date(held), time(held)).to_vec()),
    ] },
    Key { name: "SESUNK", codes: &[
        made("MAC1 of unload", &[Balance, Sum, Tag(0x03), Place], |held| transfer(held, Direction::Unload).mac1_input(balance(held)).to_vec()),
        made("MAC2 of unload", &[Sum, Tag(0x03), Place, Day, Hour], |held| transfer(held, Direction::Unload).mac2_input(date(held), time(held)).to_vec()),
    ] },
    Key { name: "SESODK", codes: &[
        made("MAC1 of overdraft change", &[Balance, Limit, Tag(0x07), Place], |held| overdraft::mac1_input(balance(held), limit(held), purse(held), Tid(held.of(Place))).to_vec()),
        made("MAC2 of overdraft change", &[Limit, Tag(0x07), Place, Day, Hour], |held| change(held).mac2_input().to_vec()),
    ] },
    // The challenge is xored into the first four bytes. So BLOCK, UNBLOCK and CARD BLOCK are one layout: they differ for
    // one challenge, and the card chooses it. Every other message differs from them and from each other for all.
    Key { name: "DAMK", codes: &[
        made("APPLICATION BLOCK and UNBLOCK, CARD BLOCK", &[Challenged, Byte(4)], |held| challenged(held, SecureMessage::ApplicationUnblock)),
        made("EXTERNAL AUTHENTICATE", &[Challenged], |held| challenged(held, SecureMessage::ExternalAuthenticate)),
        made("SWITCH KEYS", &[Challenged, Byte(0), Any(1)], |held| { let [version] = held.of(Any(1)); challenged(held, SecureMessage::SwitchKeys { version }) }),
        made("UPDATE BINARY of 1", &[Challenged, Byte(5), Any(1)], update::<1>),
        made("UPDATE BINARY of 4", &[Challenged, Byte(8), Any(4)], update::<4>),
        made("UPDATE BINARY of 30", &[Challenged, Byte(34), Any(30)], update::<30>),
    ] },
    Key { name: "DPUK", codes: &[
        made("UNBLOCK PIN", &[Challenged, Byte(0x0C), Any(8)], |held| challenged(held, SecureMessage::UnblockPin { block: held.of(Any(8)) })),
        laid_out("the PIN in it", &[PinBlock]),
    ] },
    Key { name: "DPRK, folded", codes: &[
        laid_out("RELOAD PIN of 2 bytes", &[PinDigits(2)]),
        laid_out("RELOAD PIN of 3 bytes", &[PinDigits(3)]),
        laid_out("RELOAD PIN of 4 bytes", &[PinDigits(4)]),
        laid_out("RELOAD PIN of 5 bytes", &[PinDigits(5)]),
        laid_out("RELOAD PIN of 6 bytes", &[PinDigits(6)]),
    ] },
    Key { name: "DSK", codes: &[
        made("SAM TAC, seed", &[Tag(0x93), Card, Ctc, Sum, Place, Number, Day, Hour], |held| sam_tac(held, Scheme::Seed)),
        made("SAM TAC, field", &[Tag(0x93), Card, Ctc, Sum, Place, Number, NoEnd], |held| sam_tac(held, Scheme::Field)),
    ] },
];

/// The challenge and zeros with which a secure message begins in suites 10 and 20.
const IV: Field = Text(&[0; 4]);

/// The keys of suites 10 and 20 that make other codes than in suite 00. The rest of their keys make those of [`KEYS`].
#[rustfmt::skip]
pub(crate) const WIDE_KEYS: &[Key] = &[
    Key { name: "DPK", codes: &[
        made("SESPK", &[Text(b"SESPK\0"), Random, Ctc, Number, Any(4), Place], offline),
        laid_out("a session of another name", &[Text(b"SESULK\0"), Random, Otc, Place]),
    ] },
    Key { name: "DULK, if it served all on-line sessions", codes: &[
        made("SESULK", &[Text(b"SESULK\0"), Random, Otc, Place], |held| online_session(held, Online::Unlock)),
        made("SESLK", &[Text(b"SESLK\0"), Random, Otc, Place], |held| online_session(held, Online::Load)),
        made("SESUNK", &[Text(b"SESUNK\0"), Random, Otc, Place], |held| online_session(held, Online::Unload)),
        made("SESODK", &[Text(b"SESODK\0"), Random, Otc, Place], |held| online_session(held, Online::Overdraft)),
    ] },
    Key { name: "DAMK of suite 10", codes: &[
        laid_out("APPLICATION BLOCK", &[Challenged, IV, Text(&[0x84, 0x1E, 0, 0, 4])]),
        laid_out("APPLICATION UNBLOCK", &[Challenged, IV, Text(&[0x84, 0x18, 0, 0, 4])]),
        laid_out("CARD BLOCK", &[Challenged, IV, Text(&[0x84, 0x16, 0, 0, 4])]),
        laid_out("SWITCH KEYS", &[Challenged, IV, Text(&[0x84, 0x1A, 0]), Any(1), Byte(0), Any(1)]),
        laid_out("EXTERNAL AUTHENTICATE", &[Challenged, IV, Text(&[0, 0x82, 0, 0])]),
        laid_out("UPDATE BINARY of 1", &[Challenged, IV, Text(&[0x04, 0xD6, 0x95]), Any(1), Byte(5), Any(1)]),
        laid_out("UPDATE BINARY of 4", &[Challenged, IV, Text(&[0x04, 0xD6, 0x95]), Any(1), Byte(8), Any(4)]),
        laid_out("UPDATE BINARY of 30", &[Challenged, IV, Text(&[0x04, 0xD6, 0x95]), Any(1), Byte(34), Any(30)]),
    ] },
    Key { name: "DPUK of suite 10", codes: &[
        laid_out("UNBLOCK PIN", &[Challenged, IV, Text(&[0x84, 0x24, 0, 1, 0x0C]), Any(8)]),
        laid_out("a round of the block in it", &[Text(b"BLOCK\0"), Any(1), Any(4)]),
    ] },
];

/// Layouts that the protocol does not have, because each of them collides with the other of its pair:
/// the search must find every one of these.
#[rustfmt::skip]
pub(crate) const COLLIDING: &[[Code; 2]] = &[
    // MAC2 of the lock played back as a GMAC for the whole balance, had they one tag.
    [laid_out("MAC2 with the tag of GMAC", &[Balance, Tag(0x93), Place, Number, Day, Hour]), laid_out("GMAC", &[Sum, Tag(0x93), Place, Number, Day, Hour])],
    // A TRN that may be an amount.
    [laid_out("SESPK' of any TRN", &[Any(4)]), PURCHASE_MAC2],
    // Dates that are not looked at.
    [laid_out("MAC1 of on-line unlock", &[Balance, Ctc, Tag(0x95), Place]), laid_out("MAC2 of any date", &[Sum, Tag(0x95), Place, Any(4), Hour])],
    [laid_out("MAC1 of load", &[Balance, Sum, Tag(0x01), Place]), laid_out("MAC2 of any time", &[Sum, Tag(0x01), Place, Day, Any(3)])],
    [laid_out("MAC1 of overdraft change", &[Balance, Limit, Tag(0x07), Place]), laid_out("MAC2 of any time", &[Limit, Tag(0x07), Place, Day, Any(3)])],
    [laid_out("TAC of debit", &[Sum, Tag(0x93), Place, Number, Day, Hour]), laid_out("TAC of load of any time", &[Balance, Otc, Sum, Tag(0x01), Place, Day, Any(3)])],
    // An EXTERNAL AUTHENTICATE with its Lc: whoever may ask for an UNBLOCK with a challenge of his own has its code.
    [laid_out("UNBLOCK", &[Challenged, Byte(4)]), laid_out("EXTERNAL AUTHENTICATE with Lc", &[Challenged, Byte(4)])],
    // A SWITCH KEYS with nothing but its Lc behind the header, and one whose version follows its Lc: an UNBLOCK, and an
    // UPDATE BINARY of one byte, with a challenge of one's own.
    [laid_out("UNBLOCK", &[Challenged, Byte(4)]), laid_out("SWITCH KEYS with the version in P2 alone", &[Challenged, Byte(4)])],
    [laid_out("UPDATE BINARY of 1", &[Challenged, Byte(5), Any(1)]), laid_out("SWITCH KEYS with its version as data", &[Challenged, Byte(5), Any(1)])],
    // A field GMAC and a MAC1 of purchase without its tag.
    [laid_out("GMAC of the amount", &[Sum]), laid_out("purchase without a tag", &[Sum, Place, Day, Hour])],
];
