//! The codes of suite 00, bitsliced: as many records at a time as a word has lanes.

use core::hint::black_box;

use wire::Scheme;

use super::Keys;
use super::des::LaneKey;
use super::layout::{
    AMOUNT, ASN, BALANCE, CTC, ED, END_DATE, END_TIME, EP, ICC, INNER_CODE, LOCK_DATE, LOCK_TIME,
    Message, NUMBERS, ONE, PLANES, TID, TRN, TTC, TTC_LOW, Wiring,
};
use super::state::{SharedTriple, State, store};
use super::word::Word;
use crate::Key;

/// Dispersing inputs (protocol §4), and the block that SESPK is made of.
const CARD: Wiring = Message::new().with(ASN).block(0);
const PSAM: Wiring = Message::new().with(TID).byte(0).byte(0).block(0);
const SOURCE: Wiring = Message::new().with(ICC).with(CTC).with(TTC_LOW).block(0);
const FIELD_SOURCE: [Wiring; 1] = Message::new().with(TRN).blocks();

const DEBIT: [Wiring; 3] = Message::new()
    .with(AMOUNT)
    .debit_tag()
    .with(TID)
    .with(TTC)
    .with(END_DATE)
    .with(END_TIME)
    .blocks();
const FIELD_DEBIT: [Wiring; 1] = Message::new().with(AMOUNT).blocks();

const MAC2: [Wiring; 3] = Message::new()
    .with(BALANCE)
    .lock_tag()
    .with(TID)
    .with(TTC)
    .with(LOCK_DATE)
    .with(LOCK_TIME)
    .blocks();
const FIELD_MAC2: [Wiring; 3] =
    Message::new().with(BALANCE).lock_tag().with(TID).with(LOCK_DATE).with(LOCK_TIME).blocks();

/// X of GTAC.
const CHARACTERIZED: Message = Message::new()
    .characterized_tag()
    .with(CTC)
    .with(BALANCE)
    .with(TID)
    .with(TTC)
    .with(LOCK_DATE)
    .with(LOCK_TIME);
const GTAC_INNER: [Wiring; 4] = CHARACTERIZED.with(ICC).blocks();
const GTAC: [Wiring; 4] = CHARACTERIZED.with(INNER_CODE).blocks();

const RECORD: Message =
    Message::new().debit_tag().with(ASN).with(CTC).with(AMOUNT).with(TID).with(TTC);
const SAM_TAC: [Wiring; 5] = RECORD.with(END_DATE).with(END_TIME).blocks();
const FIELD_SAM_TAC: [Wiring; 5] =
    RECORD.byte(0).byte(0).byte(0).byte(0).byte(0).byte(0).byte(0).blocks();

/// The keys that all records share.
pub(super) struct Shared {
    scheme: Scheme,
    consumption: SharedTriple,
    tac: SharedTriple,
    psam: SharedTriple,
}

impl Shared {
    pub(super) fn new(keys: &Keys) -> Self {
        let triple = |key: &Key| SharedTriple::new(key.expose());
        let (consumption, tac) = (triple(&keys.consumption), triple(&keys.tac));
        Self { scheme: keys.scheme, consumption, tac, psam: triple(&keys.psam) }
    }
}

/// Room for the records of all lanes on their way. Keys in it are overwritten when it goes.
pub(super) struct Slice<W: Word> {
    planes: [W; PLANES],
    /// Both halves of a dispersed key.
    dispersed: [State<W>; 2],
    made: State<W>,
    other: State<W>,
    /// The two halves of DPK.
    card: [LaneKey<W>; 2],
    /// The key of MACs: SESPK, the TAC key, that of SAM TAC.
    key: LaneKey<W>,
}

impl<W: Word> Slice<W> {
    pub(super) fn new() -> Self {
        let mut planes = [W::splat(0); PLANES];
        planes[ONE] = W::splat(u64::MAX);
        let card = [LaneKey::new(), LaneKey::new()];
        let dispersed = [State::new(), State::new()];
        let (made, other) = (State::new(), State::new());
        Self { planes, dispersed, made, other, card, key: LaneKey::new() }
    }

    /// Takes the first `numbers` numbers of as many records as there are lanes.
    fn fill(&mut self, columns: &[&[u64]]) {
        let (data, _) = self.planes.as_chunks_mut::<64>();
        for (planes, column) in data.iter_mut().zip(columns) {
            W::planes(column, planes);
        }
        self.planes[ED] = self.planes[EP].xor(self.planes[ONE]);
    }

    /// `diversify(key, X)`.
    fn disperse(&mut self, key: &SharedTriple, input: &Wiring) {
        for (state, complement) in self.dispersed.iter_mut().zip([false, true]) {
            state.set(&self.planes, input);
            state.shared_triple(key, complement);
        }
    }

    /// The MAC key of a dispersed key: both halves, xored.
    fn fold(&mut self) {
        let [left, right] = &self.dispersed;
        left.folded_with(right, &mut self.key);
    }

    /// SESPK of what MPK was dispersed to.
    fn source(&mut self, shared: &Shared) {
        let ([left, right], [left_key, right_key]) = (&self.dispersed, &mut self.card);
        let carried = shared.consumption.left_over();
        left.key(left_key, carried);
        right.key(right_key, carried);
        self.made.set(&self.planes, &SOURCE);
        self.made.lane_triple(left_key, right_key);
        self.made.key(&mut self.key, &[0; 32]);
        if shared.scheme == Scheme::Field {
            self.made.chain(&self.planes, &FIELD_SOURCE, &self.key);
            self.made.key(&mut self.key, &[0; 32]);
        }
    }

    const fn debit(scheme: Scheme) -> &'static [Wiring] {
        match scheme {
            Scheme::Seed => &DEBIT,
            Scheme::Field => &FIELD_DEBIT,
        }
    }

    /// TAC of each record, in the high half of its number. Takes four numbers of each.
    pub(super) fn tacs(&mut self, shared: &Shared, columns: &[&[u64]; 4], codes: &mut [u64]) {
        self.fill(columns);
        self.disperse(&shared.tac, &CARD);
        self.fold();
        self.made.chain(&self.planes, &DEBIT, &self.key);
        store(&self.made, &self.made, codes);
    }

    /// GMAC of each record, likewise. Takes five numbers.
    pub(super) fn gmacs(&mut self, shared: &Shared, columns: &[&[u64]; 5], codes: &mut [u64]) {
        self.fill(columns);
        self.disperse(&shared.consumption, &CARD);
        self.source(shared);
        self.made.chain(&self.planes, Self::debit(shared.scheme), &self.key);
        store(&self.made, &self.made, codes);
    }

    /// MAC2 and GTAC, GMAC and SAM TAC, TAC.
    pub(super) fn codes(
        &mut self,
        shared: &Shared,
        columns: &[&[u64]; NUMBERS],
        [lock, claim, tac]: [&mut [u64]; 3],
    ) {
        self.fill(columns);
        self.disperse(&shared.tac, &CARD);
        self.fold();
        self.made.chain(&self.planes, &DEBIT, &self.key);
        store(&self.made, &self.made, tac);
        self.made.chain(&self.planes, &GTAC_INNER, &self.key);
        self.made.first_bytes(&mut self.planes);

        self.disperse(&shared.consumption, &CARD);
        self.source(shared);
        let mac2: &[Wiring] = if shared.scheme == Scheme::Seed { &MAC2 } else { &FIELD_MAC2 };
        self.made.chain(&self.planes, mac2, &self.key);
        self.other.chain(&self.planes, &GTAC, &self.key);
        store(&self.made, &self.other, lock);

        self.made.chain(&self.planes, Self::debit(shared.scheme), &self.key);
        self.disperse(&shared.psam, &PSAM);
        self.fold();
        let sam: &[Wiring] = if shared.scheme == Scheme::Seed { &SAM_TAC } else { &FIELD_SAM_TAC };
        self.other.chain(&self.planes, sam, &self.key);
        store(&self.made, &self.other, claim);
    }
}

impl<W: Word> Drop for Slice<W> {
    fn drop(&mut self) {
        let zero = W::splat(0);
        self.dispersed.iter_mut().for_each(|state| state.wipe(zero));
        self.made.wipe(zero);
        self.card.iter_mut().for_each(|key| key.wipe(zero));
        self.key.wipe(zero);
        // Looked at, so that the compiler cannot leave it out.
        black_box(&mut *self);
    }
}
