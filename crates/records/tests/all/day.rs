//! Made-up days: they replay, their cards and PSAMs count as protocol §2 has it, and what is told of them is so.

use std::collections::{BTreeMap, BTreeSet};

use crypto::bulk::{Batch, Bulk, Codes, Engine};
use host::MainKeys;
use records::day::{Day, End, Order, OrderError};
use records::{Kind, Outcome, Versions};

use crate::world::{keys, made, order};

fn full(records: u64, seed: u64) -> Order {
    Order {
        forged: records / 50,
        escapes: 100,
        duplicates: 30,
        late: 50,
        clones: records / 200,
        ..order(records, seed)
    }
}

#[test]
fn the_same_order_gives_the_same_rows_whatever_the_threads() {
    let (one, truth) = made(&full(3_000, 7), &keys(), 1);
    assert_eq!(one.len(), 3_000);
    for threads in [2, 3, 16] {
        let (other, same) = made(&full(3_000, 7), &keys(), threads);
        assert!(one == other && truth == same, "{threads} threads");
    }
    let (other, _) = made(&full(3_000, 8), &keys(), 1);
    assert!(one != other);
}

#[test]
fn a_day_of_any_size_has_its_rows() {
    for records in [0, 1, 2, 3, 10, 65_535, 65_537] {
        let order = Order { escapes: 500, duplicates: 500, ..order(records, 3) };
        let (rows, truth) = made(&order, &keys(), 2);
        assert_eq!(rows.len() as u64, records);
        assert_eq!(truth.rows.values().sum::<u64>(), records);
    }
}

/// The rows of each kind, without repeats.
fn once(rows: &[Outcome]) -> BTreeSet<Outcome> {
    rows.iter().copied().collect()
}

fn has_record(row: &Outcome) -> bool {
    matches!(row.kind(), Some(Kind::Sale | Kind::Grey | Kind::Unproved))
}

#[test]
fn cards_and_psams_count_as_the_protocol_has_it() {
    let order = Order { clones: 0, ..full(20_000, 5) };
    let (rows, truth) = made(&order, &keys(), 1);
    let once = once(&rows);
    assert_eq!(rows.len() - once.len(), usize::try_from(truth.duplicates).unwrap());
    let (mut cards, mut psams) = (BTreeMap::new(), BTreeMap::new());
    for row in &once {
        if has_record(row) {
            assert!(row.amount <= row.ceiling && row.ceiling <= row.balance);
            assert!(row.trn >= 0x8000_0000 && row.record().is_some(), "{row:?}");
            cards.entry((row.asn, row.purse)).or_insert_with(Vec::new).push(row);
        }
        if !matches!(row.kind(), Some(Kind::TacSeen | Kind::OnlineUnlock)) {
            psams.entry(row.tid).or_insert_with(BTreeSet::new).insert(row.ttc);
            assert_eq!(row.tid >> 16, u64::from(row.station), "a station reports its own locks");
        }
    }
    let mut longest = 0;
    for locks in cards.values_mut() {
        locks.sort_by_key(|row| row.ctc);
        longest = longest.max(locks.len());
        for pair in locks.windows(2) {
            assert_eq!(pair[1].ctc, pair[0].ctc + 2);
            assert_eq!(pair[1].balance, pair[0].balance - pair[0].amount);
            assert!((pair[0].end_date, pair[0].end_time) < (pair[1].lock_date, pair[1].lock_time));
        }
        let icc: BTreeSet<u32> = locks.iter().map(|row| row.icc).collect();
        assert_eq!(icc.len(), locks.len());
    }
    assert!(longest > 4);
    for (psam, numbers) in psams {
        let (first, last) = (numbers.first().unwrap(), numbers.last().unwrap());
        assert_eq!((last - first + 1) as usize, numbers.len(), "TTCs of {psam:x} have no gap");
    }
}

/// How many codes of a row are wrong.
fn wrong(row: &Outcome, keys: &MainKeys) -> usize {
    let versions = Versions::of(keys);
    let at = versions.find(row.key_version, row.algorithm).unwrap();
    let mut right = [Codes::ZERO];
    let mut batch = Batch::default();
    batch.push(&row.record().unwrap());
    Bulk::new(Engine::Scalar, &versions.all()[at].keys).codes(&batch, &mut right);
    let right = right[0];
    let pairs = [
        (row.mac2, right.mac2, true),
        (row.gtac, right.gtac, true),
        (row.gmac, right.gmac, row.kind() != Some(Kind::Unproved)),
        (row.sam_tac, right.sam_tac, row.kind() != Some(Kind::Unproved)),
        (row.tac.unwrap_or_default(), right.tac, row.kind() == Some(Kind::Sale)),
    ];
    pairs.iter().filter(|(code, right, there)| *there && code.to_be_bytes() != right.0).count()
}

#[test]
fn exactly_so_many_rows_are_forged_and_each_in_one_code() {
    for seed in 0..3 {
        let (rows, truth) = made(&full(5_000, seed), &keys(), 1);
        let forged = rows.iter().filter(|row| has_record(row)).map(|row| wrong(row, &keys()));
        let forged: Vec<usize> = forged.filter(|wrong| *wrong > 0).collect();
        assert_eq!(forged, vec![1; 100]);
        assert_eq!(truth.forged.values().sum::<u64>(), 100);
        assert_eq!(truth.forged.len(), 5, "every code is forged now and then");
    }
}

#[test]
fn the_truth_accounts_for_every_row() {
    let (rows, truth) = made(&full(20_000, 2), &keys(), 1);
    let kinds: BTreeMap<&str, u64> = rows.iter().fold(BTreeMap::new(), |mut kinds, row| {
        *kinds.entry(row.kind().unwrap().name()).or_default() += 1;
        kinds
    });
    assert_eq!(truth.rows, kinds);
    assert_eq!(kinds.len(), Kind::ALL.len(), "a day has every kind of row");
    for end in End::ALL {
        assert!(truth.total.of(end).count > 0, "{}", end.name());
        let of_stations = truth.stations.values().map(|net| net.of(end));
        let sum = of_stations.fold((0, 0), |sum, of| (sum.0 + of.count, sum.1 + of.amount));
        assert_eq!(sum, (truth.total.of(end).count, truth.total.of(end).amount));
    }
    // Rows that speak of locks, without repeats: each lock on which something flowed has an end.
    let locks = once(&rows).into_iter().filter(has_record);
    let (count, amount) =
        locks.fold((0, 0), |(count, amount), row| (count + 1, amount + u64::from(row.amount)));
    let ends = End::ALL.map(|end| truth.total.of(end));
    assert_eq!(count, ends.iter().map(|sum| sum.count).sum::<u64>());
    assert_eq!(amount, ends.iter().map(|sum| sum.amount).sum::<u64>());
    assert_eq!(truth.late, rows.iter().filter(|row| row.end_date == 0x2026_1122).count() as u64);
    assert!((500..1_500).contains(&truth.late), "{} of 20000", truth.late);
}

#[test]
fn what_was_grey_comes_as_a_sale_later() {
    let (rows, truth) = made(&Order { upgrades: 100, ..full(3_000, 4) }, &keys(), 1);
    let mut greys = BTreeMap::new();
    let mut upgraded = 0;
    for row in once(&rows).into_iter().filter(|row| row.kind() == Some(Kind::Grey)) {
        greys.insert((row.tid, row.ttc), row);
    }
    for row in once(&rows).into_iter().filter(|row| row.kind() == Some(Kind::Sale)) {
        if let Some(grey) = greys.get(&(row.tid, row.ttc)) {
            assert_eq!(Outcome { kind: grey.kind, tac: None, ..row }, *grey);
            let place = |wanted: &Outcome| rows.iter().position(|row| row == wanted).unwrap();
            assert!(place(grey) < place(&row));
            upgraded += 1;
        }
    }
    assert!((200..400).contains(&upgraded), "{upgraded}");
    // One lock each, though two rows speak of it.
    let sales = once(&rows).into_iter().filter(|row| row.kind() == Some(Kind::Sale)).count() as u64;
    let quarantined = truth.total.of(End::Quarantined).count;
    let sale = truth.total.of(End::Sale).count + truth.total.of(End::Loss).count;
    assert!(sale + quarantined >= sales - truth.forged["tac"], "{sale} of {sales}");
    assert!(sale <= sales);
}

#[test]
fn what_cannot_be_had_is_told() {
    let refused = |order: Order| {
        let keys = keys();
        let mut day = Day::new(order, &keys, Engine::best(), 1)?;
        while day.rows()?.is_some() {}
        Ok::<(), OrderError>(())
    };
    let order = order(1_000, 1);
    assert!(matches!(
        refused(Order { forged: 1_001, ..order.clone() }),
        Err(OrderError::TooManyForged { .. })
    ));
    assert!(matches!(
        refused(Order { clones: 1_000, ..order.clone() }),
        Err(OrderError::TooManyClones { .. })
    ));
    assert!(matches!(
        refused(Order { stations: Some(1), ..order.clone() }),
        Err(OrderError::TooFewStations)
    ));
    assert!(matches!(
        refused(Order { cards: Some(0), ..order.clone() }),
        Err(OrderError::TooFewCards { .. })
    ));
    assert!(matches!(refused(Order { late: 1_001, ..order.clone() }), Err(OrderError::NoShare)));
    assert!(refused(Order { stations: Some(1), escapes: 0, ..order.clone() }).is_ok());
    assert!(refused(Order { cards: Some(1), ..order }).is_ok());
}
