//! What personalisation writes once, as the image's fixed section.

use crypto::Key;
use wire::files::{DEFAULT_AID, PublicData};
use wire::{Amount, KeyRef, Limit, Reader, Scheme, Suite};
use zeroize::Zeroizing;

use crate::bytes::Writer;

/// The key index that a terminal uses unless told otherwise, and the only one of the on-line keys.
pub const DEFAULT_KEY_INDEX: u8 = 1;

/// The application's name: 1 to 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Aid {
    bytes: [u8; Self::MOST],
    len: u8,
}

impl Aid {
    /// The most bytes of a name.
    pub const MOST: usize = 16;

    /// `None` unless there are 1 to 16 bytes.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; Self::MOST];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        let len = u8::try_from(name.len()).ok().filter(|len| *len > 0)?;
        Some(Self { bytes, len })
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let len = reader.u8()?;
        let bytes: [u8; Self::MOST] = reader.take()?;
        Self::new(bytes.get(..usize::from(len))?)
    }
}

impl Default for Aid {
    /// The name unless the issuer gives another.
    fn default() -> Self {
        let mut bytes = [0; Self::MOST];
        bytes[..DEFAULT_AID.len()].copy_from_slice(&DEFAULT_AID);
        Self { bytes, len: 10 }
    }
}

/// Whether an algorithm identifier names the suite that the key is of.
fn known(algorithm: u8, key: &Key) -> bool {
    Suite::from_byte(algorithm) == Some(key.suite())
}

/// The bytes of a key of an unknown suite are kept, and computed with by nobody.
fn key_of(algorithm: u8, reader: &mut Reader<'_>) -> Option<Key> {
    Some(Key::of(Suite::from_byte(algorithm).unwrap_or_default(), reader.take()?))
}

/// A dispersed key of the card.
#[derive(Clone, Debug)]
pub struct CardKey {
    /// Key version, as INITIALIZE answers it.
    pub version: u8,
    /// Algorithm identifier: the suite.
    pub algorithm: u8,
    /// The key.
    pub key: Key,
}

impl CardKey {
    const LEN: usize = 18;

    /// The key, where the card knows its suite.
    pub(crate) fn usable(&self) -> Option<&Key> {
        known(self.algorithm, &self.key).then_some(&self.key)
    }

    pub(crate) const fn reference(&self) -> KeyRef {
        KeyRef { version: self.version, algorithm: self.algorithm }
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.put(&[self.version, self.algorithm]);
        out.put(self.key.expose());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (version, algorithm) = (reader.u8()?, reader.u8()?);
        Some(Self { version, algorithm, key: key_of(algorithm, reader)? })
    }
}

/// A consumption key DPK: of the grey lock and of the purchase.
#[derive(Clone, Debug)]
pub struct ConsumptionKey {
    /// The index by which INITIALIZE names it.
    pub index: u8,
    /// Key version.
    pub version: u8,
    /// Algorithm identifier: the suite.
    pub algorithm: u8,
    /// How the grey lock's codes are made with it.
    pub scheme: Scheme,
    /// The key.
    pub key: Key,
}

impl ConsumptionKey {
    const LEN: usize = 21;

    pub(crate) const fn reference(&self) -> KeyRef {
        KeyRef { version: self.version, algorithm: self.algorithm }
    }

    /// Whether the card knows its suite, and the suite its scheme.
    fn is_usable(&self) -> bool {
        known(self.algorithm, &self.key) && self.key.suite().has(self.scheme)
    }

    fn write(slot: Option<&Self>, out: &mut Writer<'_>) {
        let Some(key) = slot else { return out.skip(Self::LEN) };
        out.put(&[1, key.index, key.version, key.algorithm, key.scheme.byte()]);
        out.put(key.key.expose());
    }

    #[expect(clippy::option_option, reason = "an empty place is not a damaged one")]
    fn read(reader: &mut Reader<'_>) -> Option<Option<Self>> {
        let [there, index, version, algorithm] = reader.take()?;
        let scheme = Scheme::from_byte(reader.u8()?)?;
        let key = Self { index, version, algorithm, scheme, key: key_of(algorithm, reader)? };
        Some((there == 1).then_some(key))
    }
}

/// The card's own keys (protocol §4).
#[derive(Clone, Debug)]
pub struct CardKeys {
    /// DPK, up to two; index 01 is the default.
    pub consumption: [Option<ConsumptionKey>; 2],
    /// DLK.
    pub load: CardKey,
    /// DULK.
    pub unlock: CardKey,
    /// DUNK.
    pub unload: CardKey,
    /// DODK.
    pub overdraft: CardKey,
    /// DTK.
    pub tac: CardKey,
    /// DPUK.
    pub pin_unblock: CardKey,
    /// DPRK.
    pub pin_reload: CardKey,
    /// DAMK, whose version is that of them all.
    pub maintenance: CardKey,
    /// DIAK.
    pub internal: CardKey,
}

impl CardKeys {
    const LEN: usize = 2 * ConsumptionKey::LEN + 9 * CardKey::LEN;

    /// The consumption key of an index, where there is one whose suite the card knows, and can end what it begins: the
    /// TAC key's suite is known too.
    pub(crate) fn consumption_key(&self, index: u8) -> Option<&ConsumptionKey> {
        let known = self.consumption.iter().flatten().find(|key| key.index == index);
        known.filter(|key| key.is_usable() && self.tac.usable().is_some())
    }

    /// DULK, where the index is its one and the card knows its suite.
    pub(crate) fn unlock_key(&self, index: u8) -> Option<&CardKey> {
        let key = &self.unlock;
        (index == DEFAULT_KEY_INDEX && key.usable().is_some()).then_some(key)
    }

    /// DLK, DUNK or DODK, where the index is its one and the card knows its suite and that of the TAC key.
    pub(crate) fn money_key<'a>(&self, key: &'a CardKey, index: u8) -> Option<&'a CardKey> {
        let known = key.usable().is_some() && self.tac.usable().is_some();
        (index == DEFAULT_KEY_INDEX && known).then_some(key)
    }

    /// Whether a card can live on these alone: be refuelled, unlocked, and obey its issuer.
    pub(crate) fn are_usable(&self) -> bool {
        self.consumption_key(DEFAULT_KEY_INDEX).is_some()
            && self.others().into_iter().all(|key| key.usable().is_some())
    }

    const fn others(&self) -> [&CardKey; 9] {
        [
            &self.load,
            &self.unlock,
            &self.unload,
            &self.overdraft,
            &self.tac,
            &self.pin_unblock,
            &self.pin_reload,
            &self.maintenance,
            &self.internal,
        ]
    }

    fn write(&self, out: &mut Writer<'_>) {
        self.consumption.iter().for_each(|key| ConsumptionKey::write(key.as_ref(), out));
        self.others().into_iter().for_each(|key| key.write(out));
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            consumption: [ConsumptionKey::read(reader)?, ConsumptionKey::read(reader)?],
            load: CardKey::read(reader)?,
            unlock: CardKey::read(reader)?,
            unload: CardKey::read(reader)?,
            overdraft: CardKey::read(reader)?,
            tac: CardKey::read(reader)?,
            pin_unblock: CardKey::read(reader)?,
            pin_reload: CardKey::read(reader)?,
            maintenance: CardKey::read(reader)?,
            internal: CardKey::read(reader)?,
        })
    }
}

/// The keys that SWITCH KEYS goes over to (protocol §7).
#[derive(Clone, Debug)]
pub struct NextKeys {
    /// The FCI bytes of EF 15 with these keys: dispersing levels and scheme.
    pub fci: [u8; 2],
    /// The keys.
    pub keys: CardKeys,
}

impl NextKeys {
    const LEN: usize = 1 + 2 + CardKeys::LEN;

    fn write(slot: Option<&Self>, out: &mut Writer<'_>) {
        let Some(next) = slot else { return out.skip(Self::LEN) };
        out.put(&[1]);
        out.put(&next.fci);
        next.keys.write(out);
    }

    #[expect(clippy::option_option, reason = "no next keys are not damaged ones")]
    fn read(reader: &mut Reader<'_>) -> Option<Option<Self>> {
        let there = reader.u8()?;
        let next = Self { fci: reader.take()?, keys: CardKeys::read(reader)? };
        Some((there == 1).then_some(next))
    }
}

/// What a purse begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// What can be spent: the money plus the limit.
    pub balance: Amount,
    /// The overdraft limit in it.
    pub limit: Limit,
    /// The first CTC; 0 for a new card.
    pub ctc: u16,
    /// The first OTC; 0 for a new card.
    pub otc: u16,
}

impl Opening {
    const LEN: usize = 11;

    fn write(&self, out: &mut Writer<'_>) {
        out.put(&self.balance.to_bytes());
        out.put(&self.limit.to_bytes());
        out.put(&self.ctc.to_be_bytes());
        out.put(&self.otc.to_be_bytes());
    }

    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            balance: Amount::new(reader.u32()?)?,
            limit: Limit::from_bytes(reader.take()?),
            ctc: reader.u16()?,
            otc: reader.u16()?,
        })
    }
}

/// What a card is made with.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The application's name.
    pub aid: Aid,
    /// EF 15.
    pub public: PublicData,
    /// The card's own keys.
    pub keys: CardKeys,
    /// Those that it can be switched to, once.
    pub next: Option<NextKeys>,
    /// The key of the permutation behind the card's random numbers: random, of no other use, kept by nobody else.
    pub icc_key: Key,
    /// What the purses begin with, by [`wire::Purse::index`].
    pub opening: [Opening; 2],
    /// How many wrong codes lock the application; at least 1.
    pub error_limit: u8,
}

impl Profile {
    /// The error limit unless the issuer gives another (protocol §5).
    pub const DEFAULT_ERROR_LIMIT: u8 = 3;

    /// Bytes of the fixed section: AID length 1 and bytes 16, EF 15 30, two consumption keys (there 1, index, version,
    /// algorithm, scheme, key 16), nine keys in the order of [`CardKeys`] (version, algorithm, key 16), ICC key 16, two
    /// openings (balance 4, limit 3, CTC 2, OTC 2), error limit 1; the next keys: there 1, FCI 2, and as those before.
    /// Bytes of the image's fixed section.
    pub const LEN: usize = Self::LEN_3 + NextKeys::LEN;

    /// Bytes of the fixed section of formats 1 to 3, which had no next keys.
    pub(crate) const LEN_3: usize =
        1 + Aid::MOST + PublicData::LEN + CardKeys::LEN + 16 + 2 * Opening::LEN + 1;

    /// The bytes of the image's fixed section, of today's format; wiped when dropped.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let mut out = Writer::new(&mut *bytes);
        out.put(&[self.aid.len]);
        out.put(&self.aid.bytes);
        out.put(&self.public.encode());
        self.keys.write(&mut out);
        out.put(self.icc_key.expose());
        self.opening.iter().for_each(|opening| opening.write(&mut out));
        out.put(&[self.error_limit]);
        NextKeys::write(self.next.as_ref(), &mut out);
        debug_assert_eq!(out.left(), 0, "the layout fills its room");
        bytes
    }

    /// The profile of these bytes; `None` when they are none.
    #[must_use]
    pub fn decode(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let profile = Self::read_3(&mut reader)?;
        let next = NextKeys::read(&mut reader)?;
        reader.end().map(|()| Self { next, ..profile })
    }

    /// The fixed section of formats 1 to 3.
    pub(crate) fn decode_3(bytes: &[u8; Self::LEN_3]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let profile = Self::read_3(&mut reader)?;
        reader.end().map(|()| profile)
    }

    fn read_3(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            aid: Aid::read(reader)?,
            public: PublicData::parse(&reader.take::<{ PublicData::LEN }>()?)?,
            keys: CardKeys::read(reader)?,
            icc_key: Key::new(reader.take()?),
            opening: [Opening::read(reader)?, Opening::read(reader)?],
            error_limit: reader.u8()?,
            next: None,
        })
    }
}
