//! A vault without a key: books are looked at, and nothing is decided.

use crypto::Debit;
use crypto::online::Unlock;
use host::{Codes, LockCodes, LockSource, OnlineSession, RecordCodes, UnlockStand, UpdateStand};
use wire::{Amount, Asn, Mac, Scheme};

/// Knows no version of any key.
pub(super) struct NoKeys;

impl Codes for NoKeys {
    fn scheme(&self, _: u8) -> Option<Scheme> {
        None
    }

    fn suite(&self, _: u8) -> Option<u8> {
        None
    }

    fn versions(&self) -> Vec<u8> {
        Vec::new()
    }

    fn lock_codes(&self, _: &LockSource) -> Option<LockCodes> {
        None
    }

    fn record_codes(&self, _: &LockSource, _: &Debit) -> Option<RecordCodes> {
        None
    }

    fn tac(&self, _: u8, _: Asn, _: &Debit) -> Option<Mac> {
        None
    }

    fn unlock_mac1(&self, _: &OnlineSession, _: &UnlockStand) -> Option<Mac> {
        None
    }

    fn unlock_mac2(&self, _: &OnlineSession, _: &Unlock) -> Option<Mac> {
        None
    }

    fn unlock_mac3(&self, _: u8, _: Asn, _: &Unlock, _: (Amount, u16)) -> Option<Mac> {
        None
    }

    fn maintenance(&self, _: u8, _: Asn, _: [u8; 4], _: &[u8; 5]) -> Option<Mac> {
        None
    }

    fn update_mac1(&self, _: &OnlineSession, _: &UpdateStand) -> Option<Mac> {
        None
    }

    fn switch_keys(&self, _: u8, _: Asn, _: [u8; 4], _: u8) -> Option<Mac> {
        None
    }
}
