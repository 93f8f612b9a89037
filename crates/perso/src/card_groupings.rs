//! What a card is made of: its [`Profile`] and its PIN as data groupings (docs/personalisation.md), in both directions.

use card::{
    Aid, Card, CardKey, CardKeys, ConsumptionKey, DEFAULT_KEY_INDEX, NextKeys, Opening, Pin,
    Profile,
};
use crypto::Key;
use nvm::{Kind, Nvm, NvmError, OpenError};
use wire::apdu::ResponseBytes;
use wire::files::{DIRECTORY_NAME, PublicData};
use wire::{Amount, Limit, Reader, Scheme, StatusWord};

use crate::chip::{Application, Mute};
use crate::grouping::{DataKey, Grouping, KeyValue, put};

/// Groupings of a card. High byte 81: the keys that it begins with; 83: those that it can be switched to.
mod id {
    pub(super) const AID: u16 = 0x0101;
    pub(super) const PUBLIC_DATA: u16 = 0x0102;
    pub(super) const OPENINGS: [u16; 2] = [0x0103, 0x0104];
    pub(super) const ERROR_LIMIT: u16 = 0x0105;
    /// The FCI bytes of EF 15 with the next keys.
    pub(super) const NEXT_FCI: u16 = 0x0106;
    pub(super) const PIN: u16 = 0x8010;
    /// DLK, DULK, DUNK, DODK, DTK, DPUK, DPRK, DAMK, DIAK: of the first keys, of the next.
    pub(super) const KEYS: [[u16; 9]; 2] = [
        [0x8101, 0x8102, 0x8103, 0x8104, 0x8105, 0x8106, 0x8107, 0x8108, 0x8109],
        [0x8301, 0x8302, 0x8303, 0x8304, 0x8305, 0x8306, 0x8307, 0x8308, 0x8309],
    ];
    /// DPK, up to two of each.
    pub(super) const CONSUMPTION: [[u16; 2]; 2] = [[0x8111, 0x8112], [0x8311, 0x8312]];
}

fn place_of(ids: &[u16], id: u16) -> Option<usize> {
    ids.iter().position(|known| *known == id)
}

/// Which keys, and the place among them.
fn place_in<const N: usize>(sets: &[[u16; N]; 2], id: u16) -> Option<(usize, usize)> {
    sets.iter().enumerate().find_map(|(set, ids)| Some((set, place_of(ids, id)?)))
}

/// Keys that came so far.
#[derive(Default)]
struct KeyGroupings {
    keys: [Option<CardKey>; 9],
    consumption: [Option<ConsumptionKey>; 2],
}

/// What a card was told so far. Keys wipe themselves when it is dropped.
#[derive(Default)]
pub struct CardGroupings {
    aid: Option<Aid>,
    public: Option<PublicData>,
    opening: [Option<Opening>; 2],
    error_limit: Option<u8>,
    pin: Option<Pin>,
    /// Those to begin with, and the next.
    sets: [KeyGroupings; 2],
    next_fci: Option<[u8; 2]>,
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
        put_keys(0, &profile.keys, key, put);
        if let Some(next) = &profile.next {
            put(Grouping::new(id::NEXT_FCI, &next.fci));
            put_keys(1, &next.keys, key, put);
        }
    }
}

fn put_keys(set: usize, keys: &CardKeys, key: DataKey<'_>, put: &mut dyn FnMut(Grouping)) {
    let (consumption, ids) = (id::CONSUMPTION.get(set), id::KEYS.get(set));
    for (id, value) in consumption.into_iter().flatten().zip(&keys.consumption) {
        if let Some(value) = value {
            put(key.seal_key(*id, &consumption_value(value)));
        }
    }
    for (id, value) in ids.into_iter().flatten().zip(others(keys)) {
        put(key.seal_key(*id, &key_value(value)));
    }
}

impl KeyGroupings {
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

    /// True when nothing of them came.
    fn are_none(&self) -> bool {
        self.keys.iter().all(Option::is_none) && self.consumption.iter().all(Option::is_none)
    }

    fn whole(self) -> Option<CardKeys> {
        let [load, unlock, unload, overdraft, tac, pin_unblock, pin_reload, maintenance, internal] =
            self.keys;
        self.consumption.iter().any(Option::is_some).then_some(())?;
        Some(CardKeys {
            consumption: self.consumption,
            load: load?,
            unlock: unlock?,
            unload: unload?,
            overdraft: overdraft?,
            tac: tac?,
            pin_unblock: pin_unblock?,
            pin_reload: pin_reload?,
            maintenance: maintenance?,
            internal: internal?,
        })
    }
}

/// Keys to be switched to: whole, with their FCI bytes, and of another version than those to begin with; or nothing of
/// them at all.
#[expect(clippy::option_option, reason = "no next keys are not a part of some")]
fn next_keys(
    groupings: KeyGroupings,
    fci: Option<[u8; 2]>,
    first: &CardKeys,
) -> Option<Option<NextKeys>> {
    if groupings.are_none() && fci.is_none() {
        return Some(None);
    }
    let keys = groupings.whole()?;
    let differs = keys.maintenance.version != first.maintenance.version;
    differs.then_some(Some(NextKeys { fci: fci?, keys }))
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
            id::NEXT_FCI => put(Some(&mut self.next_fci), value.try_into().map_err(|_| wrong)?),
            id::PIN => put(Some(&mut self.pin), key.open_pin(value)?),
            _ => match (
                place_of(&id::OPENINGS, id),
                place_in(&id::KEYS, id),
                place_in(&id::CONSUMPTION, id),
            ) {
                (Some(at), ..) => put(self.opening.get_mut(at), read_opening(value).ok_or(wrong)?),
                (_, Some((set, at)), _) => {
                    self.sets.get_mut(set).ok_or(wrong)?.take_key(at, key.open_key(value)?)
                }
                (.., Some((set, at))) => {
                    self.sets.get_mut(set).ok_or(wrong)?.take_consumption(at, key.open_key(value)?)
                }
                _ => Err(wrong),
            },
        }
    }

    fn whole(self, own_key: Key) -> Option<Self::Whole> {
        let Self { aid, public, opening: [ed, ep], error_limit, pin, sets, next_fci } = self;
        let [first, next] = sets;
        let keys = first.whole()?;
        let next = next_keys(next, next_fci, &keys)?;
        let profile = Profile {
            aid: aid?,
            public: public?,
            keys,
            next,
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
