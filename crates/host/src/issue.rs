//! Making cards and PSAMs from main keys: the issuing half of the centre (protocol §4).

use std::fmt;

use card::{Aid, CardKey, CardKeys, ConsumptionKey, DEFAULT_KEY_INDEX, NextKeys, Opening};
use crypto::Key;
use wire::files::{DEFAULT_AID, PublicData};
use wire::{Asn, Date, Purse, Scheme, Tid};

use crate::keys::{KeyKind, KeyVault};

/// The application's type in EF 15.
const APPLICATION_TYPE: u8 = 1;
/// The application's version in EF 15.
const APPLICATION_VERSION: u8 = 1;

/// A card to be made.
#[derive(Clone, Copy, Debug)]
pub struct CardOrder {
    /// The card.
    pub asn: Asn,
    /// The purse that is opened with money.
    pub purse: Purse,
    /// What can be spent, the limit, and the first numbers.
    pub opening: Opening,
    /// The application's name.
    pub aid: Aid,
    /// First day of use.
    pub start: Date,
    /// Last day of use.
    pub expiry: Date,
}

/// A PSAM to be made.
#[derive(Clone, Copy, Debug)]
pub struct PsamOrder {
    /// Terminal id.
    pub tid: Tid,
    /// Serial number.
    pub serial: [u8; 10],
    /// First transaction number.
    pub first_ttc: u32,
}

/// No card key comes from this main key: its suite or its number of levels is unknown here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotDispersed(pub KeyKind);

impl fmt::Display for NotDispersed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no card key comes from `{}`: its suite or its levels are unknown here",
            self.0.name()
        )
    }
}

impl std::error::Error for NotDispersed {}

/// No card can begin with keys of this version and be switched to the newest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoWayOver {
    /// There are no keys of this version.
    NoSuchVersion(u8),
    /// They are the newest: there is nothing to switch to.
    AlreadyNewest(u8),
    /// One of the two sets disperses no card keys.
    NotDispersed(NotDispersed),
}

impl fmt::Display for NoWayOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchVersion(version) => write!(f, "there are no keys of version {version}"),
            Self::AlreadyNewest(version) => {
                write!(
                    f,
                    "the keys of version {version} are the newest: there is nothing to switch to"
                )
            }
            Self::NotDispersed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for NoWayOver {}

/// The profile of a card that begins with keys of an older version, and that SWITCH KEYS can bring over to the newest.
/// `icc_key` as for [`card_profile`].
pub fn card_profile_from<V: KeyVault + ?Sized>(
    keys: &V,
    order: &CardOrder,
    icc_key: Key,
    first: u8,
) -> Result<card::Profile, NoWayOver> {
    let newest = card_profile(keys, order, icc_key).map_err(NoWayOver::NotDispersed)?;
    if first == newest.keys.maintenance.version {
        return Err(NoWayOver::AlreadyNewest(first));
    }
    if !keys.versions().contains(&first) {
        return Err(NoWayOver::NoSuchVersion(first));
    }
    let set = Set::of(keys, first).map_err(NoWayOver::NotDispersed)?;
    let first = card_keys(keys, set, order.asn).map_err(NoWayOver::NotDispersed)?;
    Ok(card::Profile {
        public: public_data(keys, set, order),
        keys: first,
        next: Some(NextKeys { fci: newest.public.fci, keys: newest.keys.clone() }),
        ..newest
    })
}

/// A card's profile with the newest keys. `icc_key` is random and of no other use.
pub fn card_profile<V: KeyVault + ?Sized>(
    keys: &V,
    order: &CardOrder,
    icc_key: Key,
) -> Result<card::Profile, NotDispersed> {
    let newest = keys.versions().first().copied().ok_or(NotDispersed(KeyKind::Mpk))?;
    let set = Set::of(keys, newest)?;
    let opening = Purse::ALL
        .map(|purse| if purse == order.purse { order.opening } else { Opening::default() });
    Ok(card::Profile {
        aid: order.aid,
        public: public_data(keys, set, order),
        keys: card_keys(keys, set, order.asn)?,
        next: None,
        icc_key,
        opening,
        error_limit: card::Profile::DEFAULT_ERROR_LIMIT,
    })
}

/// A PSAM's profile: the consumption main keys themselves, of the four newest versions, and its own record key. `trn_key` is
/// random and of no other use.
pub fn psam_profile<V: KeyVault + ?Sized>(
    keys: &V,
    order: &PsamOrder,
    trn_key: Key,
) -> Result<psam::Profile, NotDispersed> {
    let mut consumption = [const { None }; 4];
    for (place, version) in consumption.iter_mut().zip(keys.versions()) {
        let Set { suite, scheme, .. } = Set::of(keys, version)?;
        let key = keys.consumption_key(version).ok_or(NotDispersed(KeyKind::Mpk))?;
        *place = Some(psam::MainKey { version, algorithm: suite, scheme, key });
    }
    Ok(psam::Profile {
        tid: order.tid,
        serial: order.serial,
        aid: DEFAULT_AID,
        consumption,
        record_key: keys.psam_key(order.tid),
        trn_key,
        first_ttc: order.first_ttc,
    })
}

/// A version of the main keys.
#[derive(Clone, Copy)]
struct Set {
    version: u8,
    suite: u8,
    scheme: Scheme,
}

impl Set {
    fn of<V: KeyVault + ?Sized>(keys: &V, version: u8) -> Result<Self, NotDispersed> {
        let known = keys.suite(version).zip(keys.scheme(version));
        let (suite, scheme) = known.ok_or(NotDispersed(KeyKind::Mpk))?;
        Ok(Self { version, suite, scheme })
    }
}

/// EF 15; its FCI bytes say the dispersing levels of the consumption key and its scheme.
fn public_data<V: KeyVault + ?Sized>(keys: &V, set: Set, order: &CardOrder) -> PublicData {
    let [a, b, c, d, e, f, g, h] = order.asn.0;
    PublicData {
        issuer: keys.issuer(),
        kind: APPLICATION_TYPE,
        version: APPLICATION_VERSION,
        number: [0, 0, a, b, c, d, e, f, g, h],
        start: order.start,
        expiry: order.expiry,
        fci: [keys.levels(KeyKind::Mpk), set.scheme.byte()],
    }
}

fn card_keys<V: KeyVault + ?Sized>(keys: &V, set: Set, asn: Asn) -> Result<CardKeys, NotDispersed> {
    let (version, algorithm) = (set.version, set.suite);
    let dispersed = |kind: KeyKind| keys.card_key(kind, version, asn).ok_or(NotDispersed(kind));
    let other = |kind| dispersed(kind).map(|key| CardKey { version, algorithm, key });
    let consumption = ConsumptionKey {
        index: DEFAULT_KEY_INDEX,
        version,
        algorithm,
        scheme: set.scheme,
        key: dispersed(KeyKind::Mpk)?,
    };
    Ok(CardKeys {
        consumption: [Some(consumption), None],
        load: other(KeyKind::Mlk)?,
        unlock: other(KeyKind::Mulk)?,
        unload: other(KeyKind::Munk)?,
        overdraft: other(KeyKind::Modk)?,
        tac: other(KeyKind::Mtk)?,
        pin_unblock: other(KeyKind::Mpuk)?,
        pin_reload: other(KeyKind::Mprk)?,
        maintenance: other(KeyKind::Mamk)?,
        internal: other(KeyKind::Miak)?,
    })
}
