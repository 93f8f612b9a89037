//! What books hold of a lock, as rows.

use host::{
    Case, Code, DecisionRow, Ground, Held, HeldRecord, HeldUnproved, Piece, Quarantined, TacFact,
};
use records::{Kind, Outcome, rows_of};
use wire::{Amount, ClaimedRecord, Date, Icc, LockId, Mac, PurchaseTerms, Report, Tid, Time, Ttc};

use crate::world::claimed;

const STATION: u32 = 9;
const RIGHT_GTAC: Mac = Mac([7; 4]);
const TAC: Mac = Mac([8; 4]);

fn case() -> Case {
    let id = claimed().terms.id;
    Case::new(id.tid, id.ttc)
}

fn record(card_proved: bool) -> Option<HeldRecord> {
    Some(HeldRecord { record: claimed(), gtac: RIGHT_GTAC, card_proved })
}

/// The TAC over the record's debit.
fn own_tac() -> TacFact {
    let ClaimedRecord { terms, delivery, .. } = claimed();
    let (date, time) = (delivery.at.date, delivery.at.time);
    TacFact { lock: terms.id, amount: delivery.amount, date, time, tac: TAC }
}

fn rows(case: Case, tacs: &[TacFact]) -> Vec<Outcome> {
    let (tid, held) = (case.tid, Held::Case(Box::new(case), tacs.to_vec()));
    rows_of(&held, |asked| if asked == tid { STATION } else { 0 })
}

fn kinds(rows: &[Outcome]) -> Vec<Kind> {
    rows.iter().map(|row| row.kind().unwrap()).collect()
}

#[test]
fn a_record_is_a_sale_with_the_tac_over_just_its_debit_and_grey_without() {
    let held = Case { record: record(true), ..case() };
    let gtac = 0x0707_0707;
    let sale = Outcome { gtac, ..Outcome::of_record(STATION, &claimed(), Some(TAC)) };
    assert_eq!(rows(held.clone(), &[own_tac()]), [sale]);
    // A TAC proves no CTC: one that a status showed with another is the same.
    let fact = own_tac();
    let other_ctc = TacFact { lock: LockId { ctc: 300, ..fact.lock }, ..fact };
    assert_eq!(rows(held.clone(), &[fact, other_ctc]), [sale]);
    assert_eq!(rows(held.clone(), &[other_ctc]), [sale]);
    let grey = Outcome { gtac, ..Outcome::of_record(STATION, &claimed(), None) };
    assert_eq!(rows(held, &[]), [grey]);
}

#[test]
fn a_gtac_proves_in_the_table_what_it_proves_in_the_books() {
    let wrong = Outcome::of_record(STATION, &claimed(), None);
    assert_eq!(rows(Case { record: record(false), ..case() }, &[]), [wrong]);
    let proved = rows(Case { record: record(true), ..case() }, &[]);
    assert_eq!(proved, [Outcome { gtac: u32::from_be_bytes(RIGHT_GTAC.0), ..wrong }]);
}

#[test]
fn any_other_tac_stands_beside_the_record() {
    let fact = own_tac();
    let others = [
        TacFact { amount: Amount::new(1).unwrap(), ..fact },
        TacFact { date: Date::new(2026, 11, 24).unwrap(), ..fact },
        TacFact { time: Time::ZERO, ..fact },
        TacFact { lock: LockId { asn: "1111111111111111".parse().unwrap(), ..fact.lock }, ..fact },
    ];
    for other in others {
        let rows = rows(Case { record: record(true), ..case() }, &[other]);
        assert_eq!(kinds(&rows), [Kind::Grey, Kind::TacSeen], "{other:?}");
    }
    let seen = rows_of(&Held::Tac(fact), |_| STATION)[0];
    let row = Outcome::of_record(0, &claimed(), Some(TAC));
    let Outcome { asn, purse, ctc, tid, ttc, amount, end_date, end_time, tac, .. } = row;
    let bare =
        Outcome { asn, purse, ctc, tid, ttc, amount, end_date, end_time, ..Outcome::default() };
    assert_eq!(seen, Outcome { kind: Kind::TacSeen.number(), tac, ..bare });
    // Of two keys: one of them made the record's, and whoever has both finds out which.
    let second = TacFact { tac: Mac([9; 4]), ..fact };
    let rows = rows(Case { record: record(true), ..case() }, &[fact, second]);
    assert_eq!(kinds(&rows), [Kind::Sale, Kind::TacSeen]);
}

#[test]
fn what_was_said_without_a_record_is_a_row_each() {
    let ClaimedRecord { terms, certified, delivery, .. } = claimed();
    let held = Case {
        unproved: Some(HeldUnproved { terms, certified, delivery }),
        no_dispense: Some(terms),
        void: true,
        ..case()
    };
    let whole = Outcome::of_record(STATION, &claimed(), None);
    let kind = Kind::Unproved.number();
    let unproved = Outcome { kind, gmac: 0, sam_tac: 0, ..whole };
    let nothing = Outcome { kind: Kind::NoDispense.number(), amount: 0, ceiling: 0, ..unproved };
    let nothing = Outcome { end_date: 0, end_time: 0, utc_offset_minutes: 0, ..nothing };
    let nothing = Outcome { mac2: 0, gtac: 0, ..nothing };
    let Outcome { station, tid, ttc, .. } = whole;
    let void = Outcome { station, kind: 6, tid, ttc, ..Outcome::default() };
    assert_eq!(rows(held, &[]), [unproved, nothing, void]);
}

#[test]
fn what_was_kept_aside_is_told_where_its_own_codes_show_why() {
    let ClaimedRecord { terms, certified, delivery, .. } = claimed();
    let aside = |report, reason| {
        rows(Case { quarantined: vec![Quarantined { report, reason }], ..case() }, &[])
    };
    let sale = Report::Sale(claimed(), TAC);
    for reason in [
        Code::TermsInconsistent,
        Code::Mac2Wrong,
        Code::CeilingExceedsBalance,
        Code::AmountExceedsCeiling,
        Code::GmacWrong,
        Code::SamTacWrong,
    ] {
        let row = Outcome::of_record(STATION, &claimed(), Some(TAC));
        assert_eq!(aside(sale, reason), [row], "{reason:?}");
    }
    // Nothing in these says so by itself: they would be paid.
    for reason in [Code::CardUnknown, Code::KeyVersionUnknown, Code::RecordDisagrees] {
        assert_eq!(aside(sale, reason), [], "{reason:?}");
    }
    let grey = aside(Report::Grey(claimed()), Code::GmacWrong);
    let unproved = aside(Report::Unproved(terms, certified, delivery), Code::Mac2Wrong);
    assert_eq!(kinds(&[grey, unproved].concat()), [Kind::Grey, Kind::Unproved]);
    let purchase = PurchaseTerms {
        id: terms.id,
        icc: terms.icc,
        amount: delivery.amount,
        balance: terms.balance,
        limit: terms.limit,
        at: terms.at,
        key: terms.key,
    };
    assert_eq!(aside(Report::PurchaseUnknown(purchase), Code::TermsInconsistent), []);
}

fn decision() -> DecisionRow {
    let ClaimedRecord { terms, delivery, .. } = claimed();
    DecisionRow {
        lock: terms.id,
        balance: terms.balance,
        otc: 3,
        icc: Icc([5; 4]),
        tid: Tid([0, 0, 0, 0, 0, 1]),
        amount: delivery.amount,
        date: Date::new(2026, 11, 25).unwrap(),
        time: Time::new(1, 2, 3).unwrap(),
        mac2: Mac([5; 4]),
        ground: Ground::Record,
        mac3: Some(Mac([6; 4])),
    }
}

#[test]
fn a_confirmed_unlock_is_a_row_of_the_station_that_did_it() {
    let number = |tid: Tid| if tid == decision().tid { STATION } else { 0 };
    let row = rows_of(&Held::Unlock(decision()), number)[0];
    let Outcome { asn, purse, ctc, tid, ttc, amount, .. } = Outcome::of_record(0, &claimed(), None);
    let wanted = Outcome {
        station: STATION,
        kind: Kind::OnlineUnlock.number(),
        asn,
        purse,
        ctc,
        tid,
        ttc,
        amount,
        end_date: 0x2026_1125,
        end_time: 0x01_02_03,
        tac: Some(0x0606_0606),
        ..Outcome::default()
    };
    assert_eq!(row, wanted);
    let unconfirmed = DecisionRow { mac3: None, ..decision() };
    assert_eq!(Piece::of_decision(unconfirmed, None, |_| false), None);
}

#[test]
fn only_a_settled_lock_with_a_record_is_of_the_past() {
    let held = Case { record: record(true), ..case() };
    let ended = Some(claimed().delivery.at.date);
    let piece = |case: &Case, open: bool| Piece::of_case(case.clone(), Vec::new(), |_| open);
    assert_eq!((piece(&held, false).settled, piece(&held, true).settled), (ended, None));
    assert_eq!(piece(&Case { void: true, ..case() }, false).settled, None);
    let unlocked = |case| Piece::of_decision(decision(), case, |_| false).unwrap().settled;
    assert_eq!((unlocked(Some(&held)), unlocked(None)), (ended, None));
    assert_eq!(
        Piece::of_tac(TacFact { lock: LockId { ttc: Ttc(1), ..own_tac().lock }, ..own_tac() })
            .settled,
        None
    );
}
