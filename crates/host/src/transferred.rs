//! What the answers to loads and unloads have come to, and how that is booked.
//!
//! | under one OTC | stands as |
//! |---|---|
//! | a TAC, or the change is known | taken: that one; what else was answered is dead |
//! | MAC3 of an on-line unlock, or another known change | dead |
//! | the card proved a higher OTC, and all answers come to the same | taken |
//! | the same, and they differ | ambiguous: any terminal may ask the card |
//! | nothing of that | out |

use std::collections::{BTreeMap, BTreeSet};

use wire::{Asn, Purse, Stamp};

use crate::books::Books;
use crate::centre::{Centre, Registered};
use crate::codes::Codes;
use crate::facts::OnlineChange;
use crate::filed::units;
use crate::ledger::{Account, Legs, Posting, PostingReason};
use crate::notice::{About, Code};
use crate::refusal::Refusal;
use crate::transfer::{TransferRow, Way};

/// How the answers under one OTC stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// The card may still take any of them, or has and did not say so.
    Out,
    /// The card proved which.
    Taken(OnlineChange),
    /// The card used the number for something else.
    Dead,
    /// It used the number, and the answers differ.
    Ambiguous,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Books what the loads and unloads of a card have come to.
    pub(crate) fn settle_transfers(&mut self, asn: Asn, now: Stamp) -> Result<(), Refusal> {
        let rows = self.books.transfers_of(asn);
        let mut groups: BTreeMap<(Purse, u16), Vec<TransferRow>> = BTreeMap::new();
        for row in &rows {
            groups.entry((row.purse, row.otc)).or_default().push(*row);
        }
        for ((purse, otc), group) in groups {
            let standing = self.standing_at(&rows, purse, otc);
            self.hold_in_flight(&group, standing, now)?;
            match standing {
                Standing::Taken(change) => drop(self.take_change(change, now)?),
                Standing::Ambiguous => {
                    let detail = format!("{purse} OTC {otc}");
                    self.tell(Code::TransferAmbiguous, About::card(asn), now, detail);
                }
                Standing::Out | Standing::Dead => {}
            }
        }
        Ok(())
    }

    pub(crate) fn standing_at(&self, rows: &[TransferRow], purse: Purse, otc: u16) -> Standing {
        let group = || rows.iter().filter(|row| (row.purse, row.otc) == (purse, otc));
        let Some(first) = group().next() else { return Standing::Dead };
        let known = self.books.changes(first.asn, purse).into_iter();
        if let Some(known) = known.into_iter().find(|change| change.otc == otc) {
            return if group().any(|row| row.change() == known) {
                Standing::Taken(known)
            } else {
                Standing::Dead
            };
        }
        if let Some(taken) = group().find(|row| row.tac.is_some()) {
            return Standing::Taken(taken.change());
        }
        let unlocks = self.books.decisions_of(first.asn).into_iter();
        let mut unlocks = unlocks.filter(|row| (row.purse(), row.otc) == (purse, otc));
        if unlocks.any(|row| row.mac3.is_some()) {
            return Standing::Dead;
        }
        if self.proved_otc(first.asn, purse) <= otc {
            return Standing::Out;
        }
        let rows = self.books.decisions_of(first.asn).into_iter();
        let unlocked = rows.into_iter().any(|row| (row.purse(), row.otc) == (purse, otc));
        let ways: BTreeSet<i64> = group().map(|row| row.change().by).collect();
        match ways.len() == 1 && !unlocked {
            true => Standing::Taken(first.change()),
            false => Standing::Ambiguous,
        }
    }

    /// The highest OTC at which the card proved to stand: the numbers below it are used.
    pub(crate) fn proved_otc(&self, asn: Asn, purse: Purse) -> u16 {
        let used = |otc: u16| otc.saturating_add(1);
        let rows = self.books.transfers_of(asn).into_iter().filter(|row| row.purse == purse);
        let transfers = rows.map(|row| if row.tac.is_some() { used(row.otc) } else { row.otc });
        let changes = self.books.changes(asn, purse).into_iter().map(|change| used(change.otc));
        let decisions = self.books.decisions_of(asn).into_iter();
        let decisions = decisions.filter(|row| row.purse() == purse);
        let unlocks = decisions.map(|row| if row.mac3.is_some() { used(row.otc) } else { row.otc });
        let seen = self.books.sightings_from(asn, purse, 0).into_iter();
        let seen = seen.filter_map(|sighting| sighting.otc);
        transfers.chain(changes).chain(unlocks).chain(seen).max().unwrap_or(0)
    }

    /// The money of a load is taken in when it is decided, and is the card's once that proves it:
    /// of several answers under one OTC it can take one, so the highest is in flight.
    fn hold_in_flight(
        &mut self,
        group: &[TransferRow],
        standing: Standing,
        now: Stamp,
    ) -> Result<(), Refusal> {
        let Some(first) = group.first() else { return Ok(()) };
        let loads = group.iter().filter(|row| row.way == Way::Load);
        let most = loads.map(|row| units(row.amount)).max().unwrap_or(0);
        let due = if standing.is_open() { most } else { 0 };
        let by = due - group.iter().map(|row| row.held).sum::<i64>();
        for (place, row) in group.iter().enumerate() {
            let held = if place == 0 { due } else { 0 };
            if row.held != held {
                self.books.put_transfer(TransferRow { held, ..*row });
            }
        }
        let in_flight = Account::InFlight(first.asn, first.purse);
        let lines = Legs::default().transfer(Account::Issued, in_flight, by);
        let lines = lines.ok_or(Refusal::LedgerOverflow)?;
        if !lines.is_empty() {
            let reason = PostingReason::InFlight;
            self.books.post(Posting { reason, asn: first.asn, lock: None, at: now, lines });
        }
        Ok(())
    }
}

impl Standing {
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Out | Self::Ambiguous)
    }
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Takes a confirmed change into the chain of balances and the books.
    pub(crate) fn take_change(
        &mut self,
        change: OnlineChange,
        now: Stamp,
    ) -> Result<Registered, Refusal> {
        let known = self.books.changes(change.asn, change.purse);
        match known.iter().find(|other| other.otc == change.otc) {
            Some(other) if *other == change => return Ok(Registered { repeat: true }),
            Some(_) => return Err(Refusal::ChangeDisagrees),
            None => {}
        }
        self.books.add_change(change);
        if change.kind.is_money() {
            self.book_change(change, now)?;
        }
        Ok(Registered { repeat: false })
    }
}
