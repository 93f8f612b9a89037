//! What is told of a made-up day, beside what the centre's own rules find in it.

use std::collections::{BTreeMap, BTreeSet};

use crypto::online::mac1;
use crypto::{Online, SessionKey};
use host::{
    CardOpening, Centre, Ending, KeyKind, KeyVault, MainKeys, MemoryBooks, PurseOpening,
    UnlockAnswer, UnlockRequest,
};
use records::day::{End, Order};
use records::{Kind, Outcome};
use wire::record::{Claim, Rounding};
use wire::response::InitUnlock;
use wire::{
    Amount, Certified, ClaimedRecord, Delivery, Dispersing, GreyState, GreyStatus, Icc, KeyRef,
    Limit, LockId, LockTerms, Mac, Purse, Report, Scheme, Stamp, StatusMore, Ttc,
};

use crate::verify::many_keys;
use crate::world::{keys, made, order};

type Rules = Centre<MemoryBooks, MainKeys>;

fn stamp(date: u32, time: u32) -> Stamp {
    let [_, hour, minute, second] = time.to_be_bytes();
    Stamp {
        date: wire::Date::from_bytes(date.to_be_bytes()).unwrap(),
        time: wire::Time::from_bytes([hour, minute, second]).unwrap(),
        utc_offset_minutes: 480,
    }
}

/// Whoever reports, reports after the day.
fn now() -> Stamp {
    stamp(0x2026_1124, 0)
}

fn mac(bits: u32) -> Mac {
    Mac(bits.to_be_bytes())
}

fn amount(units: u32) -> Amount {
    Amount::new(units).unwrap()
}

fn purse(row: &Outcome) -> Purse {
    Purse::from_number(row.purse).unwrap()
}

fn id(row: &Outcome) -> LockId {
    let (tid, ttc) = (row.tid().unwrap(), Ttc(row.ttc));
    LockId { asn: row.asn(), purse: purse(row), ctc: row.ctc, tid, ttc }
}

fn terms(row: &Outcome) -> LockTerms {
    LockTerms {
        id: id(row),
        icc: Icc(row.icc.to_be_bytes()),
        trn: wire::Trn(row.trn.to_be_bytes()),
        balance: amount(row.balance),
        limit: Limit::new(row.overdraft).unwrap(),
        at: stamp(row.lock_date, row.lock_time),
        key: KeyRef { version: row.key_version, algorithm: row.algorithm },
        scheme: Scheme::Seed,
        dispersing: Dispersing::NONE,
    }
}

fn certified(row: &Outcome) -> Certified {
    Certified {
        mac2: mac(row.mac2),
        gtac: mac(row.gtac),
        nozzle: 1,
        product: 1,
        unit_price: 1_000,
        rounding: Rounding::Down,
        ceiling: amount(row.ceiling),
        totalizer_before: 0,
    }
}

fn delivery(row: &Outcome) -> Delivery {
    Delivery {
        quantity: row.amount.into(),
        amount: amount(row.amount),
        at: stamp(row.end_date, row.end_time),
        totalizer_after: row.amount.into(),
    }
}

/// What a station tells the centre with a row; `None` for an on-line unlock, which is not told but done.
fn report(row: &Outcome) -> Option<Report> {
    let record = || ClaimedRecord {
        terms: terms(row),
        certified: certified(row),
        delivery: delivery(row),
        claim: Claim { gmac: mac(row.gmac), sam_tac: mac(row.sam_tac) },
    };
    Some(match row.kind().unwrap() {
        Kind::Sale => Report::Sale(record(), mac(row.tac.unwrap())),
        Kind::Grey => Report::Grey(record()),
        Kind::NoDispense => Report::NoDispense(terms(row)),
        Kind::Void => Report::Void(row.tid().unwrap(), Ttc(row.ttc)),
        Kind::Unproved => Report::Unproved(terms(row), certified(row), delivery(row)),
        Kind::TacSeen => Report::TacSeen(row.asn(), debited(row)),
        Kind::OnlineUnlock => return None,
    })
}

/// What a card shows after its debit.
fn debited(row: &Outcome) -> GreyStatus {
    let at = stamp(row.end_date, row.end_time);
    let more = StatusMore { ttc: Ttc(row.ttc), ..StatusMore::default() };
    GreyStatus {
        state: GreyState::Debited,
        purse: purse(row),
        balance: Amount::ZERO,
        ctc: row.ctc + 2,
        tid: row.tid().unwrap(),
        date: at.date,
        time: at.time,
        a: row.amount.to_be_bytes(),
        b: mac(row.tac.unwrap()),
        more: Some(more),
    }
}

/// A grey card asks the centre, is told, and its receipt comes.
fn unlock(rules: &mut Rules, grey: &Outcome, keys: &MainKeys, otc: u16) {
    let LockTerms { id, balance, key, icc, trn, at, .. } = terms(grey);
    let ctc = id.ctc + 1;
    let more = StatusMore { ttc: id.ttc, icc, trn, key };
    let status = GreyStatus {
        state: GreyState::Grey,
        purse: id.purse,
        balance,
        ctc,
        tid: id.tid,
        date: at.date,
        time: at.time,
        a: grey.mac2.to_be_bytes(),
        b: mac(grey.gtac),
        more: Some(more),
    };
    let fresh = Icc((grey.icc ^ 0xFFFF_FFFF).to_be_bytes());
    let card_key = keys.card_key(KeyKind::Mulk, key.version, id.asn).unwrap();
    let session = SessionKey::online(Online::Unlock, &card_key, fresh, otc, id.tid);
    let mac1 = mac1(&session, balance, ctc, id.purse, id.tid);
    let init = InitUnlock { balance, ctc, otc, key, icc: fresh, mac1 };
    let request = UnlockRequest { tid: id.tid, asn: id.asn, status, init, now: now() };
    let decision = match rules.unlock(&request).unwrap() {
        UnlockAnswer::Decided(decision) => decision,
        UnlockAnswer::Wait(code) => panic!("{code:?}: {grey:?}"),
    };
    assert_eq!(decision.amount, amount(grey.amount));
    let tac_key = keys.card_key(KeyKind::Mtk, key.version, id.asn).unwrap().folded();
    let unlock = crypto::online::Unlock {
        purse: id.purse,
        amount: decision.amount,
        tid: id.tid,
        date: decision.date,
        time: decision.time,
    };
    let after = balance.checked_sub(decision.amount).unwrap();
    let mac3 = unlock.mac3(&tac_key, after, otc);
    rules.confirm(id.asn, Some(id.purse), otc, mac3, now()).unwrap();
}

/// Cards as they are before the day, and PSAMs with their stations.
fn registered(rows: &[Outcome], keys: &MainKeys) -> Rules {
    let mut rules = Centre::new(MemoryBooks::default(), keys.clone());
    let (mut cards, mut psams) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        if matches!(row.kind(), Some(Kind::Sale | Kind::Grey | Kind::Unproved | Kind::NoDispense)) {
            let first: &mut Outcome = cards.entry(row.asn()).or_insert(*row);
            if row.ctc < first.ctc {
                *first = *row;
            }
        }
        if !matches!(row.kind(), Some(Kind::TacSeen | Kind::OnlineUnlock)) {
            psams.insert(row.tid().unwrap(), row.station);
        }
    }
    for (asn, first) in cards {
        let (balance, limit) = (amount(first.balance), Limit::new(first.overdraft).unwrap());
        let mut openings = [PurseOpening::default(); 2];
        let opening = PurseOpening { balance, limit, ctc: first.ctc, otc: 0 };
        openings[usize::from(first.purse) - 1] = opening;
        let card =
            CardOpening { expiry: None, asn, openings, key_version: Some(first.key_version) };
        rules.register_card(&card, now()).unwrap();
    }
    for (tid, station) in psams {
        rules.register_psam(tid, &station.to_string()).unwrap();
    }
    rules
}

/// What the rules find: for each station and end how many locks, and what they come to.
fn found(rules: &Rules) -> BTreeMap<(u32, End), (u64, u64)> {
    let mut found: BTreeMap<(u32, End), (u64, u64)> = BTreeMap::new();
    for row in rules.outcomes() {
        let end = match (row.outcome, row.ending) {
            (Some(host::Outcome::Sale), Some(Ending::Tac(_))) => End::Sale,
            (_, Some(Ending::Mac3(_))) => End::Online,
            (_, Some(Ending::Succession(_))) => End::Succession,
            (Some(host::Outcome::Grey), None) => End::Pending,
            (Some(host::Outcome::Unproved), None) => End::Unproved,
            (None, None) if row.quarantined > 0 => End::Quarantined,
            (Some(host::Outcome::Void | host::Outcome::NoDispense), None) => continue,
            _ => panic!("{row:?}"),
        };
        let station = row.station.unwrap().0.parse().unwrap();
        let sum = found.entry((station, end)).or_default();
        sum.0 += 1;
        sum.1 += row.amount.map_or(0, |amount| u64::from(amount.units()));
    }
    found
}

/// A record and its TAC are a sale to the rules, whoever saw the TAC, and of two that a copied card proved each is paid.
const fn as_found(end: End) -> End {
    match end {
        End::TacSeen | End::Loss => End::Sale,
        other => other,
    }
}

#[test]
fn the_centres_rules_find_what_is_told() {
    for seed in 0..3 {
        let keys = if seed == 1 { many_keys() } else { keys() };
        let order = Order {
            forged: 120,
            escapes: 250,
            duplicates: 30,
            upgrades: 40,
            late: 60,
            clones: 15,
            cards: Some(500),
            stations: Some(9),
            ..order(3_000, seed)
        };
        let (rows, truth) = made(&order, &keys, 1);
        let mut rules = registered(&rows, &keys);
        // A card is unlocked before it goes on, wherever its row stands.
        let online = rows.iter().filter(|row| row.kind() == Some(Kind::OnlineUnlock));
        let mut online: BTreeSet<(u64, u32)> = online.map(|row| (row.tid, row.ttc)).collect();
        let mut otcs: BTreeMap<u64, u16> = BTreeMap::new();
        for row in &rows {
            let Some(report) = report(row) else { continue };
            let heard = rules.hear(&row.station.to_string(), &report, now());
            heard.unwrap_or_else(|refusal| panic!("{refusal:?}: {row:?}"));
            if online.remove(&(row.tid, row.ttc)) {
                let otc = otcs.entry(row.asn).or_default();
                unlock(&mut rules, row, &keys, *otc);
                *otc += 1;
            }
        }
        let mut told: BTreeMap<(u32, End), (u64, u64)> = BTreeMap::new();
        for (station, net) in &truth.stations {
            for end in End::ALL {
                let sum = net.of(end);
                if sum.count > 0 {
                    // The rules do not say what a record that they do not believe is over.
                    let amount = if end == End::Quarantined { 0 } else { sum.amount };
                    let all = told.entry((*station, as_found(end))).or_default();
                    *all = (all.0 + sum.count, all.1 + amount);
                }
            }
        }
        let mut found = found(&rules);
        for ((_, end), sum) in &mut found {
            if *end == End::Quarantined {
                sum.1 = 0;
            }
        }
        assert_eq!(found, told, "seed {seed}");
        for end in End::ALL.into_iter().filter(|end| *end != End::Unproved) {
            assert!(truth.total.of(end).count > 0, "there are some {}", end.name());
        }
    }
}
