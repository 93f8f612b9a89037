//! Every code of protocol §4 under the key it is made with.

use crypto::online::{self, Unlock};
use crypto::{Debit, Lock, TacKey};
use wire::{Amount, Asn, Date, Icc, Purse, Scheme, Tid, Time, Ttc};

use super::layout::Field::{
    Amount as Sum, Any, Asn as Card, Balance, Ctc, Date as Day, Icc as Random, Inner, Limit,
    LimitAsAmount, NoEnd, Otc, Tag, Tid as Place, Time as Hour, Trn, Ttc as Number,
};
use super::layout::{Field, Held};

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

const PURCHASE_MAC1: Code = laid_out("MAC1 of purchase", &[Sum, Tag(0x05), Place, Day, Hour]);
const PURCHASE_MAC2: Code = laid_out("MAC2 of purchase", &[Sum]);
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
        laid_out("TAC of purchase", &[Sum, Tag(0x05), Place, Number, Day, Hour]),
        laid_out("TAC of load", &[Balance, Otc, Sum, Tag(0x01), Place, Day, Hour]),
        laid_out("TAC of unload", &[Balance, Otc, Sum, Tag(0x03), Place, Day, Hour]),
        laid_out("TAC of overdraft change", &[Balance, Otc, LimitAsAmount, Tag(0x07), Place, Day, Hour]),
        laid_out("TAC of overdraft change, its limit in three bytes", &[Balance, Otc, Limit, Tag(0x07), Place, Day, Hour]),
        made("MAC3 of on-line unlock", &[Balance, Otc, Sum, Tag(0x95), Place, Day, Hour], |held| unlock(held).mac3_input(balance(held), u16::from_be_bytes(held.of(Otc))).to_vec()),
        made("inner MAC of GTAC", &[Tag(0xA1), Ctc, Balance, Place, Number, Day, Hour, Random], |held| lock(held, Scheme::Seed).gtac_inner_input().to_vec()),
    ] },
    Key { name: "SESULK", codes: &[
        made("MAC1 of on-line unlock", &[Balance, Ctc, Tag(0x95), Place], |held| online::mac1_input(balance(held), u16::from_be_bytes(held.of(Ctc)), purse(held), Tid(held.of(Place))).to_vec()),
        made("MAC2 of on-line unlock", &[Sum, Tag(0x95), Place, Day, Hour], |held| unlock(held).mac2_input().to_vec()),
    ] },
    Key { name: "SESLK", codes: &[
        laid_out("MAC1 of load", &[Balance, Sum, Tag(0x01), Place]),
        laid_out("MAC2 of load", &[Sum, Tag(0x01), Place, Day, Hour]),
    ] },
    Key { name: "SESUNK", codes: &[
        laid_out("MAC1 of unload", &[Balance, Sum, Tag(0x03), Place]),
        laid_out("MAC2 of unload", &[Sum, Tag(0x03), Place, Day, Hour]),
    ] },
    Key { name: "SESODK", codes: &[
        laid_out("MAC1 of overdraft change", &[Balance, Limit, Tag(0x07), Place]),
        laid_out("MAC2 of overdraft change", &[Limit, Tag(0x07), Place, Day, Hour]),
    ] },
    Key { name: "DSK", codes: &[
        made("SAM TAC, seed", &[Tag(0x93), Card, Ctc, Sum, Place, Number, Day, Hour], |held| sam_tac(held, Scheme::Seed)),
        made("SAM TAC, field", &[Tag(0x93), Card, Ctc, Sum, Place, Number, NoEnd], |held| sam_tac(held, Scheme::Field)),
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
    // A field GMAC and a MAC1 of purchase without its tag.
    [laid_out("GMAC of the amount", &[Sum]), laid_out("purchase without a tag", &[Sum, Place, Day, Hour])],
];

/// By the tag; the field GMAC has none, and any purse makes it.
fn purse(held: &Held<'_>) -> Purse {
    match held.tag() {
        Some(tag) if tag.is_multiple_of(2) => Purse::Ep,
        _ => Purse::Ed,
    }
}

fn amount_in(bytes: [u8; 4]) -> Amount {
    Amount::from_bytes(bytes).unwrap()
}

fn balance(held: &Held<'_>) -> Amount {
    amount_in(held.of(Balance))
}

fn date(held: &Held<'_>) -> Date {
    Date::from_bytes(held.of(Day)).unwrap_or(Date::ZERO)
}

fn time(held: &Held<'_>) -> Time {
    Time::from_bytes(held.of(Hour)).unwrap()
}

fn lock(held: &Held<'_>, scheme: Scheme) -> Lock {
    Lock {
        scheme,
        purse: purse(held),
        balance: balance(held),
        ctc: u16::from_be_bytes(held.of(Ctc)),
        icc: Icc(held.of(Random)),
        tid: Tid(held.of(Place)),
        ttc: Ttc::from_bytes(held.of(Number)),
        date: date(held),
        time: time(held),
    }
}

fn debit(held: &Held<'_>) -> Debit {
    Debit {
        purse: purse(held),
        amount: amount_in(held.of(Sum)),
        tid: Tid(held.of(Place)),
        ttc: Ttc::from_bytes(held.of(Number)),
        date: date(held),
        time: time(held),
    }
}

fn unlock(held: &Held<'_>) -> Unlock {
    let amount = amount_in(held.of(Sum));
    Unlock {
        purse: purse(held),
        amount,
        tid: Tid(held.of(Place)),
        date: date(held),
        time: time(held),
    }
}

fn sam_tac(held: &Held<'_>, scheme: Scheme) -> Vec<u8> {
    let ctc = u16::from_be_bytes(held.of(Ctc));
    debit(held).sam_tac_input(scheme, Asn(held.of(Card)), ctc).to_vec()
}

/// Some TAC key: the inner MAC may then be anything.
fn inner_key(held: &Held<'_>) -> TacKey {
    let [a, b, c, d] = held.of(Inner);
    crypto::Key::new([a, b, c, d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).folded()
}
