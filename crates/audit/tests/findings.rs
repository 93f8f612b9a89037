//! For each finding: a world in which everything is right, and one spoiled fact that gives
//! exactly this finding with exactly these cents.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod support;

use audit::facts::*;
use audit::{FINDINGS, Finding, NOTES, audit};
use support::{World, amount};
use terminal::Progress;
use wire::Purse::{Ed, Ep};
use wire::record::ClaimedRecord;
use wire::*;

struct Case {
    finding: Finding,
    cents: i64,
    right: World,
    spoil: Box<dyn Fn(&mut World)>,
}

fn case(finding: Finding, cents: i64, right: World, spoil: impl Fn(&mut World) + 'static) -> Case {
    Case { finding, cents, right, spoil: Box::new(spoil) }
}

/// One settled refuelling of 100, reported.
fn sold() -> (World, LockId) {
    let mut world = World::new(1, 1);
    let id = world.refuel(0, Ed, 0, 100);
    world.report(0);
    (world, id)
}

/// The same without a centre.
fn sold_alone() -> (World, LockId) {
    let (mut world, id) = sold();
    world.facts.host = None;
    (world, id)
}

fn record<'a>(world: &'a mut World, id: &LockId) -> &'a mut ClaimedRecord {
    match world.entry(id) {
        Progress::Claimed(record) | Progress::Settled(record, _) => record,
        other => panic!("{other:?}"),
    }
}

fn drop_record(world: &mut World, id: &LockId) {
    let station = world.station_of(id);
    world.facts.journals[station].locks.retain(|(key, _)| *key != (id.tid, id.ttc));
}

/// A second delivery of the same amount that a journal could as well hold.
fn enlarge(record: &mut ClaimedRecord, cents: u32) {
    let delivery = &mut record.delivery;
    delivery.amount = amount(delivery.amount.units() + cents);
    delivery.quantity += u64::from(cents);
    delivery.totalizer_after += u64::from(cents);
}

fn less(old: Amount, cents: u32) -> Amount {
    amount(old.units() - cents)
}

fn card_cases() -> Vec<Case> {
    let (sold, _) = sold();
    let mut grey = World::new(1, 1);
    grey.lock(0, Ed, 0);
    grey.facts.host = None;
    grey.card(0).purses[0].opening = None;
    let mut twice = World::new(1, 1);
    twice.refuel(0, Ed, 0, 100);
    let second = twice.refuel(0, Ed, 0, 200);
    vec![
        case(Finding::CardGivenTwice, 14_900, sold.clone(), |world| {
            let mut copy = world.card(0).clone();
            copy.name = "copy".to_owned();
            world.facts.cards.push(copy);
        }),
        case(Finding::OpeningDisagrees, 5, sold.clone(), |world| {
            let books = &mut world.host().purses[0];
            books.opening.balance = amount(10_005);
            books.float += 5;
        }),
        case(Finding::CountersWentBack, 0, sold.clone(), |world| {
            world.card(0).purses[1].opening.as_mut().unwrap().otc = 3;
            world.host().purses[1].opening.otc = 3;
        }),
        case(Finding::LogOutOfOrder, 0, World::new(1, 1), |world| {
            let record = wire::files::LogRecord {
                sequence: 0,
                limit: Limit::ZERO,
                amount: Amount::ZERO,
                tag: Kind::Load.of(Ep),
                tid: Tid::default(),
                date: Date::ZERO,
                time: Time::ZERO,
            };
            world.card(0).log.push(record);
        }),
        case(Finding::LogHasAHole, 0, sold.clone(), |world| world.card(0).log.clear()),
        case(Finding::LastDebitDisagrees, 7, sold.clone(), |world| {
            world.card(0).last_debit.as_mut().unwrap().amount = amount(107);
        }),
        case(Finding::LockDisagreesWithPurse, 9, grey, |world| {
            let purse = &mut world.card(0).purses[0];
            purse.balance = less(purse.balance, 9);
        }),
        case(Finding::BalanceDoesNotFollow, 3, sold, |world| {
            world.card(0).purses[0].balance = amount(9_903);
        }),
        case(Finding::LockBalanceDoesNotFollow, 4, twice, move |world| {
            let record = record(world, &second);
            record.terms.balance = less(record.terms.balance, 4);
            record.certified.ceiling = record.terms.balance;
            let slot = world.slot(&second);
            slot.balance = less(slot.balance, 4);
        }),
    ]
}

fn record_cases() -> Vec<Case> {
    let fresh = World::new(1, 1).facts.cards[0].clone();
    let (alone, id) = sold_alone();
    let mut two = World::new(2, 1);
    two.facts.host = None;
    two.refuel(0, Ed, 0, 100);
    let second = two.refuel(1, Ed, 0, 250);
    let mut uncertified = World::new(2, 1);
    uncertified.facts.host = None;
    uncertified.refuel(0, Ed, 0, 100);
    let sent = uncertified.send_lock(1, Ed, 0);
    uncertified.grey(&sent);
    let mut escaped = World::new(1, 1);
    escaped.escape(0, Ed, 0, 300);
    let (old, last) = (fresh.clone(), uncertified.clone());
    vec![
        case(Finding::CardBehindItsRecords, 100, sold().0, move |world| {
            *world.card(0) = old.clone();
        }),
        case(Finding::DebitDisagreesWithRecord, 6, alone, move |world| {
            enlarge(record(world, &id), 6);
            world.slot(&id).given = Some(amount(106));
        }),
        case(Finding::DebitWithoutRecord, 250, two, move |world| {
            drop_record(world, &second);
            world.facts.psams[0].locks.clear();
        }),
        case(Finding::ClaimedLockNotOnCard, 300, escaped.clone(), move |world| {
            *world.card(0) = fresh.clone();
            world.buy(0, Ed, 0, 50);
        }),
        case(Finding::LockDisagreesWithRecord, 0, escaped, |world| {
            world.card(0).lock.as_mut().unwrap().gtac = Mac([9; 4]);
        }),
        case(Finding::GreyCardWithoutRecord, 0, uncertified, move |world| {
            drop_record(world, &sent);
        }),
        case(Finding::VoidLockWasMade, 0, last, move |world| {
            let entry = world.entry(&sent);
            *entry = Progress::Void(entry.terms().copied());
        }),
    ]
}

fn journal_cases() -> Vec<Case> {
    let (alone, id) = sold_alone();
    let (copied, gap) = (alone.clone(), {
        let mut world = alone.clone();
        world.void(0);
        world.refuel_alone(0, 100);
        world
    });
    let mut doubled = copied.clone();
    let mut copy = doubled.facts.journals[0].clone();
    copy.name = "copy".to_owned();
    doubled.facts.journals.push(copy);
    vec![
        case(Finding::RecordUnderWrongNumber, 0, alone.clone(), |world| {
            world.facts.journals[0].locks[0].0.1 = Ttc(2);
            world.facts.psams[0].next_ttc = Ttc(3);
            world.facts.psams[0].locks.clear();
        }),
        case(Finding::JournalsDisagree, 8, doubled, |world| {
            let Progress::Settled(record, _) = &mut world.facts.journals[1].locks[0].1 else {
                panic!("settled")
            };
            enlarge(record, 8);
        }),
        case(Finding::AmountAboveCeiling, 10, alone.clone(), move |world| {
            record(world, &id).certified.ceiling = amount(90);
        }),
        case(Finding::CeilingAboveBalance, 11, alone.clone(), move |world| {
            record(world, &id).certified.ceiling = amount(10_011);
        }),
        case(Finding::AmountDoesNotFitQuantity, 1, alone, move |world| {
            record(world, &id).certified.unit_price = 990;
        }),
        case(Finding::TotalizerBroken, 0, gap, move |world| {
            let record = record(world, &id);
            record.certified.totalizer_before += 5;
            record.delivery.totalizer_after += 5;
        }),
    ]
}

fn number_and_psam_cases() -> Vec<Case> {
    let mut settled = World::new(1, 2);
    settled.facts.host = None;
    let mut second = settled.clone();
    settled.refuel(0, Ed, 0, 100);
    let claimed = second.clone();
    let other = second.refuel(0, Ed, 1, 60);
    let again = move |world: &mut World, settle: bool| {
        let card = world.facts.cards[0].clone();
        world.facts.cards[0] = claimed.facts.cards[0].clone();
        let id = world.escape(0, Ed, 1, 60);
        assert_eq!(id, other);
        if settle {
            world.settle(&id);
        }
        world.facts.cards[0] = card;
    };
    let again_settled = again.clone();
    let (alone, id) = sold_alone();
    let mut absent = World::new(2, 1);
    absent.facts.host = None;
    absent.refuel(0, Ed, 0, 100);
    let lost = absent.escape(1, Ed, 0, 75);
    absent.facts.cards.clear();
    vec![
        case(Finding::LockSettledTwice, 60, settled.clone(), move |world| {
            again_settled(world, true);
        }),
        case(Finding::NumberLockedTwice, 60, settled, move |world| again(world, false)),
        case(Finding::PsamGivenTwice, 0, alone.clone(), |world| {
            let copy = PsamFacts { locks: Vec::new(), ..world.facts.psams[0].clone() };
            world.facts.psams.push(copy);
        }),
        case(Finding::PsamBehindItsJournal, 0, alone.clone(), |world| {
            world.facts.psams[0].next_ttc = Ttc(1);
            world.facts.psams[0].locks.clear();
        }),
        case(Finding::TtcRepeated, 0, alone.clone(), |world| {
            let locks = &mut world.facts.psams[0].locks;
            locks.push(locks[0]);
        }),
        case(Finding::GmacDisagreesWithRecord, 12, alone, move |world| {
            world.slot(&id).given = Some(amount(112));
        }),
        case(Finding::PsamLockWithoutRecord, 75, absent, move |world| drop_record(world, &lost)),
    ]
}

fn host_cases() -> Vec<Case> {
    let (sold, id) = sold();
    let mut absent = sold.clone();
    absent.facts.cards.clear();
    let mut two = World::new(2, 1);
    two.refuel(0, Ed, 0, 100);
    let second = two.refuel(1, Ed, 0, 250);
    two.report(0);
    two.facts.cards.clear();
    two.facts.psams.clear();
    let mut loaded = World::new(1, 1);
    loaded.load(0, Ed, 400);
    let mut unlocked = World::new(1, 1);
    let freed = unlocked.escape(0, Ed, 0, 100);
    unlocked.report(0);
    unlocked.unlock_online(&freed, 100, true);
    vec![
        case(Finding::OutcomeDisagreesWithJournal, 13, absent, |world| {
            let host = world.host();
            host.outcomes[0].amount = amount(113);
            host.outcomes[0].settled.as_mut().unwrap().amount = amount(113);
            host.postings.as_mut().unwrap()[0].1 = amount(113);
            host.purses[0].float -= 13;
            *host.owed_to_stations.as_mut().unwrap() += 13;
        }),
        case(Finding::OutcomeWithoutRecord, 250, two, move |world| drop_record(world, &second)),
        case(Finding::ChangeDisagreesWithHost, 14, loaded, |world| {
            world.host().changes[0].amount = amount(414);
            world.host().purses[0].float += 14;
        }),
        case(Finding::DecisionDisagreesWithCard, 15, unlocked, |world| {
            let host = world.host();
            host.decisions[0].amount = amount(85);
            host.postings.as_mut().unwrap()[0].1 = amount(85);
            host.purses[0].float += 15;
            *host.owed_to_stations.as_mut().unwrap() -= 15;
        }),
        case(Finding::SettlementNotPostedOnce, 100, sold.clone(), move |world| {
            world.host().postings.as_mut().unwrap().push((id, amount(100)));
        }),
        case(Finding::FloatDoesNotFollow, 16, sold.clone(), |world| {
            world.host().purses[0].float -= 16;
        }),
        case(Finding::OwedDoesNotFollow, 17, sold.clone(), |world| {
            *world.host().owed_to_stations.as_mut().unwrap() += 17;
        }),
        case(Finding::TrialBalanceNotZero, 18, sold.clone(), |world| {
            world.host().trial_balance = -18;
        }),
        // The card is said to have begun only after the change that the record proves.
        case(Finding::TotalsDoNotAddUp, 100, sold, |world| {
            let card = world.card(0);
            let now = card.purses[0];
            let opening =
                Opening { balance: now.balance, limit: now.limit, ctc: now.ctc, otc: now.otc };
            card.purses[0].opening = Some(opening);
            card.log.clear();
            card.last_debit = None;
            let books = &mut world.host().purses[0];
            (books.opening, books.moved) = (opening, 100);
        }),
    ]
}

fn all() -> Vec<Case> {
    [card_cases(), record_cases(), journal_cases(), number_and_psam_cases(), host_cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn each_spoiled_fact_gives_exactly_its_finding_and_cents() {
    for mut case in all() {
        let before = audit(&case.right.facts);
        assert!(before.ok, "{} is not right to begin with: {:#?}", case.finding, before.problems);
        (case.spoil)(&mut case.right);
        let verdict = audit(&case.right.facts);
        let found: Vec<_> = verdict.problems.iter().map(|p| (p.what, p.cents)).collect();
        assert_eq!(found, [(case.finding, case.cents)], "{:#?}", verdict.problems);
        assert!(!verdict.ok);
    }
}

#[test]
fn every_finding_has_a_case() {
    let cases: Vec<Finding> = all().iter().map(|case| case.finding).collect();
    for heading in FINDINGS {
        assert_eq!(cases.iter().filter(|case| **case == heading.of).count(), 1, "{}", heading.of);
    }
    assert_eq!(cases.len(), FINDINGS.len());
}

#[test]
fn names_are_sentences_and_unlike_each_other() {
    let names: Vec<&str> =
        FINDINGS.iter().map(|h| h.name).chain(NOTES.iter().map(|h| h.name)).collect();
    for (at, name) in names.iter().enumerate() {
        assert!(name.chars().all(|c| c == '_' || c.is_ascii_lowercase()), "{name}");
        assert!(!names[..at].contains(name), "{name}");
    }
    assert_eq!(Finding::CardBehindItsRecords.to_string(), "card_behind_its_records");
    assert!(FINDINGS.iter().all(|h| h.of.name() == h.name && !h.action.is_empty()));
    assert!(NOTES.iter().all(|h| h.of.name() == h.name && h.meaning.ends_with('.')));
}
