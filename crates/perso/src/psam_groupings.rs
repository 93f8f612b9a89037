//! What a PSAM is made of: its [`Profile`] as data groupings (docs/personalisation.md), in both directions.

use crypto::Key;
use nvm::{Kind, Nvm, NvmError, OpenError};
use psam::{MainKey, Profile, Psam};
use wire::apdu::ResponseBytes;
use wire::{Scheme, StatusWord, Tid};

use crate::chip::{Application, Mute};
use crate::grouping::{DataKey, Grouping, KeyValue, put};

/// Groupings of a PSAM.
mod id {
    pub(super) const TID: u16 = 0x0201;
    pub(super) const SERIAL: u16 = 0x0202;
    pub(super) const AID: u16 = 0x0203;
    pub(super) const FIRST_TTC: u16 = 0x0204;
    /// MPK of up to four versions and suites.
    pub(super) const CONSUMPTION: [u16; 4] = [0x8201, 0x8202, 0x8203, 0x8204];
    /// DSK.
    pub(super) const RECORD_KEY: u16 = 0x8211;
}

/// The index in the grouping of a PSAM's key: no command names one.
const NO_INDEX: u8 = 0;

/// What a PSAM was told so far. Keys wipe themselves when it is dropped.
#[derive(Default)]
pub struct PsamGroupings {
    tid: Option<Tid>,
    serial: Option<[u8; 10]>,
    aid: Option<[u8; 10]>,
    first_ttc: Option<u32>,
    consumption: [Option<MainKey>; 4],
    record_key: Option<Key>,
}

impl PsamGroupings {
    /// The groupings of a PSAM that is made so, each handed to `put`. The key of TRN is not among them: the chip has one
    /// that nobody else knows.
    pub fn of(profile: &Profile, key: DataKey<'_>, put: &mut dyn FnMut(Grouping)) {
        put(Grouping::new(id::TID, &profile.tid.0));
        put(Grouping::new(id::SERIAL, &profile.serial));
        put(Grouping::new(id::AID, &profile.aid));
        put(Grouping::new(id::FIRST_TTC, &profile.first_ttc.to_be_bytes()));
        for (id, value) in id::CONSUMPTION.into_iter().zip(&profile.consumption) {
            if let Some(MainKey { version, algorithm, scheme, key: main_key }) = value.clone() {
                let value = KeyValue { index: NO_INDEX, version, algorithm, scheme, key: main_key };
                put(key.seal_key(id, &value));
            }
        }
        let record_key = KeyValue {
            index: NO_INDEX,
            version: 0,
            algorithm: profile.record_key.suite().byte(),
            scheme: Scheme::Seed,
            key: profile.record_key.clone(),
        };
        put(key.seal_key(id::RECORD_KEY, &record_key));
    }

    /// Two main keys of one version and suite would contradict each other: a card names them by both.
    fn take_main_key(&mut self, at: usize, value: KeyValue) -> Result<(), StatusWord> {
        let KeyValue { index, version, algorithm, scheme, key } = value;
        let named_so = |other: &MainKey| (other.version, other.algorithm) == (version, algorithm);
        if index != NO_INDEX || self.consumption.iter().flatten().any(named_so) {
            return Err(StatusWord::WRONG_DATA);
        }
        put(self.consumption.get_mut(at), MainKey { version, algorithm, scheme, key })
    }

    fn take_record_key(&mut self, value: KeyValue) -> Result<(), StatusWord> {
        let KeyValue { index, version, scheme, key, .. } = value;
        if (index, version, scheme) != (NO_INDEX, 0, Scheme::Seed) {
            return Err(StatusWord::WRONG_DATA);
        }
        put(Some(&mut self.record_key), key)
    }
}

/// A value of exactly so many bytes, else 6A80.
fn exactly<const LEN: usize>(value: &[u8]) -> Result<[u8; LEN], StatusWord> {
    value.try_into().map_err(|_| StatusWord::WRONG_DATA)
}

impl Application for PsamGroupings {
    const KIND: Kind = Kind::Psam;
    const IMAGE_LEN: usize = psam::IMAGE_LEN;

    type Issued<N: Nvm> = Psam<N>;
    type Whole = Profile;

    fn take(&mut self, id: u16, value: &[u8], key: DataKey<'_>) -> Result<(), StatusWord> {
        match id {
            id::TID => put(Some(&mut self.tid), Tid(exactly(value)?)),
            id::SERIAL => put(Some(&mut self.serial), exactly(value)?),
            id::AID => put(Some(&mut self.aid), exactly(value)?),
            id::FIRST_TTC => put(Some(&mut self.first_ttc), u32::from_be_bytes(exactly(value)?)),
            id::RECORD_KEY => self.take_record_key(key.open_key(value)?),
            _ => {
                let at = id::CONSUMPTION.iter().position(|known| *known == id);
                self.take_main_key(at.ok_or(StatusWord::WRONG_DATA)?, key.open_key(value)?)
            }
        }
    }

    fn whole(self, own_key: Key) -> Option<Profile> {
        self.consumption.iter().any(Option::is_some).then_some(())?;
        Some(Profile {
            tid: self.tid?,
            serial: self.serial?,
            aid: self.aid?,
            consumption: self.consumption,
            record_key: self.record_key?,
            trn_key: own_key,
            first_ttc: self.first_ttc?,
        })
    }

    fn found<N: Nvm>(nvm: N, profile: &Profile) -> Result<Psam<N>, NvmError> {
        Psam::personalise_blank(nvm, profile)
    }

    fn power_on<N: Nvm>(nvm: N) -> Result<Psam<N>, OpenError> {
        Psam::power_on(nvm)
    }

    fn transmit<N: Nvm>(psam: &mut Psam<N>, command: &[u8]) -> Result<ResponseBytes, Mute> {
        psam.transmit(command).map_err(|_| Mute)
    }

    fn nvm_mut<N: Nvm>(psam: &mut Psam<N>) -> &mut N {
        psam.nvm_mut()
    }
}
