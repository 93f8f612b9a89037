//! The two stages on rows by hand: what becomes of each row, and who is owed what.

use std::collections::BTreeMap;

use clear::check;
use clear::line::{Class, Line, Said};
use clear::row::{NO_STATION, Row, WIDTH, mark};
use clear::{card, psam};

use crate::maker::{checker, coded, grey, no_dispense, sale, tac_seen, unlock, void};

/// What clearing says of rows, without an engine.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) totals: BTreeMap<(Class, u32), (u64, u64)>,
    exceptions: BTreeMap<&'static str, u64>,
    pub(crate) pending: Vec<Row>,
    pub(crate) heard: Vec<(u64, u32, u32)>,
    owners: Vec<u32>,
    pub(crate) passed: Vec<Row>,
    lost: u64,
}

impl Told {
    pub(crate) fn sum(&self, class: Class) -> (u64, u64) {
        let all = self.totals.iter().filter(|((other, _), _)| *other == class);
        all.fold((0, 0), |(count, amount), (_, (more, money))| (count + more, amount + money))
    }

    /// Every row stands in one place.
    fn rows(&self) -> u64 {
        let others = [Class::Duplicate, Class::Notice, Class::Quarantined];
        let classes = Class::SETTLED.into_iter().chain(Class::PENDING).chain(others);
        classes.map(|class| self.sum(class).0).sum()
    }

    pub(crate) fn exceptions(&self) -> Vec<(&'static str, u64)> {
        self.exceptions.iter().map(|(reason, count)| (*reason, *count)).collect()
    }
}

/// Clears rows; `before` are packed rows of an earlier day.
pub(crate) fn clear(rows: &[Row], before: &[Row]) -> Told {
    let findings = check::batch(&checker(), rows);
    let found = rows.iter().zip(findings).map(|(row, finding)| Row {
        marks: row.marks | finding.marks,
        fate: finding.reason,
        owner: NO_STATION,
        ..*row
    });
    let mut stage: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    let (passed, before): (Vec<Row>, Vec<Row>) = before.iter().partition(|row| row.kind == 10);
    found.chain(before.iter().copied()).for_each(|row| stage.entry(row.tid).or_default().push(row));
    let mut cards: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    passed.iter().for_each(|row| cards.entry(row.asn).or_default().push(*row));
    for mut rows in stage.into_values() {
        rows.sort_by_key(|row| (row.ttc, row.pack()));
        psam::judge(&rows, &mut |row| cards.entry(row.asn).or_default().push(*row));
    }
    let mut told = Told::default();
    for mut rows in cards.into_values() {
        rows.sort_by_key(Row::pack);
        let mut lines: Vec<Line> = Vec::new();
        card::judge(&rows, &mut lines);
        lines.into_iter().for_each(|line| take(&mut told, &line));
    }
    let carried = before.iter().filter(|row| row.has(mark::CARRIED)).count();
    assert_eq!(
        told.rows(),
        (rows.len() + carried) as u64,
        "a row is lost or counted twice: {told:?}"
    );
    told
}

fn take(told: &mut Told, line: &Line) {
    told.lost += u64::from(line.said.is_lost());
    match line.said {
        Said::Total(class, station) => {
            let (count, amount) = told.totals.entry((class, station)).or_default();
            *count += line.count;
            *amount += line.amount;
        }
        Said::Exception(code, _) => *told.exceptions.entry(code.name()).or_default() += line.count,
        Said::Pending(row) => told.pending.push(row),
        Said::Passed(row) => told.passed.push(row),
        Said::Heard(row) => {
            told.heard.push((row.tid, row.ttc, row.amount));
            told.owners.push(row.owner);
        }
    }
}

/// What the rows of a day leave to the next.
pub(crate) fn left(told: &Told) -> Vec<Row> {
    let findings = check::batch(&checker(), &told.pending);
    let pending = told.pending.iter().zip(findings).map(|(row, finding)| {
        assert_eq!(finding.reason, 0, "what is carried is right");
        let kept = mark::CARRIED | mark::DISPUTED | mark::BELIED | mark::TAC_THERE;
        Row { marks: row.marks & kept | finding.marks, fate: 0, ..*row }
    });
    let heard = told.heard.iter().zip(&told.owners).map(|((tid, first, last), owner)| Row {
        owner: *owner,
        tid: *tid,
        ttc: *first,
        amount: *last,
        kind: 9,
        ..Row::default()
    });
    pending.chain(heard).chain(told.passed.iter().copied()).collect()
}

#[test]
fn a_packed_row_is_the_row() {
    let row =
        Row { owner: 7, fate: 3, marks: 0xA5, overdraft: 9, ..sale((1, 4, 2, 9, 5_000, 1_200)) };
    assert_eq!(Row::unpack(&row.pack()), row);
    assert_eq!(row.pack().len(), WIDTH);
    assert_ne!(row.pack().last(), Some(&0), "the last column is at the last place");
}

#[test]
fn a_sale_is_paid_once_however_often_it_is_said() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[row, row, grey((1, 0, 2, 1, 5_000, 1_200)), row], &[]);
    assert_eq!(told.totals[&(Class::Sale, 2)], (1, 1_200));
    assert_eq!(told.sum(Class::Duplicate).0, 3);
    assert_eq!(told.exceptions(), []);
    assert_eq!(told.heard, [(row.tid, 1, 1)]);
}

#[test]
fn a_grey_record_waits_or_is_freed_by_the_tac_that_another_station_saw() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[row], &[]);
    assert_eq!(told.totals[&(Class::Grey, 2)], (1, 1_200));
    assert_eq!(told.pending.len(), 1);
    let told = clear(&[row, tac_seen(&row, 5), tac_seen(&row, 6)], &[]);
    assert_eq!(told.totals[&(Class::TacSeen, 2)], (1, 1_200));
    assert_eq!((told.sum(Class::Notice).0, told.sum(Class::Duplicate).0), (1, 1));
    assert_eq!((told.pending.len(), told.exceptions()), (0, vec![]));
}

#[test]
fn a_wrong_tac_leaves_the_record_grey() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[Row { tac: row.tac ^ 1, ..row }], &[]);
    assert_eq!(told.totals[&(Class::Grey, 2)], (1, 1_200));
    assert_eq!(told.exceptions(), [("tac_wrong", 1)]);
}

#[test]
fn an_unlock_settles_and_what_differs_is_a_claim() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[row, unlock(&row, 1_200)], &[]);
    assert_eq!(told.totals[&(Class::Online, 2)], (1, 1_200));
    assert_eq!(told.exceptions(), []);
    let told = clear(&[row, unlock(&row, 1_000)], &[]);
    assert_eq!(told.totals[&(Class::Online, 2)], (1, 1_000));
    assert_eq!(told.totals[&(Class::StationClaim, 2)], (1, 200));
    let told = clear(&[row, unlock(&row, 1_500), tac_seen(&row, 3)], &[]);
    assert_eq!(told.totals[&(Class::Online, 2)], (1, 1_200), "never twice");
    assert_eq!(told.totals[&(Class::CardholderClaim, 2)], (1, 300));
    assert_eq!(told.exceptions(), [("cardholder_claim", 1), ("lock_debited_twice", 1)]);
}

#[test]
fn nothing_dispensed_and_unlocked_with_nothing() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[no_dispense(&row), unlock(&row, 0), void(2, 2)], &[]);
    assert_eq!(told.totals[&(Class::Online, 2)], (1, 0));
    assert_eq!(told.sum(Class::Notice).0, 2);
    let told = clear(&[no_dispense(&row), row], &[]);
    assert_eq!(told.exceptions(), [("notice_against_record", 1)]);
}

#[test]
fn the_next_lock_settles_the_record_when_its_balance_agrees() {
    let first = grey((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[first, sale((1, 2, 3, 1, 3_800, 100))], &[]);
    assert_eq!(told.totals[&(Class::Succession, 2)], (1, 1_200));
    let told = clear(&[first, sale((1, 2, 3, 1, 3_801, 100))], &[]);
    assert_eq!(told.totals[&(Class::Disputed, 2)], (1, 1_200));
    assert_eq!(told.exceptions(), [("succession_disagrees", 1)]);
    let told = clear(&[first, sale((1, 4, 3, 1, 3_700, 100))], &[]);
    assert_eq!(told.exceptions(), [("succession_gap", 1)]);
    let between = grey((1, 2, 4, 9, 3_800, 100));
    let told = clear(&[first, between, sale((1, 4, 3, 1, 3_700, 100))], &[]);
    assert_eq!(told.sum(Class::Succession), (2, 1_300));
    let unproved = sale((1, 2, 3, 1, 3_800, 100));
    let told = clear(&[first, Row { gtac: 0, ..unproved }], &[]);
    assert_eq!(
        told.totals[&(Class::Grey, 2)],
        (1, 1_200),
        "only the card's own code proves a balance"
    );
}

#[test]
fn a_copied_card_is_told_of_and_one_lock_of_its_number_counts() {
    let (one, other) = (sale((1, 0, 2, 1, 5_000, 1_200)), sale((1, 0, 3, 1, 5_000, 700)));
    let told = clear(&[one, other], &[]);
    assert_eq!(told.totals[&(Class::Sale, 2)], (1, 1_200));
    assert_eq!(told.totals[&(Class::Loss, 3)], (1, 700));
    let expected =
        [("cloned_or_rolled_back_card", 2), ("loss_booked", 1), ("second_record_of_one_number", 1)];
    assert_eq!(told.exceptions(), expected);
}

#[test]
fn two_records_of_one_number_disagree() {
    let (one, other) = (sale((1, 0, 2, 1, 5_000, 1_200)), grey((2, 0, 2, 1, 5_000, 700)));
    let told = clear(&[one, other], &[]);
    assert_eq!((told.sum(Class::Sale), told.sum(Class::Quarantined)), ((1, 1_200), (1, 700)));
    assert_eq!(told.exceptions(), [("record_disagrees", 1)]);
}

#[test]
fn a_station_is_not_paid_for_another_ones_terminal() {
    let rows = [sale((1, 0, 2, 1, 5_000, 1_200)), sale((1, 2, 2, 2, 3_800, 100))];
    let stolen = Row { station: 9, ..rows[0] };
    let told = clear(&[rows[0], rows[1], stolen, stolen, stolen], &[]);
    assert_eq!(told.sum(Class::Sale), (2, 1_300));
    assert_eq!(told.exceptions(), [("station_does_not_own_tid", 3)]);
}

#[test]
fn a_tac_without_a_record_is_owed_to_nobody() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[tac_seen(&row, 5)], &[]);
    assert_eq!(told.sum(Class::NoRecord), (1, 1_200));
    assert_eq!((told.exceptions(), told.pending.len()), (vec![("tac_without_record", 1)], 1));
    let next = clear(&[row], &left(&told));
    assert_eq!(next.totals[&(Class::Sale, 2)], (1, 1_200));
}

#[test]
fn a_tac_with_another_ctc_belongs_to_its_record() {
    let row = grey((1, 4, 2, 1, 5_000, 1_200));
    let told = clear(&[row, Row { ctc: 8, ..tac_seen(&row, 5) }], &[]);
    assert_eq!(told.totals[&(Class::TacSeen, 2)], (1, 1_200));
}

#[test]
fn the_high_half_of_ttc_was_altered_on_its_way() {
    let row = grey((1, 4, 2, 1, 5_000, 1_200));
    let altered = coded(Row { ttc: 0x0007_0001, ..row });
    let told = clear(&[row, tac_seen(&altered, 5)], &[]);
    assert_eq!(told.totals[&(Class::TacSeen, 2)], (1, 1_200));
    assert_eq!(told.exceptions(), [("ttc_high_half_altered", 1)]);
}

#[test]
fn what_was_settled_yesterday_is_not_paid_again_today() {
    let (settled, open) = (sale((1, 0, 2, 1, 5_000, 1_200)), grey((2, 0, 2, 2, 5_000, 700)));
    let first = clear(&[settled, open], &[]);
    assert_eq!(first.heard, [(settled.tid, 1, 2)]);
    let second = clear(&[settled, tac_seen(&open, 7), unlock(&settled, 3)], &left(&first));
    assert_eq!(second.totals.get(&(Class::Sale, 2)), None);
    assert_eq!(second.sum(Class::SettledBefore).0, 2);
    assert_eq!(second.totals[&(Class::TacSeen, 2)], (1, 700));
    assert_eq!(second.exceptions(), [("settled_card_still_grey", 1)]);
    let third = clear(&[settled, open], &left(&second));
    assert_eq!(third.sum(Class::SettledBefore).0, 2);
    assert_eq!(third.rows(), 2);
}

#[test]
fn a_record_that_comes_after_its_unlock_was_paid_is_a_claim() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let first = clear(&[unlock(&row, 1_000), sale((2, 0, 2, 9, 5_000, 10))], &[]);
    assert_eq!((first.sum(Class::Online), first.pending.len()), ((1, 1_000), 1));
    let second = clear(&[], &left(&first));
    assert_eq!((second.sum(Class::Online), second.pending.len()), ((0, 0), 1));
    let third = clear(&[row], &left(&second));
    assert_eq!((third.sum(Class::Online), third.sum(Class::StationClaim)), ((0, 0), (1, 200)));
    assert_eq!(third.pending.len(), 0);
}

#[test]
fn a_claim_stays_one_on_the_next_day() {
    let first = clear(&[grey((1, 0, 2, 1, 5_000, 1_200)), sale((1, 2, 3, 1, 3_801, 100))], &[]);
    let second = clear(&[], &left(&first));
    assert_eq!(second.totals[&(Class::Disputed, 2)], (1, 1_200));
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let mut rows = vec![row, tac_seen(&row, 5), unlock(&row, 900), void(2, 1), no_dispense(&row)];
    let first = format!("{:?}", clear(&rows, &[]));
    for _ in 0..rows.len() {
        rows.rotate_left(1);
        assert_eq!(format!("{:?}", clear(&rows, &[])), first);
    }
}

#[test]
fn a_day_cannot_say_what_was_heard_before_it() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let forged = Row { kind: 9, tid: row.tid, ttc: 0, amount: u32::MAX, ..Row::default() };
    let told = clear(&[row, forged], &[]);
    assert_eq!((told.sum(Class::Sale).0, told.sum(Class::Quarantined).0), (1, 1));
    assert_eq!(told.heard, [(row.tid, 1, 1)]);
}

#[test]
fn two_notices_of_one_number_stop_nothing() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let notice = no_dispense(&row);
    let other = Row { balance: 4_999, ..notice };
    let elsewhere = Row { ctc: 4, ..notice };
    let told = clear(&[notice, other, notice, elsewhere], &[]);
    assert_eq!((told.sum(Class::Notice).0, told.sum(Class::Duplicate).0), (1, 1));
    assert_eq!(told.exceptions(), [("record_disagrees", 2)]);
}

#[test]
fn an_unlock_of_a_terminal_that_nobody_owns_yet_is_paid_to_nobody() {
    let row = Row { station: 9, ..unlock(&grey((1, 0, 2, 1, 5_000, 1_200)), 1_000) };
    let first = clear(&[row], &[]);
    assert_eq!((first.sum(Class::Online), first.sum(Class::NoRecord)), ((0, 0), (1, 1_000)));
    assert_eq!(first.totals.get(&(Class::NoRecord, 9)), None, "it only did the unlock");
    let forged = Row { station: 9, ..void(2, 5) };
    let second = clear(&[forged], &left(&first));
    assert_eq!((second.sum(Class::NoRecord), second.pending.len()), ((1, 1_000), 1));
    let third = clear(&[grey((2, 0, 2, 7, 5_000, 10))], &left(&second));
    assert_eq!(third.totals[&(Class::Online, 2)], (1, 1_000), "the owner of the TID is paid");
    let fourth = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &left(&third));
    assert_eq!((fourth.sum(Class::Online), fourth.sum(Class::StationClaim)), ((0, 0), (1, 200)));
}

#[test]
fn a_carried_row_that_no_longer_fits_is_told_from_others() {
    let first = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &[]);
    let mut carried = left(&first);
    assert!(carried[0].has(mark::CARRIED));
    assert!(!Said::Exception(host::Code::GtacWrong, carried[0]).is_lost());
    carried[0].fate = clear::reason::number(host::Code::KeyVersionUnknown);
    assert!(Said::Exception(host::Code::KeyVersionUnknown, carried[0]).is_lost());
    let told = clear(&[], &carried);
    assert_eq!((told.sum(Class::Quarantined).0, told.lost), (1, 1));
    carried[0].marks &= !mark::CARRIED;
    assert!(!Said::Exception(host::Code::KeyVersionUnknown, carried[0]).is_lost());
}

#[test]
fn who_was_the_owner_yesterday_is_the_owner_today() {
    let first = clear(&[sale((1, 0, 2, 1, 5_000, 1_200))], &[]);
    let thief = |ttc| Row { station: 1, ..sale((2, 0, 2, ttc, 5_000, 10)) };
    let second = clear(&[thief(2), thief(3)], &left(&first));
    assert_eq!(second.exceptions(), [("station_does_not_own_tid", 2)]);
    let open = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &[]);
    let rows: Vec<Row> = left(&open).into_iter().filter(|row| row.kind != 9).collect();
    let second = clear(&[thief(2), thief(3)], &rows);
    assert_eq!(second.exceptions(), [("station_does_not_own_tid", 2)]);
}

#[test]
fn a_tie_of_stations_is_told_and_quarantines_nobody() {
    let (one, other) = (sale((1, 0, 2, 1, 5_000, 1_200)), sale((2, 0, 2, 2, 5_000, 700)));
    let told = clear(&[one, Row { station: 1, ..other }], &[]);
    assert_eq!(told.exceptions(), [("station_does_not_own_tid", 2)]);
    assert_eq!(told.totals[&(Class::Sale, 2)], (1, 1_200));
    assert_eq!(told.totals[&(Class::Sale, 1)], (1, 700));
}

#[test]
fn an_unproved_delivery_says_nothing_of_owners() {
    let row = sale((1, 0, 2, 1, 5_000, 1_200));
    let unproved = |ttc| Row { kind: 7, station: 1, ..sale((2, 0, 2, ttc, 5_000, 10)) };
    let told = clear(&[row, unproved(2), unproved(3)], &[]);
    assert_eq!(told.totals[&(Class::Sale, 2)], (1, 1_200));
    assert_eq!(told.exceptions(), [("station_does_not_own_tid", 2)]);
    assert_eq!(told.totals[&(Class::Quarantined, 1)].0, 2, "counted at who reported them");
    let alone = clear(&[unproved(2)], &[]);
    assert_eq!((alone.sum(Class::Unproved), alone.exceptions()), ((1, 10), vec![]));
}

#[test]
fn what_ended_with_nothing_is_not_carried_for_ever() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let told = clear(&[no_dispense(&row), unlock(&row, 0), grey((2, 0, 2, 2, 5_000, 1))], &[]);
    assert_eq!(told.sum(Class::Online), (1, 0));
    assert_eq!(told.pending.len(), 1, "the other lock alone");
}

/// Whoever sends many rows of one number must not make the day last for ever: they are not held against each other.
#[test]
fn many_rows_of_one_number_and_of_one_card_are_judged_in_time() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let unlocks: Vec<Row> = (0..50_000).map(|amount| unlock(&row, amount)).collect();
    assert_eq!(clear(&unlocks, &[]).sum(Class::Notice).0, 49_999);
    let locks: Vec<Row> = (0..50_000).map(|ttc| unlock(&Row { ttc, ..row }, 1)).collect();
    assert_eq!(clear(&locks, &[]).rows(), 50_000);
}

#[test]
fn a_record_that_comes_days_after_its_successor_was_settled_is_settled() {
    let late = grey((1, 0, 2, 1, 5_000, 1_200));
    let first = clear(&[sale((1, 2, 3, 1, 3_800, 100))], &[]);
    let passed: Vec<_> =
        first.passed.iter().map(|row| (row.ctc, row.balance, row.amount)).collect();
    assert_eq!(passed, [(2, 3_800, 100)]);
    let second = clear(&[sale((1, 4, 3, 2, 3_700, 100))], &left(&first));
    let third = clear(&[late], &left(&second));
    assert_eq!((third.sum(Class::Succession), third.exceptions()), ((1, 1_200), vec![]));
    assert_eq!(third.passed.len(), 3, "and it is one of those that are known");
    let wrong = clear(&[grey((1, 0, 2, 1, 5_000, 1_201))], &left(&first));
    assert_eq!(wrong.exceptions(), [("succession_disagrees", 1)]);
    let open = clear(&[grey((1, 2, 3, 1, 3_800, 100))], &[]);
    assert_eq!(open.passed.len(), 0, "what is open is in the other file");
}

#[test]
fn the_last_three_numbers_of_a_purse_are_known_on_the_next_day() {
    let rows: Vec<Row> =
        (0..5_u16).map(|n| sale((1, 2 * n, 3, 1 + u32::from(n), 5_000, 0))).collect();
    let first = clear(&rows, &[]);
    let ctcs = |told: &Told| told.passed.iter().map(|row| row.ctc).collect::<Vec<_>>();
    assert_eq!(ctcs(&first), [4, 6, 8]);
    let second = clear(&[sale((1, 10, 3, 9, 5_000, 0))], &left(&first));
    assert_eq!(ctcs(&second), [6, 8, 10]);
    let late = clear(&[grey((1, 0, 2, 1, 5_000, 1_200))], &left(&second));
    assert_eq!(late.exceptions(), [("succession_gap", 1)]);
    assert_eq!(late.sum(Class::Grey), (1, 1_200), "nobody's claim: numbers may be of earlier days");
    let next = clear(&[], &left(&late));
    assert_eq!((next.sum(Class::Grey), next.sum(Class::Disputed).0), ((1, 1_200), 0));
}

#[test]
fn a_copy_of_a_card_is_found_on_the_next_day() {
    let first = clear(&[sale((1, 0, 3, 1, 5_000, 1_200))], &[]);
    let second = clear(&[sale((1, 0, 2, 1, 5_000, 700))], &left(&first));
    assert_eq!(second.totals[&(Class::Loss, 2)], (1, 700), "the other one was paid already");
    let expected =
        [("cloned_or_rolled_back_card", 1), ("loss_booked", 1), ("second_record_of_one_number", 1)];
    assert_eq!(second.exceptions(), expected);
}

#[test]
fn a_day_cannot_say_how_cards_went_on() {
    let row = grey((1, 0, 2, 1, 5_000, 1_200));
    let forged = Row { kind: 10, ..sale((1, 2, 3, 1, 3_800, 100)) };
    let told = clear(&[row, forged], &[]);
    assert_eq!((told.sum(Class::Grey).0, told.sum(Class::Quarantined).0), (1, 1));
}
