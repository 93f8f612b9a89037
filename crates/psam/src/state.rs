//! What changes: the next TTC and the pending locks, one atomic record of the image.

use wire::{Reader, Ttc};
use zeroize::Zeroizing;

use crate::choose::Occupant;
use crate::layout::Writer;
use crate::lock::PendingLock;
use crate::progress::Progress;

/// How many locks can be pending at once (protocol §8 asks for at least this many).
pub const SLOTS: usize = 16;

/// The next TTC. `FFFFFFFF` is never drawn: it means that the numbers are used up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextTtc(u32);

impl NextTtc {
    pub(crate) const fn from(first: u32) -> Self {
        Self(first)
    }

    /// The TTC to draw and what is next then; `None` at the end (protocol §8: 9402).
    pub(crate) fn draw(self) -> Option<(Ttc, Self)> {
        self.0.checked_add(1).map(|after| (Ttc(self.0), Self(after)))
    }

    /// The TTC of the newest INIT, if there was one.
    pub(crate) fn newest(self) -> Option<Ttc> {
        self.0.checked_sub(1).map(Ttc)
    }

    /// As a number, for whoever shows it.
    pub(crate) const fn shown(self) -> Ttc {
        Ttc(self.0)
    }
}

/// Which slot a lock has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Place(pub(crate) usize);

/// The whole state.
///
/// Layout in the image: next TTC 4, then the slots one after the other.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) next: NextTtc,
    slots: [Option<PendingLock>; SLOTS],
}

impl State {
    pub(crate) const LEN: usize = 4 + SLOTS * PendingLock::LEN;

    /// Of format 1.
    pub(crate) const LEN_1: usize = 4 + SLOTS * PendingLock::LEN_1;

    /// Of a new PSAM.
    pub(crate) const fn new(first_ttc: u32) -> Self {
        Self { next: NextTtc::from(first_ttc), slots: [const { None }; SLOTS] }
    }

    /// Every lock and where it is.
    pub(crate) fn locks(&self) -> impl Iterator<Item = (Place, &PendingLock)> {
        self.slots.iter().enumerate().filter_map(|(at, slot)| Some((Place(at), slot.as_ref()?)))
    }

    /// The lock of this TTC.
    pub(crate) fn find(&self, ttc: Ttc) -> Option<(Place, &PendingLock)> {
        self.locks().find(|(_, lock)| lock.terms.ttc == ttc)
    }

    /// The slots as the choice of one sees them.
    pub(crate) fn occupants(&self) -> [Occupant; SLOTS] {
        self.slots.each_ref().map(|slot| match slot {
            None => Occupant::Free,
            Some(PendingLock { terms, progress }) => match progress {
                Progress::Drawn(_) => Occupant::Uncertified(terms.ttc),
                Progress::Certified(_) => Occupant::Certified,
                Progress::Given(_) => Occupant::Given(terms.ttc),
            },
        })
    }

    /// The same state with one slot changed.
    pub(crate) fn with(&self, place: Place, lock: Option<PendingLock>) -> Self {
        let mut changed = self.clone();
        if let Some(slot) = changed.slots.get_mut(place.0) {
            *slot = lock;
        }
        changed
    }

    pub(crate) fn encode(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let mut out = Writer::new(bytes.as_mut_slice());
        out.put(&self.next.0.to_be_bytes());
        for slot in &self.slots {
            match slot {
                Some(lock) => lock.put(&mut out),
                None => out.put(&[0; PendingLock::LEN]),
            }
        }
        bytes
    }

    /// `None` for bytes that no PSAM of this format wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        Self::decode_slots::<{ PendingLock::LEN }>(bytes)
    }

    /// The state of format 1.
    pub(crate) fn decode_1(bytes: &[u8]) -> Option<Self> {
        Self::decode_slots::<{ PendingLock::LEN_1 }>(bytes)
    }

    fn decode_slots<const LEN: usize>(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let mut state = Self::new(reader.u32()?);
        let (slots, rest) = reader.rest().as_chunks::<LEN>();
        if slots.len() != SLOTS || !rest.is_empty() {
            return None;
        }
        for (slot, bytes) in state.slots.iter_mut().zip(slots) {
            if *bytes != [0; LEN] {
                *slot = Some(PendingLock::decode(bytes)?);
            }
        }
        state.is_coherent().then_some(state)
    }

    /// Every TTC was drawn, and none twice.
    fn is_coherent(&self) -> bool {
        self.locks().all(|(place, lock)| {
            let ttc = lock.terms.ttc;
            ttc < self.next.shown() && self.find(ttc).is_some_and(|(first, _)| first == place)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Terms;
    use crate::progress::WrongMac2;
    use wire::{Amount, Asn, Date, Icc, KeyRef, Purse, Scheme, Time, Trn};

    fn lock(ttc: u32) -> PendingLock {
        let terms = Terms {
            ttc: Ttc(ttc),
            asn: Asn([3; 8]),
            purse: Purse::Ep,
            ctc: 9,
            icc: Icc([4; 4]),
            balance: Amount::MAX,
            date: Date::new(2026, 1, 31).unwrap(),
            time: Time::new(1, 2, 3).unwrap(),
            trn: Trn([0x80; 4]),
            key: KeyRef { version: 1, algorithm: 0 },
            scheme: Scheme::Seed,
            source: crypto::SessionKey::new([6; 8]),
        };
        PendingLock { terms, progress: Progress::Drawn(WrongMac2::Two) }
    }

    fn state() -> State {
        State::new(7).with(Place(0), Some(lock(6))).with(Place(15), Some(lock(2)))
    }

    #[test]
    fn a_state_reads_back_byte_for_byte() {
        let bytes = state().encode();
        let back = State::decode(bytes.as_slice()).unwrap();
        assert_eq!(back.encode().as_slice(), bytes.as_slice());
        assert_eq!(back.find(Ttc(2)).unwrap().0, Place(15));
    }

    #[test]
    fn bytes_that_no_psam_wrote_are_refused() {
        let refused = |name: &str, at: usize, wrong: &[u8]| {
            let mut bytes = state().encode();
            bytes[at..at + wrong.len()].copy_from_slice(wrong);
            assert!(State::decode(bytes.as_slice()).is_none(), "{name}");
        };
        let (progress, terms) = (4, 4 + Progress::LEN);
        refused("next TTC not above the locks'", 0, &[0, 0, 0, 6]);
        refused("one TTC twice", terms, &[0, 0, 0, 2]);
        refused("a standing that there is not", progress, &[4, 0]);
        refused("three wrong MAC2", progress, &[1, 3]);
        refused("wrong MAC2 on a certified lock", progress, &[2, 1]);
        refused("an amount without a GMAC", progress + 2, &[0, 0, 0, 1]);
        refused("a third purse", terms + 12, &[3]);
        refused("a balance above 7FFFFFFF", terms + 19, &[0x80]);
        refused("a third scheme", terms + 36, &[2]);
        refused("something in a free slot", 4 + PendingLock::LEN + 20, &[1]);
        let bytes = state().encode();
        assert!(State::decode(&bytes[..bytes.len() - 1]).is_none(), "one byte short");
    }

    #[test]
    fn an_amount_above_the_balance_is_refused() {
        let mut given = state().encode();
        given[4] = 3;
        given[5] = 0;
        given[4 + Progress::LEN + 19..][..4].copy_from_slice(&100_u32.to_be_bytes());
        given[6..10].copy_from_slice(&100_u32.to_be_bytes());
        assert!(State::decode(given.as_slice()).is_some());
        given[6..10].copy_from_slice(&101_u32.to_be_bytes());
        assert!(State::decode(given.as_slice()).is_none());
    }

    #[test]
    fn the_last_ttc_is_the_one_before_ffffffff() {
        let (ttc, after) = NextTtc::from(u32::MAX - 1).draw().unwrap();
        assert_eq!((ttc, after.shown()), (Ttc(u32::MAX - 1), Ttc(u32::MAX)));
        assert!(after.draw().is_none());
        assert_eq!(NextTtc::from(0).newest(), None);
    }
}
