//! INIT SAM PURCHASE and CREDIT SAM PURCHASE (protocol §8).

use super::{InitGreyLock, Parsed, PsamCommand, fits_init};
use crate::amount::Amount;
use crate::apdu::{Apdu, CommandBytes, command};
use crate::bcd::{Date, Time};
use crate::door::{data, want_zeros};
use crate::ids::{Asn, Icc, Mac};
use crate::key::{Dispersing, KeyRef};
use crate::response;
use crate::tag::{Kind, Purse};

/// INIT SAM PURCHASE `80 70 00 00`: the layout of INIT SAM GREY LOCK with the amount in place of the balance and the
/// tag 05 or 06.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InitPurchase {
    /// The card's random number.
    pub icc: Icc,
    /// CTC n.
    pub ctc: u16,
    /// What is to be paid.
    pub amount: Amount,
    /// The purse, from the tag 05 or 06.
    pub purse: Purse,
    /// Date of the purchase.
    pub date: Date,
    /// Time of the purchase.
    pub time: Time,
    /// Which consumption key the card has.
    pub key: KeyRef,
    /// The card.
    pub asn: Asn,
    /// Levels beyond the ASN, innermost first.
    pub dispersing: Dispersing,
}

pub(super) fn init<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    let bytes = apdu.data(fits_init, response::INIT_SAM_PURCHASE_LEN.into())?;
    Ok(PsamCommand::InitPurchase(data(InitPurchase::read(bytes))?))
}

pub(super) fn credit<'a>(apdu: &Apdu<'a>) -> Parsed<'a> {
    want_zeros(apdu)?;
    Ok(PsamCommand::CreditPurchase { mac2: Mac(*apdu.exactly::<4>(0)?) })
}

pub(super) fn encode_credit(mac2: Mac) -> CommandBytes {
    command([0x80, 0x72, 0, 0], &mac2.0, None)
}

impl InitPurchase {
    fn read(bytes: &[u8]) -> Option<Self> {
        let InitGreyLock { icc, ctc, balance: amount, purse, date, time, key, asn, dispersing } =
            InitGreyLock::read(bytes, Kind::Purchase)?;
        Some(Self { icc, ctc, amount, purse, date, time, key, asn, dispersing })
    }

    pub(super) fn encode(&self) -> CommandBytes {
        let Self { icc, ctc, amount: balance, purse, date, time, key, asn, dispersing } = *self;
        let layout = InitGreyLock { icc, ctc, balance, purse, date, time, key, asn, dispersing };
        let answer_len = response::INIT_SAM_PURCHASE_LEN;
        command([0x80, 0x70, 0, 0], &layout.data(Kind::Purchase), Some(answer_len))
    }
}
