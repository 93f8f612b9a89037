//! What the journal remembers, and what it refuses.

use nvm::memory::Ram;
use station::Records as _;
use station::StationJournal;
use station::journal::{IDENTITY_LEN, JournalError};
use terminal::{Journal, Progress};
use wire::{Entry, LockId, Mac, PurchaseAnswer, PurchaseStep, Report, Step, Ttc};

use crate::records::*;
use crate::tears::{answer, entries, purchase, purchase_step};

fn fresh() -> StationJournal<Ram> {
    StationJournal::format(Ram::growing(), &[1; IDENTITY_LEN]).unwrap()
}

#[test]
fn a_lock_is_found_by_its_whole_id_only() {
    let mut journal = fresh();
    entries()[..4].iter().for_each(|entry| journal.append(entry).unwrap());
    let id = terms().id;
    assert_eq!(journal.record_of(&id), Some(record()));
    let others = [
        LockId { asn: "6543210987654321".parse().unwrap(), ..id },
        LockId { purse: wire::Purse::Ep, ..id },
        LockId { ctc: 8, ..id },
        LockId { tid: wire::Tid([9; 6]), ..id },
        LockId { ttc: Ttc(42), ..id },
    ];
    for other in others {
        assert_eq!(journal.record_of(&other), None, "{other}");
    }
}

#[test]
fn a_refused_record_bars_itself_and_no_other_of_its_lock() {
    let mut journal = fresh();
    let (right, mut forged) = (record(), record());
    forged.claim.gmac = Mac([9; 4]);
    let (lock, tried) = (right.terms.id, forged.tried());
    journal.append(&Entry::RefusedRecord { lock, tried }).unwrap();
    assert!(journal.is_refused(&forged) && !journal.is_refused(&right));
    assert!(journal.has_refused(&lock));
    assert!(!journal.has_refused(&LockId { ttc: Ttc(lock.ttc.0 - 1), ..lock }));
    forged.delivery.amount = wire::Amount::new(1).unwrap();
    assert!(!journal.is_refused(&forged), "the card has not seen this one");
    // As an earlier version noted it: nobody knows which one it was.
    journal.append(&Entry::Refused(lock)).unwrap();
    assert!(journal.is_refused(&right) && journal.is_refused(&forged));
}

#[test]
fn what_cannot_follow_is_not_written() {
    let mut journal = fresh();
    let id = terms().id;
    let step = |step| Entry::Lock { tid: id.tid, ttc: id.ttc, step };
    assert!(journal.append(&step(Step::Claimed(claim()))).is_err());
    assert_eq!(journal.records(), 0);
    journal.append(&step(Step::LockSent(terms()))).unwrap();
    journal.append(&step(Step::NoDispense)).unwrap();
    assert!(journal.append(&step(Step::Locked(certified()))).is_err(), "the nozzle stays shut");
    assert_eq!(journal.records(), 2);
}

/// What the totalizer showed before a lock was made, by nozzle, whichever PSAM made the locks;
/// what is read later says nothing about it, and neither does another nozzle.
#[test]
fn a_reading_of_the_totalizer_is_found_by_nozzle_and_by_its_place_in_the_journal() {
    let mut journal = fresh();
    let [other, tid] = [wire::Tid([9; 6]), terms().id.tid];
    let mut add =
        |tid, ttc, step| journal.append(&Entry::Lock { tid, ttc: Ttc(ttc), step }).unwrap();
    let sent = |tid, ttc| {
        Step::LockSent(wire::LockTerms {
            id: LockId { tid, ttc: Ttc(ttc), ..terms().id },
            ..terms()
        })
    };
    let locked = |nozzle, totalizer_before| {
        Step::Locked(wire::Certified { nozzle, totalizer_before, ..certified() })
    };
    let delivered =
        |totalizer_after| Step::Delivered(wire::Delivery { totalizer_after, ..delivery() });
    add(tid, 1, sent(tid, 1));
    add(other, 7, sent(other, 7));
    add(other, 7, locked(1, 100));
    add(tid, 2, sent(tid, 2));
    add(other, 7, delivered(140));
    add(other, 7, Step::Claimed(claim()));
    add(tid, 3, sent(tid, 3));
    add(other, 8, sent(other, 8));
    add(other, 8, locked(1, 190));
    let journal = StationJournal::open(journal.into_medium()).unwrap();
    let known = [1, 2, 3].map(|ttc| journal.totalizer_before(tid, Ttc(ttc), 1));
    assert_eq!(known, [None, Some(100), Some(140)]);
    assert_eq!(journal.totalizer_before(tid, Ttc(3), 2), None);
    assert_eq!(journal.totalizer_before(tid, Ttc(4), 1), None, "no such lock");
}

#[test]
fn open_and_given_up_locks_are_listed_in_order() {
    let mut journal = fresh();
    let tid = terms().id.tid;
    for ttc in 1..=4u32 {
        let mut terms = terms();
        terms.id.ttc = Ttc(ttc);
        let mut add = |step| journal.append(&Entry::Lock { tid, ttc: Ttc(ttc), step }).unwrap();
        add(Step::LockSent(terms));
        if ttc % 2 == 0 {
            add(Step::NoDispense);
        }
    }
    assert_eq!(journal.next_open(None), Some((tid, Ttc(1))));
    assert_eq!(journal.next_open(Some((tid, Ttc(1)))), Some((tid, Ttc(3))));
    assert_eq!(journal.next_open(Some((tid, Ttc(3)))), None);
    assert_eq!(journal.next_given_up(tid, None), Some(Ttc(2)));
    assert_eq!(journal.next_given_up(tid, Some(Ttc(2))), Some(Ttc(4)));
    assert_eq!(journal.highest_ttc(tid), Some(Ttc(4)));
}

#[test]
fn reports_go_up_until_the_centre_has_them_and_again_when_they_change() {
    let mut journal = fresh();
    entries()[..4].iter().for_each(|entry| journal.append(entry).unwrap());
    let outbox = journal.unreported();
    assert_eq!(outbox.reports, vec![Report::Grey(record())]);
    assert_eq!(journal.unreported(), outbox, "asking changes nothing");
    journal.append(&entries()[4]).unwrap();
    journal.mark_reported(outbox.through).unwrap();
    let later = journal.unreported();
    assert_eq!(later.reports, vec![Report::Sale(record(), TAC)], "what came in between goes up");
    journal.mark_reported(later.through).unwrap();
    assert_eq!(journal.unreported().reports, vec![]);
    let journal = StationJournal::open(journal.into_medium()).unwrap();
    assert_eq!(journal.unreported().reports, vec![]);
}

#[test]
fn a_status_that_is_kept_is_not_kept_twice() {
    let mut journal = fresh();
    let seen = Entry::TacSeen { asn: terms().id.asn, status: debited_status() };
    journal.append(&seen).unwrap();
    journal.append(&seen).unwrap();
    assert_eq!(journal.records(), 1);
}

#[test]
fn a_full_disk_refuses_the_entry_and_keeps_the_rest() {
    let mut journal = fresh();
    journal.append(&entries()[0]).unwrap();
    journal.medium_mut().fail_writes_after(0);
    assert!(journal.append(&entries()[1]).is_err());
    assert_eq!(journal.last_error(), Some(nvm::NvmError::Failed));
    let id = terms().id;
    assert_eq!(journal.progress(id.tid, id.ttc), Some(Progress::LockSent(terms())));
    let mut medium = journal.into_medium();
    medium.power_on();
    let journal = StationJournal::open(medium).unwrap();
    assert_eq!(journal.records(), 1);
}

/// Every byte of a journal at rest, changed: refused with the reason, or nothing is lost.
#[test]
fn damage_is_found_and_said() {
    let mut journal = fresh();
    entries()[..5].iter().for_each(|entry| journal.append(entry).unwrap());
    let locks: Vec<_> = journal.locks().map(|(key, progress)| (key, *progress)).collect();
    let sound = journal.into_medium().bytes;
    let (mut refused, mut same) = (0, 0);
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 0xFF;
        match StationJournal::open(Ram::holding(bytes, true)) {
            Err(JournalError::Log(error)) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
            Err(other) => panic!("byte {at}: {other}"),
            Ok(journal) => {
                let found: Vec<_> = journal.locks().map(|(key, p)| (key, *p)).collect();
                assert_eq!(found, locks, "byte {at}");
                same += 1;
            }
        }
    }
    println!("journal damaged: {refused} refused, {same} unharmed");
}

#[test]
fn a_whole_record_that_is_no_entry_is_said() {
    let spec = nvm::Spec { kind: nvm::Kind::Journal, version: 1, fixed_len: IDENTITY_LEN };
    let mut log: nvm::Log<Ram, { nvm::frame_len(256) }> =
        nvm::Log::format(Ram::growing(), spec, &[1; IDENTITY_LEN]).unwrap();
    log.append(&entries()[0].to_bytes()).unwrap();
    log.append(&[99, 1, 2]).unwrap();
    let error = StationJournal::open(log.into_nvm()).err().unwrap();
    assert!(matches!(error, JournalError::NoEntry { record: 2 }), "{error}");
}

/// A purchase is reported as soon as it went out, again when its end is known, and both answers
/// when two were kept: only the centre knows which is the card's.
#[test]
fn purchases_are_open_until_their_end_is_known_and_go_up_each_time() {
    let mut journal = fresh();
    let LockId { tid, ttc, .. } = purchase().id;
    journal.append(&purchase_step(PurchaseStep::Sent(purchase()))).unwrap();
    assert_eq!(journal.next_open_purchase(None), Some((tid, ttc)));
    assert_eq!(journal.highest_ttc(tid), Some(ttc), "locks and purchases draw from one row");
    let outbox = journal.unreported();
    assert_eq!(outbox.reports, vec![Report::PurchaseUnknown(purchase())]);
    journal.mark_reported(outbox.through).unwrap();
    let other = PurchaseAnswer { tac: Mac([7; 4]), ..answer() };
    journal.append(&purchase_step(PurchaseStep::Paid(answer()))).unwrap();
    journal.append(&purchase_step(PurchaseStep::Paid(other))).unwrap();
    assert!(journal.append(&purchase_step(PurchaseStep::Void)).is_err(), "it was answered");
    assert_eq!(journal.next_open_purchase(None), None);
    let both = [answer(), other].map(|answer| Report::Purchase(purchase(), answer));
    assert_eq!(journal.unreported().reports, both);
}

#[test]
fn one_number_is_a_lock_or_a_purchase() {
    let mut journal = fresh();
    let LockId { tid, ttc, .. } = purchase().id;
    journal.append(&purchase_step(PurchaseStep::Sent(purchase()))).unwrap();
    assert!(journal.append(&Entry::Lock { tid, ttc, step: Step::Void }).is_err());
    journal.append(&purchase_step(PurchaseStep::Void)).unwrap();
    let reports = [Report::PurchaseUnknown(purchase()), Report::Void(tid, ttc)];
    assert_eq!(journal.unreported().reports, reports);
    journal.append(&entries()[0]).unwrap();
    let id = terms().id;
    let as_purchase =
        Entry::Purchase { tid: id.tid, ttc: id.ttc, step: PurchaseStep::Sent(purchase()) };
    assert!(journal.append(&as_purchase).is_err());
}
