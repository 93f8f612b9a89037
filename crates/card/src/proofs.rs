//! The proof of the last transaction of every kind, and GET TRANSACTION PROVE (protocol §7).

use wire::response::Proof;
use wire::{Kind, Mac, Purse, Reader, StatusWord, Tag};

use crate::bytes::Writer;
use crate::card::{Answer, Card, done};

/// The kinds that leave a proof. LOCK leaves none: GET GREY STATUS shows what it left.
const KINDS: [Kind; 6] =
    [Kind::Load, Kind::Unload, Kind::Purchase, Kind::Overdraft, Kind::Debit, Kind::Unlock];

const PLACES: usize = 2 * KINDS.len();

/// What was answered when a transaction took effect, under its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proved {
    /// CTC, or OTC, as the log has it.
    pub sequence: u16,
    /// MAC2 and TAC.
    pub proof: Proof,
}

/// The last transaction of each tag.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Proofs([Option<Proved>; PLACES]);

/// Where a tag has its proof; `None` for one that leaves none.
fn place(tag: Tag) -> Option<usize> {
    let at = KINDS.iter().position(|kind| *kind == tag.kind)?;
    Some(2 * at + tag.purse.index())
}

impl Proofs {
    /// One place: there 1 (01 or 00), sequence number 2, MAC2 4, TAC 4.
    const PLACE_LEN: usize = 11;

    /// Twelve places: load, unload, purchase, overdraft change, debit, on-line unlock, each of ED and of EP.
    pub(crate) const LEN: usize = PLACES * Self::PLACE_LEN;

    /// The last transaction of a tag, if there was one.
    #[must_use]
    pub fn of(&self, tag: Tag) -> Option<&Proved> {
        self.0.get(place(tag)?)?.as_ref()
    }

    /// Replaces the proof of a tag.
    pub(crate) fn keep(&mut self, tag: Tag, proved: Proved) {
        if let Some(kept) = place(tag).and_then(|at| self.0.get_mut(at)) {
            *kept = Some(proved);
        }
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) {
        for place in &self.0 {
            let Some(proved) = place else {
                out.skip(Self::PLACE_LEN);
                continue;
            };
            out.put(&[1]);
            out.put(&proved.sequence.to_be_bytes());
            out.put(&proved.proof.encode());
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut proofs = Self::default();
        for place in &mut proofs.0 {
            let there = reader.u8()?;
            let sequence = reader.u16()?;
            let proof = Proof { mac2: Mac(reader.take()?), tac: Mac(reader.take()?) };
            *place = match there {
                0 => None,
                1 => Some(Proved { sequence, proof }),
                _ => return None,
            };
        }
        Some(proofs)
    }
}

impl<N> Card<N> {
    /// GET TRANSACTION PROVE: 9406 unless it is the last transaction of that kind. Reading, so a grey card answers.
    pub(crate) fn prove(&self, tag: Tag, sequence: u16) -> Answer {
        let last = self.state.proofs.of(tag).filter(|proved| proved.sequence == sequence);
        done(&last.ok_or(StatusWord::WRONG_CTC)?.proof.encode())
    }
}

const _: () = assert!(Purse::Ed.index() == 0 && Purse::Ep.index() == 1, "two places a kind");
