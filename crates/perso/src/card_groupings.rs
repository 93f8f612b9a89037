//! What a card is made of: its [`Profile`] and its PIN as data groupings (docs/personalisation.md), in both directions.

use card::{
    Aid, Card, CardKey, CardKeys, ConsumptionKey, DEFAULT_KEY_INDEX, Opening, Pin, Profile,
};
use crypto::Key;
use nvm::{Kind, Nvm, NvmError, OpenError};
use wire::apdu::ResponseBytes;
use wire::files::{DIRECTORY_NAME, PublicData};
use wire::{Amount, Limit, Reader, Scheme, StatusWord};

use crate::chip::{Application, Mute};
use crate::grouping::{DataKey, Grouping, KeyValue, put};

/// Groupings of a card. High byte 81: the first set of keys; 83 is kept for a second one.
mod id {
    pub(super) const AID: u16 = 0x0101;
    pub(super) const PUBLIC_DATA: u16 = 0x0102;
    pub(super) const OPENINGS: [u16; 2] = [0x0103, 0x0104];
    pub(super) const ERROR_LIMIT: u16 = 0x0105;
    pub(super) const PIN: u16 = 0x8010;
    /// DLK, DULK, DUNK, DODK, DTK, DPUK, DPRK, DAMK, DIAK.
    pub(super) const KEYS: [u16; 9] =
        [0x8101, 0x8102, 0x8103, 0x8104, 0x8105, 0x8106, 0x8107, 0x8108, 0x8109];
    /// DPK, up to two.
    pub(super) const CONSUMPTION: [u16; 2] = [0x8111, 0x8112];
}

fn place_of(ids: &[u16], id: u16) -> Option<usize> {
    ids.iter().position(|known| *known == id)
}

/// What a card was told so far. Keys wipe themselves when it is dropped.
#[derive(Default)]
pub struct CardGroupings {
    aid: Option<Aid>,
    public: Option<PublicData>,
    opening: [Option<Opening>; 2],
    error_limit: Option<u8>,
    pin: Option<Pin>,
    keys: [Option<CardKey>; 9],
    consumption: [Option<ConsumptionKey>; 2],
}

impl CardGroupings {
    /// The groupings of a card that is made so, each handed to `put`. The key of its random numbers is not among them: the
    /// chip has one that nobody else knows.
    pub fn of(profile: &Profile, pin: &Pin, key: DataKey<'_>, put: &mut dyn FnMut(Grouping)) {
        put(Grouping::new(id::AID, profile.aid.as_slice()));
        put(Grouping::new(id::PUBLIC_DATA, &profile.public.encode()));
        for (id, opening) in id::OPENINGS.into_iter().zip(&profile.opening) {
            put(opening_grouping(id, opening));
        }
        put(Grouping::new(id::ERROR_LIMIT, &[profile.error_limit]));
        put(key.seal_pin(id::PIN, pin));
        for (id, value) in id::CONSUMPTION.into_iter().zip(&profile.keys.consumption) {
            if let Some(value) = value {
                put(key.seal_key(id, &consumption_value(value)));
            }
        }
        for (id, value) in id::KEYS.into_iter().zip(others(&profile.keys)) {
            put(key.seal_key(id, &key_value(value)));
        }
    }

    fn take_key(&mut self, at: usize, value: KeyValue) -> Result<(), StatusWord> {
        let KeyValue { index, version, algorithm, scheme, key } = value;
        if index != DEFAULT_KEY_INDEX || scheme != Scheme::Seed {
            return Err(StatusWord::WRONG_DATA);
        }
        put(self.keys.get_mut(at), CardKey { version, algorithm, key })
    }

    fn take_consumption(&mut self, at: usize, value: KeyValue) -> Result<(), StatusWord> {
        let KeyValue { index, version, algorithm, scheme, key } = value;
        if self.consumption.iter().flatten().any(|other| other.index == index) {
            return Err(StatusWord::WRONG_DATA);
        }
        let key = ConsumptionKey { index, version, algorithm, scheme, key };
        put(self.consumption.get_mut(at), key)
    }
}

/// In the order of [`id::KEYS`].
const fn others(keys: &CardKeys) -> [&CardKey; 9] {
    [
        &keys.load,
        &keys.unlock,
        &keys.unload,
        &keys.overdraft,
        &keys.tac,
        &keys.pin_unblock,
        &keys.pin_reload,
        &keys.maintenance,
        &keys.internal,
    ]
}

fn key_value(key: &CardKey) -> KeyValue {
    let CardKey { version, algorithm, key } = key.clone();
    KeyValue { index: DEFAULT_KEY_INDEX, version, algorithm, scheme: Scheme::Seed, key }
}

fn consumption_value(key: &ConsumptionKey) -> KeyValue {
    let ConsumptionKey { index, version, algorithm, scheme, key } = key.clone();
    KeyValue { index, version, algorithm, scheme, key }
}

/// Balance 4, limit 3, CTC 2, OTC 2.
fn opening_grouping(id: u16, opening: &Opening) -> Grouping {
    let mut grouping = Grouping::new(id, &opening.balance.to_bytes());
    grouping.value.push(&opening.limit.to_bytes());
    grouping.value.push(&opening.ctc.to_be_bytes());
    grouping.value.push(&opening.otc.to_be_bytes());
    grouping
}

fn read_opening(value: &[u8]) -> Option<Opening> {
    let mut reader = Reader::new(value);
    let opening = Opening {
        balance: Amount::new(reader.u32()?)?,
        limit: Limit::from_bytes(reader.take()?),
        ctc: reader.u16()?,
        otc: reader.u16()?,
    };
    reader.end().map(|()| opening)
}

/// A name that SELECT finds: the directory has its own.
fn read_aid(value: &[u8]) -> Option<Aid> {
    Aid::new(value).filter(|_| value != DIRECTORY_NAME)
}

fn read_error_limit(value: &[u8]) -> Option<u8> {
    match value {
        [limit] if *limit > 0 => Some(*limit),
        _ => None,
    }
}

impl Application for CardGroupings {
    const KIND: Kind = Kind::Card;
    const IMAGE_LEN: usize = card::IMAGE_LEN;

    type Issued<N: Nvm> = Card<N>;
    type Whole = (Profile, Pin);

    fn take(&mut self, id: u16, value: &[u8], key: DataKey<'_>) -> Result<(), StatusWord> {
        let wrong = StatusWord::WRONG_DATA;
        match id {
            id::AID => put(Some(&mut self.aid), read_aid(value).ok_or(wrong)?),
            id::PUBLIC_DATA => put(Some(&mut self.public), PublicData::parse(value).ok_or(wrong)?),
            id::ERROR_LIMIT => {
                put(Some(&mut self.error_limit), read_error_limit(value).ok_or(wrong)?)
            }
            id::PIN => put(Some(&mut self.pin), key.open_pin(value)?),
            _ => match (
                place_of(&id::OPENINGS, id),
                place_of(&id::KEYS, id),
                place_of(&id::CONSUMPTION, id),
            ) {
                (Some(at), ..) => put(self.opening.get_mut(at), read_opening(value).ok_or(wrong)?),
                (_, Some(at), _) => self.take_key(at, key.open_key(value)?),
                (.., Some(at)) => self.take_consumption(at, key.open_key(value)?),
                _ => Err(wrong),
            },
        }
    }

    fn whole(self, own_key: Key) -> Option<Self::Whole> {
        let Self { aid, public, opening: [ed, ep], error_limit, pin, keys, consumption } = self;
        let [load, unlock, unload, overdraft, tac, pin_unblock, pin_reload, maintenance, internal] =
            keys;
        let keys = CardKeys {
            consumption: if consumption.iter().any(Option::is_some) { consumption } else { None? },
            load: load?,
            unlock: unlock?,
            unload: unload?,
            overdraft: overdraft?,
            tac: tac?,
            pin_unblock: pin_unblock?,
            pin_reload: pin_reload?,
            maintenance: maintenance?,
            internal: internal?,
        };
        let profile = Profile {
            aid: aid?,
            public: public?,
            keys,
            icc_key: own_key,
            opening: [ed?, ep?],
            error_limit: error_limit?,
        };
        Some((profile, pin?))
    }

    fn found<N: Nvm>(nvm: N, (profile, pin): &Self::Whole) -> Result<Card<N>, NvmError> {
        Card::personalise_blank(nvm, profile, pin)
    }

    fn power_on<N: Nvm>(nvm: N) -> Result<Card<N>, OpenError> {
        Card::power_on(nvm)
    }

    fn transmit<N: Nvm>(card: &mut Card<N>, command: &[u8]) -> Result<ResponseBytes, Mute> {
        card.transmit(command).map_err(|_| Mute)
    }

    fn nvm_mut<N: Nvm>(card: &mut Card<N>) -> &mut N {
        card.nvm_mut()
    }
}
