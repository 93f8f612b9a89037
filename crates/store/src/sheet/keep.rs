//! Rows that were fetched, kept as facts. What was written in this transaction is newer than what is fetched.

use host::{
    Books as _, DecisionRow, OnlineChange, ProposalRow, Shown, Sighting, TacFact, TransferRow,
};
use wire::LockId;

use super::Inner;
use crate::error::StoreError;
use crate::rows;
use crate::table::{
    CHANGES, DECISIONS, KNOWN_LOCKS, OPEN_LOCKS, RULINGS, SIGHTINGS, TACS, TRANSFERS, WAITING,
};
use crate::value::Row;

impl Inner<'_> {
    pub(super) fn keep_psams(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            self.rows.put_psam(rows::psam(row)?);
        }
        Ok(())
    }

    pub(super) fn keep_prepaid(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (account, balance) = rows::prepaid(row)?;
            self.prepaid.insert(account.name, balance);
            self.rows.put_prepaid(account);
        }
        Ok(())
    }

    pub(super) fn keep_cards(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let card = rows::card(row)?;
            if card.blacklisted().is_some() {
                self.blacklisted.insert(card.opening.asn);
            }
            self.rows.put_card(card);
        }
        Ok(())
    }

    pub(super) fn keep_changes(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let change: OnlineChange = rows::behind_three(CHANGES.name, row)?;
            self.rows.add_change(change);
        }
        Ok(())
    }

    pub(super) fn keep_decisions(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let decision: DecisionRow = rows::behind_three(DECISIONS.name, row)?;
            self.rows.put_decision(decision);
        }
        Ok(())
    }

    pub(super) fn keep_transfers(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let transfer: TransferRow = rows::behind_three(TRANSFERS.name, row)?;
            self.rows.put_transfer(transfer);
        }
        Ok(())
    }

    pub(super) fn keep_waiting(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (lock, shown): (LockId, Shown) = rows::behind_lock(WAITING.name, row)?;
            self.rows.put_waiting(lock, shown);
        }
        Ok(())
    }

    pub(super) fn keep_rulings(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (lock, rulings): (LockId, Vec<ProposalRow>) = rows::behind_lock(RULINGS.name, row)?;
            self.rows.put_proposals(lock, rulings);
        }
        Ok(())
    }

    pub(super) fn keep_open_locks(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            self.rows.mark_open(rows::lock_row(OPEN_LOCKS.name, row)?, true);
        }
        Ok(())
    }

    pub(super) fn keep_purchases(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let case = rows::purchase(row)?;
            if !self.changes.purchases.contains(&case.number()) {
                self.rows.put_purchase(case);
            }
        }
        Ok(())
    }

    pub(super) fn keep_cases(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (case, listed) = rows::case(row)?;
            let number = (case.tid, case.ttc);
            if !self.changes.cases.contains(&number) {
                self.listed.entry(number).or_insert(listed);
                self.rows.put_case(case);
            }
        }
        Ok(())
    }

    pub(super) fn keep_sightings(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (_, sighting): (_, Sighting) = rows::behind_lock(SIGHTINGS.name, row)?;
            self.rows.add_sighting(sighting);
        }
        Ok(())
    }

    pub(super) fn keep_tacs(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            let (_, fact): (_, TacFact) = rows::behind_lock(TACS.name, row)?;
            self.rows.add_tac(fact);
        }
        Ok(())
    }

    pub(super) fn keep_found(&mut self, found: Vec<Row>) -> Result<(), StoreError> {
        for row in found {
            self.known.found.insert(rows::lock_row(KNOWN_LOCKS.name, row)?);
        }
        Ok(())
    }
}
