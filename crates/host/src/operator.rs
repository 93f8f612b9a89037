//! What operators decide: one proposes with a reason, another one approves, per lock id.

use serde::{Deserialize, Serialize};
use wire::{Amount, LockId, Stamp};

use crate::books::Books;
use crate::bought::PurchasePosition;
use crate::centre::Centre;
use crate::codec;
use crate::codes::Codes;
use crate::facts::{Basis, ProposalRow, Ruling, Shown};
use crate::notice::Code;
use crate::position::{Ending, Position};
use crate::purchase::PurchaseCase;
use crate::refusal::Refusal;
use crate::standing::{Standing, basis, is_final, known};

/// What one operator proposes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Proposal {
    /// The lock, by its whole id, as the notice shows it.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// What is to be ruled.
    pub ruling: Ruling,
    /// Who proposes.
    pub maker: String,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

/// What the second operator approves: the newest proposal for the lock, as he saw it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// The lock, by its whole id.
    #[serde(with = "codec::bytes")]
    pub lock: LockId,
    /// What he approves.
    pub ruling: Ruling,
    /// Who approves.
    pub checker: String,
    /// When.
    #[serde(with = "codec::bytes")]
    pub now: Stamp,
}

impl<B: Books, V: Codes> Centre<B, V> {
    /// Proposes a ruling. It changes nothing before another person approved it.
    pub fn propose(&mut self, proposal: &Proposal) -> Result<ProposalRow, Refusal> {
        is_person(&proposal.maker)?;
        if proposal.reason.trim().is_empty() {
            return Err(Refusal::ReasonMissing);
        }
        let basis = self.basis(proposal.lock, proposal.ruling)?;
        let row = ProposalRow {
            lock: proposal.lock,
            ruling: proposal.ruling,
            basis,
            maker: proposal.maker.clone(),
            reason: proposal.reason.clone(),
            approved: None,
            at: proposal.now,
        };
        let mut rows = self.books.proposals(&proposal.lock);
        rows.retain(|row| row.approved.is_some());
        rows.push(row.clone());
        self.books.put_proposals(proposal.lock, rows);
        Ok(row)
    }

    /// Approves the proposal that waits for the lock. Only what was known when it was made may
    /// be known now.
    pub fn approve(&mut self, approval: &Approval) -> Result<ProposalRow, Refusal> {
        is_person(&approval.checker)?;
        let mut rows = self.books.proposals(&approval.lock);
        let waits =
            |row: &&mut ProposalRow| row.approved.is_none() && row.ruling == approval.ruling;
        let Some(row) = rows.iter_mut().find(waits) else {
            // Whose answer was lost asks again: his approval stands, and is told again.
            let is_his = |row: &ProposalRow| {
                let by = row.approved.as_ref().map(|(checker, _)| checker);
                row.ruling == approval.ruling && by == Some(&approval.checker)
            };
            return rows.into_iter().rev().find(is_his).ok_or(Refusal::NothingToApprove);
        };
        if same_person(&row.maker, &approval.checker) {
            return Err(Refusal::SamePerson);
        }
        if self.basis(row.lock, row.ruling)? != row.basis {
            return Err(Refusal::KnowledgeChanged);
        }
        row.approved = Some((approval.checker.clone(), approval.now));
        let approved = row.clone();
        self.books.put_proposals(approval.lock, rows);
        match self.purchase_of(approval.lock) {
            Some(_) => self.settle_purchase(approval.lock, approval.now)?,
            None => self.settle(approval.lock, approval.now)?,
        }
        Ok(approved)
    }

    /// What is known of the lock and lets operators rule; else why they may not.
    fn basis(&self, lock: LockId, ruling: Ruling) -> Result<Basis, Refusal> {
        if let Some(purchase) = self.purchase_of(lock) {
            return self.basis_of_purchase(&purchase, ruling);
        }
        let reason = match ruling {
            Ruling::Unlock(amount) => Some(self.reason_of_unlock(lock, amount)?),
            Ruling::Debited(amount) => self.reason_of_debit(lock, amount)?,
            Ruling::Claim { amount, .. } => {
                let open = Position::load(&self.books, lock).claims();
                if !open.iter().any(|claim| claim.signed() == amount) {
                    return Err(Refusal::NoClaimOpen);
                }
                None
            }
        };
        Ok(basis(&self.books, lock, reason))
    }

    fn purchase_of(&self, id: LockId) -> Option<PurchaseCase> {
        self.books.purchase(id.tid, id.ttc).filter(|purchase| purchase.terms.id == id)
    }

    /// Operators may say whether the card paid while its TAC does not, and rule on the claim that a
    /// purchase without goods leaves.
    fn basis_of_purchase(&self, purchase: &PurchaseCase, ruling: Ruling) -> Result<Basis, Refusal> {
        let id = purchase.terms.id;
        let position = PurchasePosition::load(&self.books, id);
        let one_of = [Amount::ZERO, purchase.terms.amount];
        match ruling {
            Ruling::Unlock(_) => Err(Refusal::NothingToDecide),
            Ruling::Debited(_) if !position.is_open() => Err(Refusal::LockAlreadySettled),
            Ruling::Debited(amount) if !one_of.contains(&amount) => {
                Err(Refusal::AmountDiffersFromPurchase)
            }
            Ruling::Claim { amount, .. } if position.claimed() != Some(amount) => {
                Err(Refusal::NoClaimOpen)
            }
            Ruling::Debited(_) | Ruling::Claim { .. } => {
                let known = basis(&self.books, id, None);
                let heard = known.heard + usize::from(purchase.mac2_proved);
                Ok(Basis { heard, receipts: usize::from(purchase.paid.is_some()), ..known })
            }
        }
    }

    fn reason_of_unlock(&self, lock: LockId, amount: Amount) -> Result<Code, Refusal> {
        let shown = self.shown(lock).ok_or(Refusal::NothingToDecide)?;
        match known(&self.books, &shown) {
            Standing::Answer { .. } => Err(Refusal::RecordStands),
            Standing::Wait { lock: filed, .. } if filed != lock => Err(Refusal::NothingToDecide),
            Standing::Wait { reason: Code::CardReplaced, .. } => Err(Refusal::CardReplaced),
            Standing::Wait { reason, .. } if is_final(reason) => Err(Refusal::LockAlreadySettled),
            Standing::Wait { .. } if amount > shown.balance => Err(Refusal::AmountExceedsBalance),
            Standing::Wait { reason, .. } => self.checked_unproved(lock, reason, amount),
        }
    }

    fn checked_unproved(
        &self,
        lock: LockId,
        reason: Code,
        amount: Amount,
    ) -> Result<Code, Refusal> {
        let case = self.books.case(lock.tid, lock.ttc);
        let delivered = case.and_then(|case| case.claimed_amount());
        match reason {
            Code::Unproved if delivered != Some(amount) => Err(Refusal::AmountDiffersFromUnproved),
            reason => Ok(reason),
        }
    }

    /// What the card showed when it had to wait, or the unproved delivery before any card came.
    fn shown(&self, lock: LockId) -> Option<Shown> {
        let from_unproved = || {
            let terms = self.books.case(lock.tid, lock.ttc)?.unproved?.terms;
            let (balance, date, time) = (terms.balance, terms.at.date, terms.at.time);
            (terms.id == lock).then_some(Shown { lock, balance, date, time, otc: None })
        };
        self.books.waiting(&lock).or_else(from_unproved)
    }

    /// Operators may say what a card was debited while no code of the card says it, and once
    /// something was heard of the lock or its card proved it.
    fn reason_of_debit(&self, lock: LockId, amount: Amount) -> Result<Option<Code>, Refusal> {
        let position = Position::load(&self.books, lock);
        if position.heir != lock {
            return Err(Refusal::NothingToDecide);
        }
        let shown = self.books.waiting(&lock).map(|shown| shown.balance);
        let balance = position.facts.balance().or(shown);
        let open = match position.ending {
            None => balance.is_some(),
            Some(Ending::Tac(paid)) if position.owed().is_none() && paid != amount => {
                return Err(Refusal::LockAlreadySettled);
            }
            Some(Ending::Tac(_)) => position.owed().is_none(),
            Some(_) => return Err(Refusal::LockAlreadySettled),
        };
        match balance {
            _ if !open => Err(Refusal::NothingToDecide),
            Some(balance) if amount > balance => Err(Refusal::AmountExceedsBalance),
            _ => Ok(position.succession.reason()),
        }
    }
}

pub(crate) fn is_person(name: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() { Err(Refusal::PersonMissing) } else { Ok(()) }
}

pub(crate) fn same_person(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}
