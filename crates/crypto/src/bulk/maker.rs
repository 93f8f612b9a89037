//! Where a batch meets an engine.

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use wire::{Mac, Suite};

use super::batch::Batch;
use super::by_bytes::{Cipher, Mains, SIDE};
use super::engine::Engine;
use super::layout::NUMBERS;
use super::record::Codes;
use super::sliced::{Shared, Slice};
#[cfg(target_arch = "x86_64")]
use super::vector::{AesNi, Sm4Gfni, Ymm, Zmm};
use super::word::Word;
use super::{Keys, scalar};
use crate::Key;

/// Makes codes of batches, as many as there is room for.
pub(super) trait Maker: Send {
    fn codes(&mut self, batch: &Batch, codes: &mut [Codes]);
    fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]);
    fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]);
}

/// The one for these keys on this engine.
pub(super) fn maker(engine: Engine, keys: &Keys) -> Box<dyn Maker> {
    let suites = [&keys.consumption, &keys.tac, &keys.psam].map(Key::suite);
    if let [card, tac, psam] = suites
        && card == tac
        && card != psam
    {
        return Box::new(TwoSuites::new(engine, keys));
    }
    match (suites, engine) {
        ([Suite::TripleDes, Suite::TripleDes, Suite::TripleDes], Engine::Portable) => {
            Box::new(Sliced::<u64>::new(keys))
        }
        #[cfg(target_arch = "x86_64")]
        ([Suite::TripleDes, Suite::TripleDes, Suite::TripleDes], Engine::Avx2) => {
            Box::new(Sliced::<Ymm>::new(keys))
        }
        #[cfg(target_arch = "x86_64")]
        ([Suite::TripleDes, Suite::TripleDes, Suite::TripleDes], Engine::Avx512) => {
            Box::new(Sliced::<Zmm>::new(keys))
        }
        #[cfg(target_arch = "x86_64")]
        ([Suite::Aes, Suite::Aes, Suite::Aes], Engine::Avx2 | Engine::Avx512) => {
            Box::new(ByBytes::<AesNi>(Mains::new(keys)))
        }
        #[cfg(target_arch = "x86_64")]
        ([Suite::Sm4, Suite::Sm4, Suite::Sm4], Engine::Avx512) => {
            Box::new(ByBytes::<Sm4Gfni>(Mains::new(keys)))
        }
        _ => Box::new(OneByOne(keys.clone())),
    }
}

/// PSAMs whose own key is of another suite than the cards' keys: a network on its way from one to the other. Each suite
/// makes all codes, and of the second only SAM TAC is taken.
struct TwoSuites {
    card: Box<dyn Maker>,
    psam: Box<dyn Maker>,
    room: Vec<Codes>,
}

impl TwoSuites {
    fn new(engine: Engine, keys: &Keys) -> Self {
        let all = |key: &Key| Keys {
            scheme: keys.scheme,
            consumption: key.clone(),
            tac: key.clone(),
            psam: key.clone(),
        };
        let card = Keys { psam: keys.consumption.clone(), ..keys.clone() };
        let psam = maker(engine, &all(&keys.psam));
        Self { card: maker(engine, &card), psam, room: Vec::new() }
    }
}

impl Maker for TwoSuites {
    fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        self.card.codes(batch, codes);
        self.room.clear();
        self.room.resize(codes.len(), Codes::ZERO);
        self.psam.codes(batch, &mut self.room);
        for (codes, of_psam) in codes.iter_mut().zip(&self.room) {
            codes.sam_tac = of_psam.sam_tac;
        }
    }

    fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.card.tacs(batch, codes);
    }

    fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.card.gmacs(batch, codes);
    }
}

/// Suites that are mixed, and processors without what a suite wants.
struct OneByOne(Keys);

impl OneByOne {
    fn each<T>(&self, batch: &Batch, made: &mut [T], make: fn(&Keys, &super::Integers) -> T) {
        for (place, made) in made.iter_mut().enumerate() {
            *made = make(&self.0, &batch.get(place));
        }
    }
}

impl Maker for OneByOne {
    fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        self.each(batch, codes, scalar::codes);
    }

    fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.each(batch, codes, scalar::tac);
    }

    fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.each(batch, codes, scalar::gmac);
    }
}

/// Suites 10 and 20.
struct ByBytes<C>(Mains<C>);

impl<C: Cipher> ByBytes<C> {
    fn each<T>(
        &self,
        batch: &Batch,
        made: &mut [T],
        make: fn(&Mains<C>, &[super::Integers; SIDE]) -> [T; SIDE],
    ) {
        for (part, made) in made.chunks_mut(SIDE).enumerate() {
            let records = core::array::from_fn(|lane| batch.get(part * SIDE + lane));
            made.iter_mut().zip(make(&self.0, &records)).for_each(|(place, made)| *place = made);
        }
    }
}

impl<C: Cipher + Send> Maker for ByBytes<C> {
    fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        self.each(batch, codes, Mains::codes);
    }

    fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.each(batch, codes, Mains::tacs);
    }

    fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        self.each(batch, codes, Mains::gmacs);
    }
}

/// Suite 00.
struct Sliced<W: Word> {
    slice: Slice<W>,
    shared: Shared,
    /// What the last records of a batch are filled up in.
    room: [Vec<u64>; NUMBERS],
    /// Codes as they come out.
    made: [Vec<u64>; 3],
}

impl<W: Word> Sliced<W> {
    const LANES: usize = 64 * W::PARTS;

    fn new(keys: &Keys) -> Self {
        let room = core::array::from_fn(|_| Vec::with_capacity(Self::LANES));
        let made = core::array::from_fn(|_| vec![0; Self::LANES]);
        Self { slice: Slice::new(), shared: Shared::new(keys), room, made }
    }
}

impl<W: Word + Send> Maker for Sliced<W> {
    fn codes(&mut self, batch: &Batch, codes: &mut [Codes]) {
        let Self { slice, shared, room, made: [lock, claim, tac] } = self;
        for (part, codes) in codes.chunks_mut(Self::LANES).enumerate() {
            let columns = batch.part(part * Self::LANES, Self::LANES, room);
            slice.codes(shared, &columns, [lock, claim, tac]);
            let made = lock.iter().zip(claim.iter()).zip(tac.iter());
            for (codes, ((lock, claim), tac)) in codes.iter_mut().zip(made) {
                let ((mac2, gtac), (gmac, sam_tac)) = (halves(*lock), halves(*claim));
                *codes = Codes { mac2, gtac, gmac, sam_tac, tac: halves(*tac).0 };
            }
        }
    }

    fn tacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        let Self { slice, shared, room, made: [made, ..] } = self;
        for (part, codes) in codes.chunks_mut(Self::LANES).enumerate() {
            slice.tacs(shared, &batch.part(part * Self::LANES, Self::LANES, room), made);
            codes.iter_mut().zip(made.iter()).for_each(|(code, made)| *code = halves(*made).0);
        }
    }

    fn gmacs(&mut self, batch: &Batch, codes: &mut [Mac]) {
        let Self { slice, shared, room, made: [made, ..] } = self;
        for (part, codes) in codes.chunks_mut(Self::LANES).enumerate() {
            slice.gmacs(shared, &batch.part(part * Self::LANES, Self::LANES, room), made);
            codes.iter_mut().zip(made.iter()).for_each(|(code, made)| *code = halves(*made).0);
        }
    }
}

const fn halves(number: u64) -> (Mac, Mac) {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    (Mac([a, b, c, d]), Mac([e, f, g, h]))
}
