//! Power cuts at every byte of every write of the journal: what was acknowledged is there,
//! what was not is there wholly or not at all.

use nvm::memory::{Fill, Ram, Tear};
use station::Records as _;
use station::StationJournal;
use station::journal::IDENTITY_LEN;
use terminal::Journal;
use wire::{
    Amount, Entry, LockId, LockTerms, Mac, PurchaseAnswer, PurchaseStep, PurchaseTerms, Step, Ttc,
};

use crate::records::*;

/// The entries of a refuelling, and the others that a journal holds.
pub(crate) fn entries() -> Vec<Entry> {
    let id = terms().id;
    let step = |step| Entry::Lock { tid: id.tid, ttc: id.ttc, step };
    vec![
        step(Step::LockSent(terms())),
        step(Step::Locked(certified())),
        step(Step::Delivered(delivery())),
        step(Step::Claimed(claim())),
        step(Step::Settled(TAC)),
        Entry::TacSeen { asn: id.asn, status: debited_status() },
        Entry::Refused(id),
        Entry::RefusedRecord { lock: id, tried: record().tried() },
        Entry::Reported { through: 5 },
        purchase_step(PurchaseStep::Sent(purchase())),
        purchase_step(PurchaseStep::Paid(answer())),
    ]
}

/// A purchase of the same PSAM, the next number.
pub(crate) fn purchase() -> PurchaseTerms {
    let LockTerms { id, icc, balance, limit, at, key, .. } = terms();
    let id = LockId { ttc: Ttc(id.ttc.0 + 1), ..id };
    PurchaseTerms { id, icc, amount: Amount::new(450).unwrap(), balance, limit, at, key }
}

pub(crate) fn answer() -> PurchaseAnswer {
    PurchaseAnswer { tac: Mac([5; 4]), mac2: Mac([6; 4]) }
}

pub(crate) fn purchase_step(step: PurchaseStep) -> Entry {
    let LockId { tid, ttc, .. } = purchase().id;
    Entry::Purchase { tid, ttc, step }
}

fn journal_with(count: usize) -> StationJournal<Ram> {
    let mut journal = StationJournal::format(Ram::growing(), &[7; IDENTITY_LEN]).unwrap();
    entries()[..count].iter().for_each(|entry| journal.append(entry).unwrap());
    journal
}

/// Cuts the power once while entry `count` is appended; true when the tear happened.
fn torn_append(count: usize, tear: Tear) -> bool {
    let mut journal = journal_with(count);
    journal.medium_mut().arm(tear);
    let acknowledged = journal.append(&entries()[count]).is_ok();
    let torn = journal.medium_mut().is_dark();
    let mut medium = journal.into_medium();
    medium.power_on();
    let mut journal = StationJournal::open(medium).expect("a torn journal opens");
    let found = usize::try_from(journal.records()).unwrap();
    assert!(found == count || found == count + 1, "{found} records after {count}");
    assert!(!acknowledged || found == count + 1, "an acknowledged entry is lost");
    for entry in &entries()[found..] {
        journal.append(entry).expect("the journal goes on");
    }
    let whole = journal_with(entries().len());
    assert_eq!(journal.locks().collect::<Vec<_>>(), whole.locks().collect::<Vec<_>>());
    assert_eq!(journal.purchases().collect::<Vec<_>>(), whole.purchases().collect::<Vec<_>>());
    assert_eq!(journal.unreported(), whole.unreported());
    torn
}

#[test]
fn every_byte_of_every_write_of_every_entry() {
    let mut cases = 0;
    for count in 0..entries().len() {
        for fill in [Fill::Old, Fill::New, Fill::Half, Fill::Random(count as u64)] {
            for write in 1.. {
                let mut at = 0;
                while torn_append(count, Tear { write, at, fill }) && at < 400 {
                    cases += 1;
                    at += 1;
                }
                if at == 0 {
                    break;
                }
            }
        }
    }
    println!("journal torn: {cases} cases");
    assert!(cases > 5_000, "only {cases} cases");
}
