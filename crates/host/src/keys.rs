//! The centre's keys (protocol §4): main keys behind a vault that hands out card keys only.

use std::collections::BTreeMap;

use crypto::Key;
use wire::key::SUITE_3DES;
use wire::{Asn, Dispersing, Scheme, Tid};

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

/// Where the main keys live: a sealed file or an HSM. Main keys stay inside.
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
}

/// `[main]` of the keys file.
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
        }
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

impl KeyVault for MainKeys {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        if version != self.version || self.suite != SUITE_3DES {
            return None;
        }
        Some(self.main.get(&kind)?.for_card(asn, &self.dispersing(kind)?))
    }

    fn psam_key(&self, tid: Tid) -> Key {
        self.msk.for_psam(tid)
    }

    fn scheme(&self, version: u8) -> Option<Scheme> {
        (version == self.version).then_some(self.scheme)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        (version == self.version).then_some(self.suite)
    }

    fn versions(&self) -> Vec<u8> {
        vec![self.version]
    }
}
