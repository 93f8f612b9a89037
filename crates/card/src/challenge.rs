//! The card's random numbers (protocol §2; claim 6) and GET CHALLENGE.

use crypto::icc;
use nvm::Nvm;
use seeded::{Bug, instead};
use wire::{Buf, Icc, StatusWord};

use crate::card::{Answer, Card, Stop, done};
use crate::session::Session;

/// Numbers that no new lock may use, so that a grey card has some left for the unlock that frees it.
pub(crate) const KEPT_FOR_UNLOCK: u32 = 0x0001_0000;

impl<N: Nvm> Card<N> {
    /// One number: its counter is used up in NVM before it leaves, so that none is ever made twice. 9402 when all are.
    pub(crate) fn draw_icc(&mut self) -> Result<Icc, Stop> {
        let [icc] = self.draw_numbers()?;
        Ok(icc)
    }

    fn draw_numbers<const COUNT: usize>(&mut self) -> Result<[Icc; COUNT], Stop> {
        let first = self.state.icc_counter;
        let count = u32::try_from(COUNT).map_err(|_| StatusWord::SEQUENCE_EXHAUSTED)?;
        let next = first.checked_add(count).ok_or(StatusWord::SEQUENCE_EXHAUSTED)?;
        if seeded::is(Bug::IccOnlyInRam) {
            self.state.icc_counter = next;
        } else {
            self.commit(|state| state.icc_counter = instead(Bug::IccStands, next, first))?;
        }
        let mut counter = first..next;
        Ok([(); COUNT]
            .map(|()| icc::permute(&self.profile.icc_key, counter.next().unwrap_or(first))))
    }

    /// GET CHALLENGE of 4 or 8; only 4 opens secure messaging.
    pub(crate) fn challenge(&mut self, len: u8) -> Answer {
        if len == 4 {
            let [Icc(challenge)] = self.draw_numbers()?;
            self.ram.enter(Session::Challenged(challenge));
            return done(&challenge);
        }
        let [first, second] = self.draw_numbers()?;
        done(&Buf::<8>::new().with(&first.0).with(&second.0))
    }
}
