//! The crate's own inputs, made from what the fields of a layout hold.

use crypto::message::SecureMessage;
use crypto::online::Unlock;
use crypto::overdraft::Change;
use crypto::session::{offline_input, online_input};
use crypto::{Debit, Direction, Lock, Online, Purchase, TacKey, Transfer};
use wire::{Amount, Asn, Date, Icc, Purse, Scheme, Tid, Time, Trn, Ttc};

use super::layout::Field::{
    Amount as Sum, Any, Asn as Card, Balance, Challenged, Ctc, Date as Day, Icc as Random, Inner,
    Limit, LimitAsAmount, Otc, Tid as Place, Time as Hour, Ttc as Number,
};
use super::layout::Held;

/// By the tag; the field GMAC has none, and any purse makes it.
pub(crate) fn purse(held: &Held<'_>) -> Purse {
    match held.tag() {
        Some(tag) if tag.is_multiple_of(2) => Purse::Ep,
        _ => Purse::Ed,
    }
}

fn amount_in(bytes: [u8; 4]) -> Amount {
    Amount::from_bytes(bytes).unwrap()
}

pub(crate) fn balance(held: &Held<'_>) -> Amount {
    amount_in(held.of(Balance))
}

pub(crate) fn date(held: &Held<'_>) -> Date {
    Date::from_bytes(held.of(Day)).unwrap_or(Date::ZERO)
}

pub(crate) fn time(held: &Held<'_>) -> Time {
    Time::from_bytes(held.of(Hour)).unwrap()
}

pub(crate) fn lock(held: &Held<'_>, scheme: Scheme) -> Lock {
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

pub(crate) fn debit(held: &Held<'_>) -> Debit {
    Debit {
        purse: purse(held),
        amount: amount_in(held.of(Sum)),
        tid: Tid(held.of(Place)),
        ttc: Ttc::from_bytes(held.of(Number)),
        date: date(held),
        time: time(held),
    }
}

pub(crate) fn unlock(held: &Held<'_>) -> Unlock {
    let amount = amount_in(held.of(Sum));
    Unlock {
        purse: purse(held),
        amount,
        tid: Tid(held.of(Place)),
        date: date(held),
        time: time(held),
    }
}

pub(crate) fn sam_tac(held: &Held<'_>, scheme: Scheme) -> Vec<u8> {
    let ctc = u16::from_be_bytes(held.of(Ctc));
    debit(held).sam_tac_input(scheme, Asn(held.of(Card)), ctc).to_vec()
}

/// Some TAC key: the inner MAC may then be anything.
pub(crate) fn inner_key(held: &Held<'_>) -> TacKey {
    let [a, b, c, d] = held.of(Inner);
    crypto::Key::new([a, b, c, d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).folded()
}

pub(crate) fn otc(held: &Held<'_>) -> u16 {
    u16::from_be_bytes(held.of(Otc))
}

/// In three bytes, or in the four of an amount.
pub(crate) fn limit(held: &Held<'_>) -> wire::Limit {
    let [_, a, b, c] = held.of(LimitAsAmount);
    let short: [u8; 3] = held.of(Limit);
    wire::Limit::from_bytes(if short == [0; 3] { [a, b, c] } else { short })
}

pub(crate) fn purchase(held: &Held<'_>) -> Purchase {
    Purchase {
        purse: purse(held),
        amount: amount_in(held.of(Sum)),
        tid: Tid(held.of(Place)),
        ttc: Ttc::from_bytes(held.of(Number)),
        date: date(held),
        time: time(held),
    }
}

pub(crate) fn transfer(held: &Held<'_>, direction: Direction) -> Transfer {
    let amount = amount_in(held.of(Sum));
    Transfer { direction, purse: purse(held), amount, tid: Tid(held.of(Place)) }
}

pub(crate) fn transfer_tac(held: &Held<'_>, direction: Direction) -> Vec<u8> {
    let transfer = transfer(held, direction);
    transfer.tac_input(balance(held), otc(held), date(held), time(held)).to_vec()
}

pub(crate) fn change(held: &Held<'_>) -> Change {
    Change {
        purse: purse(held),
        limit: limit(held),
        tid: Tid(held.of(Place)),
        date: date(held),
        time: time(held),
    }
}

/// The input with the challenge that makes its first four bytes what the field holds.
pub(crate) fn challenged(held: &Held<'_>, message: SecureMessage<'_>) -> Vec<u8> {
    let first: [u8; 4] = held.of(Challenged);
    let mut input = message.input().to_vec();
    input[..4].copy_from_slice(&first);
    input
}

pub(crate) fn update<const N: usize>(held: &Held<'_>) -> Vec<u8> {
    let data: [u8; N] = held.of(Any(N));
    challenged(held, SecureMessage::UpdateBinary { sfi: 0x15, offset: 0, data: &data })
}

pub(crate) fn offline(held: &Held<'_>) -> Vec<u8> {
    let (icc, ctc) = (Icc(held.of(Random)), u16::from_be_bytes(held.of(Ctc)));
    let (ttc, trn) = (Ttc::from_bytes(held.of(Number)), Trn(held.of(Any(4))));
    offline_input(icc, ctc, ttc, trn, Tid(held.of(Place))).to_vec()
}

pub(crate) fn online_session(held: &Held<'_>, session: Online) -> Vec<u8> {
    online_input(session, Icc(held.of(Random)), otc(held), Tid(held.of(Place))).to_vec()
}
