//! Values of every kind, with the edges drawn often. The large ones are boxed: a test's stack is small.

use proptest::prelude::*;
use wire::card_command::{
    DebitForPurchase, DebitForRefuel, DebitForUnlock, Decided, Initialize, InitializeAmount,
    LockForRefuel, StatusMode, UpdateOverdrawLimit,
};
use wire::psam_command::{DebitGreyUnlock, End, InitGreyLock, InitPurchase};
use wire::record::Rounding;
use wire::{
    Amount, Asn, CardCommand, Certified, Claim, ClaimedRecord, Date, Delivery, Dispersing, Entry,
    GreyState, GreyStatus, Icc, KeyRef, Kind, Limit, LockId, LockTerms, Mac, PsamCommand, Purse,
    Report, Scheme, Stamp, StatusMore, Step, Tag, Tid, Time, Trn, Ttc,
};

use crate::any_purchase;

/// A number as one BCD byte.
pub(crate) fn bcd(number: u8) -> u8 {
    assert!(number < 100);
    number / 10 * 16 + number % 10
}

pub(crate) fn amount() -> impl Strategy<Value = Amount> {
    let units = prop_oneof![1 => Just(0), 1 => Just(0x7FFF_FFFF), 8 => 0..=0x7FFF_FFFFu32];
    units.prop_map(|units| Amount::new(units).unwrap())
}

pub(crate) fn limit() -> impl Strategy<Value = Limit> {
    any::<[u8; 3]>().prop_map(Limit::from_bytes)
}

pub(crate) fn sequence() -> impl Strategy<Value = u16> {
    prop_oneof![1 => Just(0), 1 => Just(0xFFFF), 6 => any::<u16>()]
}

pub(crate) fn ttc() -> impl Strategy<Value = Ttc> {
    prop_oneof![1 => Just(0), 1 => Just(0xFFFF_FFFF), 6 => any::<u32>()].prop_map(Ttc)
}

pub(crate) fn asn() -> impl Strategy<Value = Asn> {
    any::<[u8; 8]>().prop_map(Asn)
}

pub(crate) fn tid() -> impl Strategy<Value = Tid> {
    any::<[u8; 6]>().prop_map(Tid)
}

pub(crate) fn icc() -> impl Strategy<Value = Icc> {
    any::<[u8; 4]>().prop_map(Icc)
}

pub(crate) fn trn() -> impl Strategy<Value = Trn> {
    any::<[u8; 4]>().prop_map(Trn)
}

pub(crate) fn mac() -> impl Strategy<Value = Mac> {
    any::<[u8; 4]>().prop_map(Mac)
}

pub(crate) fn purse() -> impl Strategy<Value = Purse> {
    prop_oneof![Just(Purse::Ed), Just(Purse::Ep)]
}

pub(crate) fn key() -> impl Strategy<Value = KeyRef> {
    any::<(u8, u8)>().prop_map(|(version, algorithm)| KeyRef { version, algorithm })
}

pub(crate) fn date() -> impl Strategy<Value = Date> {
    (0..=99u8, 0..=99u8, 1..=12u8, 1..=31u8).prop_map(|(century, year, month, day)| {
        Date::from_bytes([bcd(century), bcd(year), bcd(month), bcd(day)]).unwrap()
    })
}

pub(crate) fn time() -> impl Strategy<Value = Time> {
    (0..=23u8, 0..=59u8, 0..=59u8).prop_map(|(hour, minute, second)| {
        Time::from_bytes([bcd(hour), bcd(minute), bcd(second)]).unwrap()
    })
}

pub(crate) fn stamp() -> impl Strategy<Value = Stamp> {
    (date(), time(), any::<i16>()).prop_map(|(date, time, utc_offset_minutes)| Stamp {
        date,
        time,
        utc_offset_minutes,
    })
}

pub(crate) fn dispersing() -> impl Strategy<Value = Dispersing> {
    prop::collection::vec(any::<[u8; 8]>(), 0..=3)
        .prop_map(|inputs| Dispersing::new(&inputs).unwrap())
}

fn initialize() -> impl Strategy<Value = Initialize> {
    (purse(), any::<u8>(), tid()).prop_map(|(purse, key_index, tid)| Initialize {
        purse,
        key_index,
        tid,
    })
}

fn lock() -> impl Strategy<Value = LockForRefuel> {
    (ttc(), trn(), date(), time(), mac()).prop_map(|(ttc, trn, date, time, mac1)| LockForRefuel {
        ttc,
        trn,
        date,
        time,
        mac1,
    })
}

fn debit() -> impl Strategy<Value = DebitForRefuel> {
    (purse(), amount(), sequence(), tid(), ttc(), date(), time(), mac()).prop_map(
        |(purse, amount, ctc, tid, ttc, date, time, gmac)| DebitForRefuel {
            purse,
            amount,
            ctc,
            tid,
            ttc,
            date,
            time,
            gmac,
        },
    )
}

fn unlock() -> impl Strategy<Value = DebitForUnlock> {
    (amount(), date(), time(), mac()).prop_map(|(amount, date, time, mac2)| DebitForUnlock {
        amount,
        date,
        time,
        mac2,
    })
}

fn initialize_amount() -> impl Strategy<Value = InitializeAmount> {
    (purse(), any::<u8>(), amount(), tid()).prop_map(|(purse, key_index, amount, tid)| {
        InitializeAmount { purse, key_index, amount, tid }
    })
}

fn decided() -> impl Strategy<Value = Decided> {
    (date(), time(), mac()).prop_map(|(date, time, mac2)| Decided { date, time, mac2 })
}

fn purchase() -> impl Strategy<Value = DebitForPurchase> {
    (ttc(), date(), time(), mac()).prop_map(|(ttc, date, time, mac1)| DebitForPurchase {
        ttc,
        date,
        time,
        mac1,
    })
}

fn update() -> impl Strategy<Value = UpdateOverdrawLimit> {
    (limit(), date(), time(), mac()).prop_map(|(limit, date, time, mac2)| UpdateOverdrawLimit {
        limit,
        date,
        time,
        mac2,
    })
}

/// Every tag of a transaction.
fn tag() -> impl Strategy<Value = Tag> {
    let kinds = vec![
        Kind::Load,
        Kind::Unload,
        Kind::Purchase,
        Kind::Overdraft,
        Kind::Lock,
        Kind::Debit,
        Kind::Unlock,
    ];
    (prop::sample::select(kinds), purse()).prop_map(|(kind, purse)| kind.of(purse))
}

/// Load, unload, purchase, overdraft limit, and their proof.
fn money_command() -> impl Strategy<Value = CardCommand<'static>> {
    prop_oneof![
        initialize_amount().prop_map(CardCommand::InitializeForLoad),
        decided().prop_map(CardCommand::CreditForLoad),
        initialize_amount().prop_map(CardCommand::InitializeForUnload),
        decided().prop_map(CardCommand::DebitForUnload),
        initialize_amount().prop_map(CardCommand::InitializeForPurchase),
        purchase().prop_map(CardCommand::DebitForPurchase),
        (any::<u8>(), tid())
            .prop_map(|(key_index, tid)| CardCommand::InitializeForUpdate { key_index, tid }),
        update().prop_map(CardCommand::UpdateOverdrawLimit),
        (tag(), sequence())
            .prop_map(|(tag, sequence)| CardCommand::GetTransactionProve { tag, sequence }),
    ]
}

/// What the issuer sends.
fn issuer_command() -> impl Strategy<Value = CardCommand<'static>> {
    prop_oneof![
        mac().prop_map(|mac| CardCommand::ApplicationBlock { mac }),
        mac().prop_map(|mac| CardCommand::ApplicationUnblock { mac }),
        mac().prop_map(|mac| CardCommand::CardBlock { mac }),
        (any::<u8>(), mac()).prop_map(|(version, mac)| CardCommand::SwitchKeys { version, mac }),
        mac().prop_map(|mac| CardCommand::ExternalAuthenticate { mac }),
        any::<[u8; 8]>().prop_map(|data| CardCommand::InternalAuthenticate { data }),
        (any::<[u8; 8]>(), mac()).prop_map(|(block, mac)| CardCommand::UnblockPin { block, mac }),
    ]
}

/// Every command of the card that borrows nothing.
pub(crate) fn card_command() -> impl Strategy<Value = CardCommand<'static>> {
    prop_oneof![9 => money_command(), 6 => issuer_command(), 12 => reading_or_refuel_command()]
}

fn reading_or_refuel_command() -> impl Strategy<Value = CardCommand<'static>> {
    let short_file = 0..=0x1Fu8;
    prop_oneof![
        (any::<u16>(), any::<Option<u8>>()).prop_map(|(id, le)| CardCommand::SelectFile { id, le }),
        (short_file.clone(), any::<u8>())
            .prop_map(|(sfi, offset)| CardCommand::ReadBinary { sfi, offset }),
        (short_file, any::<u8>()).prop_map(|(sfi, number)| CardCommand::ReadRecord { sfi, number }),
        prop_oneof![Just(4), Just(8)].prop_map(|len| CardCommand::GetChallenge { len }),
        purse().prop_map(CardCommand::GetBalance),
        Just(CardCommand::GetResponse),
        initialize().prop_map(CardCommand::InitializeForRefuel),
        initialize().prop_map(CardCommand::InitializeForUnlock),
        lock().prop_map(CardCommand::LockForRefuel),
        debit().prop_map(CardCommand::DebitForRefuel),
        unlock().prop_map(CardCommand::DebitForUnlock),
        prop_oneof![
            Just(StatusMode::Read),
            Just(StatusMode::ReadAndClear),
            Just(StatusMode::ReadMore)
        ]
        .prop_map(CardCommand::GetGreyStatus),
    ]
}

fn init_grey_lock() -> impl Strategy<Value = InitGreyLock> {
    let lock = (icc(), sequence(), amount(), purse(), date(), time());
    (lock, key(), asn(), dispersing()).prop_map(|(lock, key, asn, dispersing)| {
        let (icc, ctc, balance, purse, date, time) = lock;
        InitGreyLock { icc, ctc, balance, purse, date, time, key, asn, dispersing }
    })
}

fn init_purchase() -> impl Strategy<Value = InitPurchase> {
    init_grey_lock().prop_map(|lock| {
        let InitGreyLock { icc, ctc, balance: amount, purse, date, time, key, asn, dispersing } =
            lock;
        InitPurchase { icc, ctc, amount, purse, date, time, key, asn, dispersing }
    })
}

/// The three forms: *field*, without TTC, whole.
fn end_and_ttc() -> impl Strategy<Value = (Option<End>, Option<Ttc>)> {
    let end = || (date(), time()).prop_map(|(date, time)| End { date, time });
    prop_oneof![
        Just((None, None)),
        end().prop_map(|end| (Some(end), None)),
        (end(), ttc()).prop_map(|(end, ttc)| (Some(end), Some(ttc))),
    ]
}

fn debit_grey_unlock() -> impl Strategy<Value = DebitGreyUnlock> {
    (purse(), asn(), sequence(), amount(), end_and_ttc()).prop_map(
        |(purse, asn, ctc, amount, (end, ttc))| DebitGreyUnlock {
            purse,
            asn,
            ctc,
            amount,
            end,
            ttc,
        },
    )
}

/// Every command of the PSAM that borrows nothing.
pub(crate) fn psam_command() -> impl Strategy<Value = PsamCommand<'static>> {
    prop_oneof![
        (0..=0x1Fu8, any::<u8>(), any::<u8>())
            .prop_map(|(sfi, offset, le)| PsamCommand::ReadBinary { sfi, offset, le: Some(le) }),
        Just(PsamCommand::GetResponse),
        init_grey_lock().prop_map(PsamCommand::InitGreyLock),
        (prop::option::of(ttc()), mac())
            .prop_map(|(ttc, mac2)| PsamCommand::CertificateGreyLock { ttc, mac2 }),
        debit_grey_unlock().prop_map(PsamCommand::DebitGreyUnlock),
        ttc().prop_map(PsamCommand::GetGmac),
        init_purchase().prop_map(PsamCommand::InitPurchase),
        mac().prop_map(|mac2| PsamCommand::CreditPurchase { mac2 }),
    ]
}

fn status_more() -> impl Strategy<Value = StatusMore> {
    (ttc(), icc(), trn(), key()).prop_map(|(ttc, icc, trn, key)| StatusMore { ttc, icc, trn, key })
}

/// Any status; the long form when asked for, else either.
pub(crate) fn status(long: bool) -> BoxedStrategy<GreyStatus> {
    let state = prop_oneof![
        Just(GreyState::Unlocked),
        Just(GreyState::Grey),
        Just(GreyState::Debited),
        Just(GreyState::UnlockedOnline),
    ];
    let date = prop_oneof![1 => Just(Date::ZERO), 4 => date()];
    let more = prop::option::weighted(0.5, status_more());
    let more = (more, status_more())
        .prop_map(move |(either, always)| if long { Some(always) } else { either });
    let place = (amount(), sequence(), tid(), date, time());
    (state, purse(), place, any::<[u8; 4]>(), mac(), more)
        .prop_map(|(state, purse, (balance, ctc, tid, date, time), a, b, more)| GreyStatus {
            state,
            purse,
            balance,
            ctc,
            tid,
            date,
            time,
            a,
            b,
            more,
        })
        .boxed()
}

pub(crate) fn lock_id() -> impl Strategy<Value = LockId> {
    (asn(), purse(), sequence(), tid(), ttc()).prop_map(|(asn, purse, ctc, tid, ttc)| LockId {
        asn,
        purse,
        ctc,
        tid,
        ttc,
    })
}

pub(crate) fn terms() -> BoxedStrategy<LockTerms> {
    let scheme = prop_oneof![Just(Scheme::Seed), Just(Scheme::Field)];
    let random = (icc(), trn());
    (lock_id(), random, amount(), limit(), stamp(), key(), scheme, dispersing())
        .prop_map(|(id, (icc, trn), balance, limit, at, key, scheme, dispersing)| LockTerms {
            id,
            icc,
            trn,
            balance,
            limit,
            at,
            key,
            scheme,
            dispersing,
        })
        .boxed()
}

pub(crate) fn certified() -> impl Strategy<Value = Certified> {
    let rounding = prop_oneof![Just(Rounding::Down), Just(Rounding::Nearest)];
    let sale = (any::<u8>(), any::<u8>(), any::<u32>(), rounding);
    (mac(), mac(), sale, amount(), any::<u64>()).prop_map(
        |(mac2, gtac, (nozzle, product, unit_price, rounding), ceiling, totalizer_before)| {
            Certified {
                mac2,
                gtac,
                nozzle,
                product,
                unit_price,
                rounding,
                ceiling,
                totalizer_before,
            }
        },
    )
}

pub(crate) fn delivery() -> impl Strategy<Value = Delivery> {
    (any::<u64>(), amount(), stamp(), any::<u64>()).prop_map(
        |(quantity, amount, at, totalizer_after)| Delivery {
            quantity,
            amount,
            at,
            totalizer_after,
        },
    )
}

pub(crate) fn claim() -> impl Strategy<Value = Claim> {
    (mac(), mac()).prop_map(|(gmac, sam_tac)| Claim { gmac, sam_tac })
}

pub(crate) fn claimed_record() -> BoxedStrategy<ClaimedRecord> {
    (terms(), certified(), delivery(), claim())
        .prop_map(|(terms, certified, delivery, claim)| ClaimedRecord {
            terms,
            certified,
            delivery,
            claim,
        })
        .boxed()
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        terms().prop_map(Step::LockSent),
        certified().prop_map(Step::Locked),
        delivery().prop_map(Step::Delivered),
        claim().prop_map(Step::Claimed),
        mac().prop_map(Step::Settled),
        Just(Step::NoDispense),
        Just(Step::Void),
    ]
}

/// Every entry of a journal.
pub(crate) fn entry() -> BoxedStrategy<Entry> {
    prop_oneof![
        7 => (tid(), ttc(), step()).prop_map(|(tid, ttc, step)| Entry::Lock { tid, ttc, step }),
        1 => (asn(), status(true)).prop_map(|(asn, status)| Entry::TacSeen { asn, status }),
        1 => lock_id().prop_map(Entry::Refused),
        1 => claimed_record().prop_map(|record| Entry::RefusedRecord {
            lock: record.terms.id,
            tried: record.tried(),
        }),
        1 => any::<u64>().prop_map(|through| Entry::Reported { through }),
        3 => (tid(), ttc(), any_purchase::purchase_step())
            .prop_map(|(tid, ttc, step)| Entry::Purchase { tid, ttc, step }),
    ]
    .boxed()
}

/// Every report.
pub(crate) fn report() -> BoxedStrategy<Report> {
    prop_oneof![
        (claimed_record(), mac()).prop_map(|(record, tac)| Report::Sale(record, tac)),
        claimed_record().prop_map(Report::Grey),
        terms().prop_map(Report::NoDispense),
        (tid(), ttc()).prop_map(|(tid, ttc)| Report::Void(tid, ttc)),
        (terms(), certified(), delivery())
            .prop_map(|(terms, certified, delivery)| Report::Unproved(terms, certified, delivery)),
        (asn(), status(true)).prop_map(|(asn, status)| Report::TacSeen(asn, status)),
        (any_purchase::purchase_terms(), any_purchase::purchase_answer())
            .prop_map(|(terms, answer)| Report::Purchase(terms, answer)),
        any_purchase::purchase_terms().prop_map(Report::PurchaseUnknown),
    ]
    .boxed()
}
