//! Facts as rows, and rows as facts.

use host::{
    Account, Card, Case, Code, DecisionRow, Funding, Legs, Notice, OnlineChange, Posting,
    PostingReason, PrepaidAccount, ProposalRow, Psam, PurchaseCase, Shown, Sighting, StationId,
    TacFact, TransferRow,
};
use wire::{Asn, ClaimedRecord, LockId, Purse, Tid, Ttc};

use crate::error::StoreError;
use crate::value::{Columns, Row, Value, json};

pub(crate) fn purse(purse: Purse) -> Value {
    purse.number().into()
}

pub(crate) fn number_key(tid: Tid, ttc: Ttc) -> Row {
    vec![Value::text(tid), ttc.0.into()]
}

pub(crate) fn purse_number_key(asn: Asn, of: Purse, ctc: u16) -> Row {
    vec![Value::text(asn), purse(of), ctc.into()]
}

pub(crate) fn lock_key(lock: &LockId) -> Row {
    let mut row = purse_number_key(lock.asn, lock.purse, lock.ctc);
    row.extend(number_key(lock.tid, lock.ttc));
    row
}

fn with(mut row: Row, last: Value) -> Row {
    row.push(last);
    row
}

pub(crate) fn of_card(card: &Card) -> Row {
    let blacklisted = Value::maybe(card.blacklisted().map(Code::name));
    vec![Value::text(card.opening.asn), blacklisted, json(card)]
}

pub(crate) fn card(row: Row) -> Result<Card, StoreError> {
    let mut columns = Columns::new("cards", row);
    columns.skip();
    columns.skip();
    columns.json()
}

pub(crate) fn of_psam(psam: &Psam) -> Row {
    vec![Value::text(psam.tid), Value::text(&psam.station), json(psam)]
}

pub(crate) fn psam(row: Row) -> Result<Psam, StoreError> {
    let mut columns = Columns::new("psams", row);
    columns.skip();
    columns.skip();
    columns.json()
}

pub(crate) fn of_prepaid(account: &PrepaidAccount, balance: i64) -> Row {
    vec![Value::text(account.name), balance.into(), json(account)]
}

/// The account, and what is on it.
pub(crate) fn prepaid(row: Row) -> Result<(PrepaidAccount, i64), StoreError> {
    let mut columns = Columns::new("prepaid", row);
    columns.skip();
    let balance = columns.number()?;
    Ok((columns.json()?, balance))
}

pub(crate) fn of_funding(funding: &Funding) -> Row {
    vec![Value::text(funding.name), funding.reference.as_str().into(), json(funding)]
}

pub(crate) fn funding(row: Row) -> Result<Funding, StoreError> {
    let mut columns = Columns::new("fundings", row);
    columns.skip();
    columns.skip();
    columns.json()
}

pub(crate) fn of_case(case: &Case, listed: Option<&str>) -> Row {
    let asn = Value::maybe(case.lock_id().map(|lock| lock.asn));
    let key = number_key(case.tid, case.ttc);
    key.into_iter().chain([asn, Value::maybe(listed), json(case)]).collect()
}

/// A record as the column `listed` has it.
pub(crate) fn of_listed(record: &ClaimedRecord) -> String {
    hex::encode(wire::record::encode(record).to_vec())
}

/// The record of the column `listed`.
pub(crate) fn listed_record(text: &str) -> Result<ClaimedRecord, StoreError> {
    let bytes = hex::decode(text).ok();
    let record = bytes.and_then(|bytes| wire::record::decode(&bytes));
    record.ok_or_else(|| StoreError::damaged("a record on the grey list cannot be read"))
}

/// The case, and its record as stations have it on their lists, in hex.
pub(crate) fn case(row: Row) -> Result<(Case, Option<String>), StoreError> {
    let mut columns = Columns::new("cases", row);
    columns.skip();
    columns.skip();
    columns.skip();
    let listed = columns.maybe_text()?;
    Ok((columns.json()?, listed))
}

pub(crate) fn lock(columns: &mut Columns) -> Result<LockId, StoreError> {
    let asn = columns.parsed()?;
    let purse = Purse::from_number(columns.small()?)
        .ok_or_else(|| StoreError::damaged("a row names a purse that no card has"))?;
    let ctc = columns.small()?;
    let tid = columns.parsed()?;
    Ok(LockId { asn, purse, ctc, tid, ttc: Ttc(columns.small()?) })
}

pub(crate) fn lock_row(table: &'static str, row: Row) -> Result<LockId, StoreError> {
    lock(&mut Columns::new(table, row))
}

pub(crate) fn of_sighting(sighting: &Sighting) -> Row {
    with(lock_key(&sighting.lock), json(sighting))
}

pub(crate) fn of_tac(fact: &TacFact) -> Row {
    with(lock_key(&fact.lock), json(fact))
}

/// The fact behind a lock id.
pub(crate) fn behind_lock<T: serde::de::DeserializeOwned>(
    table: &'static str,
    row: Row,
) -> Result<(LockId, T), StoreError> {
    let mut columns = Columns::new(table, row);
    Ok((lock(&mut columns)?, columns.json()?))
}

pub(crate) fn of_change(change: &OnlineChange) -> Row {
    vec![Value::text(change.asn), purse(change.purse), change.otc.into(), json(change)]
}

pub(crate) fn of_decision(row: &DecisionRow) -> Row {
    vec![Value::text(row.lock.asn), Value::text(row.date), Value::text(row.time), json(row)]
}

pub(crate) fn of_transfer(row: &TransferRow) -> Row {
    vec![Value::text(row.asn), Value::text(row.date), Value::text(row.time), json(row)]
}

pub(crate) fn of_purchase(case: &PurchaseCase) -> Row {
    let LockId { asn, purse: of, ctc, tid, ttc } = case.terms.id;
    let mut row = number_key(tid, ttc);
    row.extend(purse_number_key(asn, of, ctc));
    row.extend([case.open.into(), json(case)]);
    row
}

pub(crate) fn purchase(row: Row) -> Result<PurchaseCase, StoreError> {
    let mut columns = Columns::new("purchases", row);
    (0..6).for_each(|_| columns.skip());
    columns.json()
}

/// The fact behind three columns of key.
pub(crate) fn behind_three<T: serde::de::DeserializeOwned>(
    table: &'static str,
    row: Row,
) -> Result<T, StoreError> {
    let mut columns = Columns::new(table, row);
    (0..3).for_each(|_| columns.skip());
    columns.json()
}

pub(crate) fn of_waiting(lock: &LockId, shown: &Shown) -> Row {
    with(lock_key(lock), json(shown))
}

pub(crate) fn of_rulings(lock: &LockId, rulings: &[ProposalRow]) -> Row {
    with(lock_key(lock), json(&rulings))
}

/// The rows of a posting: each moves an amount from a source to a target. What has a minus in the posting
/// is a source. A posting of n lines has at most n − 1 rows.
pub(crate) fn of_posting(lane: i64, number: i64, posting: &Posting) -> Vec<Row> {
    let lock = posting.lock.as_ref();
    let header = |part: usize| {
        vec![
            lane.into(),
            number.into(),
            Value::Number(i64::try_from(part).unwrap_or(i64::MAX)),
            posting.reason.name().into(),
            Value::maybe(posting.asn),
            lock.map_or(Value::Null, |lock| purse(lock.purse)),
            lock.map_or(Value::Null, |lock| lock.ctc.into()),
            Value::maybe(lock.map(|lock| lock.tid)),
            lock.map_or(Value::Null, |lock| lock.ttc.0.into()),
            stamp(&posting.at),
        ]
    };
    let moves = moves(&posting.lines).into_iter().enumerate();
    moves
        .map(|(part, (source, target, amount))| {
            let mut row = header(part);
            row.extend([Value::text(source), Value::text(target), amount.into()]);
            row
        })
        .collect()
}

/// Lines that sum to zero, as moves from one account to another.
#[must_use]
pub fn moves(lines: &Legs) -> Vec<(&Account, &Account, i64)> {
    let mut sources: Vec<_> = lines.iter().filter(|(_, amount)| *amount < 0).collect();
    let mut targets: Vec<_> = lines.iter().filter(|(_, amount)| *amount > 0).collect();
    let mut moves = Vec::new();
    while let (Some(source), Some(target)) = (sources.last_mut(), targets.last_mut()) {
        let amount = target.1.min(source.1.saturating_neg());
        moves.push((source.0, target.0, amount));
        source.1 += amount;
        target.1 -= amount;
        sources.retain(|(_, left)| *left != 0);
        targets.retain(|(_, left)| *left != 0);
    }
    moves
}

/// A row of `entries`, taken apart.
pub(crate) struct Entry {
    pub(crate) lane: i64,
    pub(crate) number: i64,
    pub(crate) reason: PostingReason,
    pub(crate) asn: Option<Asn>,
    pub(crate) lock: Option<LockId>,
    pub(crate) at: wire::Stamp,
    pub(crate) source: Account,
    pub(crate) target: Account,
    pub(crate) amount: i64,
}

pub(crate) fn entry(row: Row) -> Result<Entry, StoreError> {
    let with_card = !matches!(row.get(4), Some(Value::Null) | None);
    let with_lock = !matches!(row.get(5), Some(Value::Null) | None);
    let lock_values: Row = row.get(4..9).unwrap_or(&[]).to_vec();
    let mut columns = Columns::new("entries", row);
    let (lane, number) = (columns.number()?, columns.number()?);
    columns.skip();
    let reason = columns.text()?;
    let reason = PostingReason::from_name(&reason)
        .ok_or_else(|| StoreError::damaged(format!("no posting has the reason {reason}")))?;
    let asn = if with_card { Some(columns.parsed()?) } else { None };
    if !with_card {
        columns.skip();
    }
    (0..4).for_each(|_| columns.skip());
    let lock = with_lock.then(|| lock_row("entries", lock_values)).transpose()?;
    let at = read_stamp(&columns.text()?)?;
    let (source, target) = (columns.parsed()?, columns.parsed()?);
    Ok(Entry { lane, number, reason, asn, lock, at, source, target, amount: columns.number()? })
}

impl Entry {
    /// As a posting of its own.
    pub(crate) fn posting(self) -> Option<Posting> {
        let lines = Legs::default().transfer(self.source, self.target, self.amount)?;
        Some(Posting { reason: self.reason, asn: self.asn, lock: self.lock, at: self.at, lines })
    }
}

pub(crate) fn of_notice(lane: i64, notice: &Notice) -> Row {
    vec![
        json(&about(notice)),
        notice.code.name().into(),
        notice.detail.as_str().into(),
        stamp(&notice.at),
        lane.into(),
    ]
}

/// What a notice is about, as kept: lock, TID, TTC, ASN, station.
type AboutText = (Option<String>, Option<(String, u32)>, Option<String>, Option<String>);

fn about(notice: &Notice) -> AboutText {
    let about = &notice.about;
    (
        about.lock.map(|lock| hex::encode(wire::record::encode(&lock).to_vec())),
        about.number.map(|(tid, ttc)| (tid.to_string(), ttc.0)),
        about.asn.map(|asn| asn.to_string()),
        about.station.as_ref().map(ToString::to_string),
    )
}

pub(crate) fn notice(row: Row) -> Result<Notice, StoreError> {
    let wrong = || StoreError::damaged("a notice in the database cannot be read");
    let mut columns = Columns::new("notices", row);
    let (lock, number, asn, station): AboutText = columns.json()?;
    let lock = lock.map(|text| {
        let bytes = hex::decode(text).ok()?;
        wire::record::decode::<LockId>(&bytes)
    });
    let number = number.map(|(tid, ttc)| Some((tid.parse().ok()?, Ttc(ttc))));
    let about = host::About {
        lock: lock.map(|lock| lock.ok_or_else(wrong)).transpose()?,
        number: number.map(|number| number.ok_or_else(wrong)).transpose()?,
        asn: asn.map(|asn| asn.parse().map_err(|_| wrong())).transpose()?,
        station: station.map(StationId),
    };
    let code = Code::from_name(&columns.text()?).ok_or_else(wrong)?;
    let detail = columns.text()?;
    Ok(Notice { code, about, at: read_stamp(&columns.text()?)?, detail })
}

/// Date, time and offset, as hex: it sorts by civil time.
pub(crate) fn stamp(at: &wire::Stamp) -> Value {
    Value::Text(hex::encode(wire::record::encode(at).to_vec()))
}

pub(crate) fn read_stamp(text: &str) -> Result<wire::Stamp, StoreError> {
    let bytes = hex::decode(text).ok();
    let stamp = bytes.and_then(|bytes| wire::record::decode(&bytes));
    stamp.ok_or_else(|| StoreError::damaged("a date and time in the database cannot be read"))
}
