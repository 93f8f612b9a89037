//! The centre's vault: it remembers the keys that it has dispersed, as an HSM's cache does.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crypto::{Key, bulk};
use host::{KeyKind, KeyVault, MainKeys};
use wire::{Asn, Scheme, Tid};

/// Main keys, and what was dispersed from them.
#[derive(Clone, Debug)]
pub struct Vault {
    keys: MainKeys,
    dispersed: Rc<RefCell<Dispersed>>,
}

#[derive(Debug, Default)]
struct Dispersed {
    cards: BTreeMap<(KeyKind, u8, Asn), Option<Key>>,
    psams: BTreeMap<Tid, Key>,
}

impl Vault {
    /// A vault that has dispersed nothing yet.
    #[must_use]
    pub fn new(keys: MainKeys) -> Self {
        Self { keys, dispersed: Rc::default() }
    }
}

impl KeyVault for Vault {
    fn card_key(&self, kind: KeyKind, version: u8, asn: Asn) -> Option<Key> {
        let mut dispersed = self.dispersed.borrow_mut();
        let disperse = || self.keys.card_key(kind, version, asn);
        dispersed.cards.entry((kind, version, asn)).or_insert_with(disperse).clone()
    }

    fn psam_key(&self, tid: Tid) -> Key {
        let mut dispersed = self.dispersed.borrow_mut();
        dispersed.psams.entry(tid).or_insert_with(|| self.keys.psam_key(tid)).clone()
    }

    fn scheme(&self, version: u8) -> Option<Scheme> {
        self.keys.scheme(version)
    }

    fn suite(&self, version: u8) -> Option<u8> {
        self.keys.suite(version)
    }

    fn versions(&self) -> Vec<u8> {
        self.keys.versions()
    }

    fn issuer(&self) -> [u8; 8] {
        self.keys.issuer
    }

    fn levels(&self, kind: KeyKind) -> u8 {
        self.keys.levels_of(kind)
    }

    fn consumption_key(&self, version: u8) -> Option<Key> {
        self.keys.consumption_key(version)
    }

    fn bulk_keys(&self, version: u8) -> Option<bulk::Keys> {
        self.keys.bulk_keys(version)
    }

    fn in_bulk(&self, version: u8) -> bool {
        self.keys.in_bulk(version)
    }
}
