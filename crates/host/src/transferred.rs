//! What the answers to loads and unloads have come to, and how that is booked.
//!
//! | under one OTC | stands as |
//! |---|---|
//! | a TAC, or the change is known | taken: that one; what else was answered is dead |
//! | MAC3 of an on-line unlock, or another known change | dead |
//! | the card proved a higher OTC, and all answers come to the same | taken |
//! | the same, and they differ, if only in the account that pays | ambiguous: any terminal may ask the card |
//! | nothing of that | out |

use std::collections::{BTreeMap, BTreeSet};

use wire::{Asn, Purse, Stamp};

use crate::books::Books;
use crate::centre::{Centre, Registered};
use crate::codes::Codes;
use crate::facts::OnlineChange;
use crate::filed::units;
use crate::ledger::{Account, PostingReason};
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
                Standing::Taken(change) => self.charge(&group, change, now)?,
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
        let ways: BTreeSet<_> = group().map(|row| (row.change().by, row.account)).collect();
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

    /// On-line numbers of which it is proved what used them.
    pub(crate) fn proved_numbers(&self, asn: Asn, purse: Purse) -> impl Iterator<Item = u16> {
        let rows = self.books.transfers_of(asn).into_iter();
        let rows = rows.filter(move |row| row.purse == purse && row.tac.is_some());
        let decisions = self.books.decisions_of(asn).into_iter();
        let decisions = decisions.filter(move |row| row.purse() == purse && row.mac3.is_some());
        let changes = self.books.changes(asn, purse).into_iter().map(|change| change.otc);
        rows.map(|row| row.otc).chain(decisions.map(|row| row.otc)).chain(changes)
    }

    /// The money of a load is taken in, or off its prepaid account, when it is decided, and is the card's once that
    /// proves it: of several answers under one OTC it can take one, so the highest of each account is in flight.
    fn hold_in_flight(
        &mut self,
        group: &[TransferRow],
        standing: Standing,
        now: Stamp,
    ) -> Result<(), Refusal> {
        let accounts: BTreeSet<_> = group.iter().map(|row| row.account).collect();
        for account in accounts {
            let mut rows = group.iter().filter(|row| row.account == account);
            let loads = rows.clone().filter(|row| row.way == Way::Load);
            let most = loads.map(|row| units(row.amount)).max().unwrap_or(0);
            let due = if standing.is_open() { most } else { 0 };
            let by = due - rows.clone().map(|row| row.held).sum::<i64>();
            let Some(first) = rows.next() else { continue };
            self.hold(first, due);
            rows.for_each(|row| self.hold(row, 0));
            let (asn, reason) = (first.asn, PostingReason::InFlight);
            self.post_from(
                first.payer(),
                asn,
                Account::InFlight(asn, first.purse),
                reason,
                by,
                now,
            )?;
        }
        Ok(())
    }

    fn hold(&mut self, row: &TransferRow, held: i64) {
        if row.held != held {
            self.books.put_transfer(TransferRow { held, ..*row });
        }
    }

    /// An account may have spent what another answer freed, before a late TAC took it back.
    fn tell_overdrawn(&mut self, asn: Asn, account: &Account, now: Stamp) {
        let is_prepaid = matches!(account, Account::Prepaid(_));
        if is_prepaid && self.books.balance(account) < 0 {
            self.tell(Code::PrepaidOverdrawn, About::card(asn), now, account.to_string());
        }
    }

    /// Books what the card took, against the account of the answer that it took. A TAC that comes late may name
    /// another answer than the one that was charged.
    fn charge(
        &mut self,
        group: &[TransferRow],
        change: OnlineChange,
        now: Stamp,
    ) -> Result<(), Refusal> {
        let group = group.iter().map(|row| TransferRow { held: 0, ..*row });
        let same: Vec<TransferRow> = group.filter(|row| row.change() == change).collect();
        let proved = same.iter().find(|row| row.tac.is_some());
        let Some(taken) = proved.or(same.first()) else { return Ok(()) };
        let charged = same.iter().find(|row| row.charged);
        let before = charged.map_or(Account::Issued, TransferRow::payer);
        let known = self.take_change(change, taken.payer(), now)?.repeat;
        if known && before != taken.payer() {
            let (asn, reason) = (change.asn, PostingReason::ChargedOtherwise);
            self.post_from(taken.payer(), asn, before.clone(), reason, change.by, now)?;
            for account in [taken.payer(), before] {
                self.tell_overdrawn(change.asn, &account, now);
            }
        }
        for row in &same {
            let is_taken = (row.date, row.time) == (taken.date, taken.time);
            let now_charged = is_taken && row.account.is_some();
            if row.charged != now_charged {
                self.books.put_transfer(TransferRow { charged: now_charged, ..*row });
            }
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
        from: Account,
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
            self.book_change(change, from, now)?;
        }
        Ok(Registered { repeat: false })
    }
}
