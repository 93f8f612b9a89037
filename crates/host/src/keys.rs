//! The centre's keys (protocol §4): main keys behind a vault that hands out card keys only.

use std::collections::BTreeMap;
use std::sync::Arc;

use crypto::{Key, bulk};
use wire::key::SUITE_3DES;
use wire::{Asn, Dispersing, Scheme, Suite, Tid};

/// The main keys that card keys are dispersed from, by the names of protocol §4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum KeyKind {
    /// Consumption: purchase, grey lock, debit.
    Mpk,
    /// Load.
    Mlk,
    /// On-line unlock (the mandatory unlock of claim 2).
    Mulk,
    /// Unload.
    Munk,
    /// Change of the overdraft limit.
    Modk,
    /// TAC.
    Mtk,
    /// Unblock PIN.
    Mpuk,
    /// Reload PIN.
    Mprk,
    /// Application maintenance: block, unblock, protected update, external authentication.
    Mamk,
    /// Internal authentication.
    Miak,
}

impl KeyKind {
    /// All of them, in the order of protocol §4.
    pub const ALL: [Self; 10] = [
        Self::Mpk,
        Self::Mlk,
        Self::Mulk,
        Self::Munk,
        Self::Modk,
        Self::Mtk,
        Self::Mpuk,
        Self::Mprk,
        Self::Mamk,
        Self::Miak,
    ];

    /// The name in the keys file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mpk => "mpk",
            Self::Mlk => "mlk",
            Self::Mulk => "mulk",
            Self::Munk => "munk",
            Self::Modk => "modk",
            Self::Mtk => "mtk",
            Self::Mpuk => "mpuk",
            Self::Mprk => "mprk",
            Self::Mamk => "mamk",
            Self::Miak => "miak",
        }
    }
}

/// Where the main keys live: a sealed file or an HSM. Main keys stay inside, but for MPK, which PSAMs are issued with, and
/// those that a file has in memory, which it lends for codes in bulk.
pub trait KeyVault {
    /// The key of one card; `None` when the vault has no such version, or its suite is not
    /// one that this crate computes.
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key>;

    /// DSK, the record key of one PSAM.
    fn psam_key(&self, tid: Tid) -> Key;

    /// The scheme of a key version.
    fn scheme(&self, version: u8) -> Option<Scheme>;

    /// The suite of a key version.
    fn suite(&self, version: u8) -> Option<u8>;

    /// Every key version in use, newest first.
    fn versions(&self) -> Vec<u8>;

    /// The issuer's identification, as EF 15 of its cards has it.
    fn issuer(&self) -> [u8; 8];

    /// Dispersing levels of a key: one is the ASN alone.
    fn levels(&self, kind: KeyKind) -> u8;

    /// MPK itself, which each PSAM holds: for issuing PSAMs alone.
    fn consumption_key(&self, version: u8) -> Option<Key>;

    /// What the codes of many records of this version are computed from at once, where main keys are in memory: MPK and
    /// MTK, each dispersed by all that the cards share, and MSK. `None` where they are in a device that is asked record
    /// by record, or where there is no such version.
    fn bulk_keys(&self, _version: u8) -> Option<bulk::Keys> {
        None
    }

    /// Whether [`Self::bulk_keys`] has any for this version: no key is copied for the answer.
    fn in_bulk(&self, _version: u8) -> bool {
        false
    }
}

/// A vault that several threads ask.
impl<V: KeyVault + ?Sized> KeyVault for Arc<V> {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        self.as_ref().card_key(kind, version, asn)
    }

    fn psam_key(&self, tid: Tid) -> Key {
        self.as_ref().psam_key(tid)
    }

    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.as_ref().scheme(version)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        self.as_ref().suite(version)
    }

    fn versions(&self) -> Vec<u8> {
        self.as_ref().versions()
    }

    fn issuer(&self) -> [u8; 8] {
        self.as_ref().issuer()
    }

    fn levels(&self, kind: KeyKind) -> u8 {
        self.as_ref().levels(kind)
    }

    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.as_ref().consumption_key(version)
    }

    fn bulk_keys(&self, version: u8) -> Option<bulk::Keys> {
        self.as_ref().bulk_keys(version)
    }

    fn in_bulk(&self, version: u8) -> bool {
        self.as_ref().in_bulk(version)
    }
}

/// Main keys of one version: every one of them is of its suite.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// The ten main keys that card keys are dispersed from.
    pub main: BTreeMap<KeyKind, Key>,
    /// Key version: no other set has it, whatever its suite.
    pub version: u8,
    /// Algorithm identifier: the suite.
    pub suite: u8,
    /// The scheme of the grey lock.
    pub scheme: Scheme,
}

/// `[main]` of the keys file: the keys that cards are issued with, and `[[older]]`, those that cards still have.
#[derive(Clone, Debug)]
pub struct MainKeys {
    /// The ten main keys that card keys are dispersed from.
    pub main: BTreeMap<KeyKind, Key>,
    /// MSK, from which each PSAM's own key comes.
    pub msk: Key,
    /// Key version.
    pub version: u8,
    /// Algorithm identifier: the suite.
    pub suite: u8,
    /// The scheme of the grey lock.
    pub scheme: Scheme,
    /// Dispersing levels where they are not one: 2 puts the issuer before the ASN.
    pub levels: BTreeMap<KeyKind, u8>,
    /// The issuer, second dispersing input.
    pub issuer: [u8; 8],
    /// Currency of the purse, for display.
    pub currency: String,
    /// Decimals of the currency, for display.
    pub decimals: u8,
    /// Keys of earlier versions, newest first. PSAMs and centre serve their cards beside the others.
    pub older: Vec<KeySet>,
}

impl MainKeys {
    /// One level everywhere, suite 00, version 1, the seed scheme. `main` is in the order of
    /// [`KeyKind::ALL`].
    #[must_use]
    pub fn new(main: [Key; 10], msk: Key) -> Self {
        Self {
            main: KeyKind::ALL.into_iter().zip(main).collect(),
            msk,
            version: 1,
            suite: SUITE_3DES,
            scheme: Scheme::Seed,
            levels: BTreeMap::new(),
            issuer: [0; 8],
            currency: "CNY".to_owned(),
            decimals: 2,
            older: Vec::new(),
        }
    }

    /// The same bytes as keys of another suite.
    #[must_use]
    pub fn in_suite(mut self, suite: Suite) -> Self {
        let moved = |key: &Key| Key::of(suite, *key.expose());
        self.main.values_mut().for_each(|key| *key = moved(key));
        self.msk = moved(&self.msk);
        self.suite = suite.byte();
        self
    }

    /// Every version: the one that cards are issued with, then the older ones.
    pub fn sets(&self) -> impl Iterator<Item = Set<'_>> {
        let older = self.older.iter().map(|KeySet { main, version, suite, scheme }| Set {
            main,
            version: *version,
            suite: *suite,
            scheme: *scheme,
        });
        std::iter::once(self.newest()).chain(older)
    }

    /// The set that cards are issued with.
    #[must_use]
    pub const fn newest(&self) -> Set<'_> {
        Set { main: &self.main, version: self.version, suite: self.suite, scheme: self.scheme }
    }

    fn set(&self, version: u8) -> Option<Set<'_>> {
        self.sets().find(|set| set.version == version)
    }

    /// Dispersing levels of a key: one is the ASN alone.
    #[must_use]
    pub fn levels_of(&self, kind: KeyKind) -> u8 {
        self.levels.get(&kind).copied().unwrap_or(1)
    }

    /// The dispersing inputs beyond the ASN; `None` for a number of levels that has no
    /// defined inputs.
    #[must_use]
    pub fn dispersing(&self, kind: KeyKind) -> Option<Dispersing> {
        match self.levels_of(kind) {
            1 => Some(Dispersing::NONE),
            2 => Dispersing::new(&[self.issuer]),
            _ => None,
        }
    }
}

/// A version of [`MainKeys`].
#[derive(Clone, Copy, Debug)]
pub struct Set<'a> {
    main: &'a BTreeMap<KeyKind, Key>,
    /// Key version.
    pub version: u8,
    /// Algorithm identifier: the suite.
    pub suite: u8,
    /// The scheme of the grey lock.
    pub scheme: Scheme,
}

impl<'a> Set<'a> {
    /// A main key; `None` where its suite is unknown here, is not that of the set, or has not the set's scheme.
    #[must_use]
    pub fn key(&self, kind: KeyKind) -> Option<&'a Key> {
        let suite = Suite::from_byte(self.suite).filter(|suite| suite.has(self.scheme))?;
        self.main.get(&kind).filter(|key| key.suite() == suite)
    }
}

impl KeyVault for MainKeys {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        let key = self.set(version)?.key(kind)?;
        Some(key.for_card(asn, &self.dispersing(kind)?))
    }

    fn psam_key(&self, tid: Tid) -> Key {
        self.msk.for_psam(tid)
    }

    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.set(version).map(|set| set.scheme)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        self.set(version).map(|set| set.suite)
    }

    fn versions(&self) -> Vec<u8> {
        self.sets().map(|set| set.version).collect()
    }

    fn issuer(&self) -> [u8; 8] {
        self.issuer
    }

    fn levels(&self, kind: KeyKind) -> u8 {
        self.levels_of(kind)
    }

    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.set(version)?.key(KeyKind::Mpk).cloned()
    }

    fn bulk_keys(&self, version: u8) -> Option<bulk::Keys> {
        let set = self.set(version)?;
        // Further levels come outermost first, as `Key::for_card` has them; the ASN is left to each record.
        let shared = |kind| {
            let dispersing = self.dispersing(kind)?;
            let outer = dispersing.inputs().iter().rev();
            Some(outer.fold(set.key(kind)?.clone(), |key, input| key.diversify(*input)))
        };
        Some(bulk::Keys {
            scheme: set.scheme,
            consumption: shared(KeyKind::Mpk)?,
            tac: shared(KeyKind::Mtk)?,
            psam: self.msk.clone(),
        })
    }

    fn in_bulk(&self, version: u8) -> bool {
        let is_shared =
            |set: &Set<'_>, kind| set.key(kind).is_some() && self.dispersing(kind).is_some();
        let both = |set| [KeyKind::Mpk, KeyKind::Mtk].into_iter().all(|kind| is_shared(&set, kind));
        self.set(version).is_some_and(both)
    }
}
