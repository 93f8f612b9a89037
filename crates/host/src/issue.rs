//! Making cards and PSAMs from main keys: the issuing half of the centre (protocol §4).

use card::{CardKey, CardKeys, ConsumptionKey, Opening};
use crypto::Key;

use psam::MainKey;
use wire::files::PublicData;
use wire::{Asn, Date, Tid};

use crate::keys::{KeyKind, KeyVault, MainKeys};

/// A card to be made.
#[derive(Clone, Debug)]
pub struct CardOrder {
    /// Its number.
    pub asn: Asn,
    /// The application's name.
    pub aid: card::Aid,
    /// What the purses begin with.
    pub opening: [Opening; 2],
    /// First day of use.
    pub start: Date,
    /// Last day of use.
    pub expiry: Date,
    /// Random key of its number generator.
    pub icc_key: Key,
}

/// The card's profile: every key dispersed; `None` when the keys file has a suite or a number
/// of dispersing levels that cannot be dispersed.
#[must_use]
pub fn card_profile(keys: &MainKeys, order: &CardOrder) -> Option<card::Profile> {
    let key = |kind| keys.card_key(kind, keys.version, order.asn);
    let card_key =
        |kind| Some(CardKey { version: keys.version, algorithm: keys.suite, key: key(kind)? });
    let consumption = ConsumptionKey {
        index: 1,
        version: keys.version,
        algorithm: keys.suite,
        scheme: keys.scheme,
        key: key(KeyKind::Mpk)?,
    };
    let card_keys = CardKeys {
        consumption: [Some(consumption), None],
        load: card_key(KeyKind::Mlk)?,
        unlock: card_key(KeyKind::Mulk)?,
        unload: card_key(KeyKind::Munk)?,
        overdraft: card_key(KeyKind::Modk)?,
        tac: card_key(KeyKind::Mtk)?,
        pin_unblock: card_key(KeyKind::Mpuk)?,
        pin_reload: card_key(KeyKind::Mprk)?,
        maintenance: card_key(KeyKind::Mamk)?,
        internal: card_key(KeyKind::Miak)?,
    };
    Some(card::Profile {
        aid: order.aid,
        public: public_data(keys, order),
        keys: card_keys,
        icc_key: order.icc_key.clone(),
        opening: order.opening,
        error_limit: card::Profile::DEFAULT_ERROR_LIMIT,
    })
}

fn public_data(keys: &MainKeys, order: &CardOrder) -> PublicData {
    let mut number = [0; 10];
    number[2..].copy_from_slice(&order.asn.0);
    PublicData {
        issuer: keys.issuer,
        kind: 1,
        version: 1,
        number,
        start: order.start,
        expiry: order.expiry,
        fci: [keys.levels_of(KeyKind::Mpk), keys.scheme.byte()],
    }
}

/// The PSAM's profile: the consumption main key itself, and its own record key.
#[must_use]
pub fn psam_profile(keys: &MainKeys, tid: Tid, trn_key: Key) -> Option<psam::Profile> {
    let consumption = MainKey {
        version: keys.version,
        algorithm: keys.suite,
        scheme: keys.scheme,
        key: keys.main.get(&KeyKind::Mpk)?.clone(),
    };
    let mut serial = [0; 10];
    serial[4..].copy_from_slice(&tid.0);
    Some(psam::Profile {
        tid,
        serial,
        aid: wire::files::DEFAULT_AID,
        consumption: [Some(consumption), None, None, None],
        record_key: keys.psam_key(tid),
        trn_key,
        first_ttc: psam::Profile::FIRST_TTC,
    })
}
