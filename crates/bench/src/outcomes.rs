//! Outcomes made durable: through the desk, over HTTP, and the bare insert of the same rows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use host::{Ahead, Centre, Informed, Input, MemoryBooks, Together};
use store::{Desk, Place, Rows, Vault};
use tokio::runtime::Runtime;
use wire::Report;

use crate::BenchError;
use crate::centre::{Client, Served};
use crate::figures::{Outcomes, micros, rate, round};
use crate::place::Ground;
use crate::unlocks::tell;
use crate::world::{World, heard};

/// Stations that report at the same time; each waits for its answer before it goes on.
pub(crate) const STATIONS: usize = 64;
/// Outcomes of one report.
pub(crate) const BATCH: usize = 16;

/// What is told: each card refuels a few times, each time at another PSAM.
struct Told {
    registrations: Vec<Input>,
    reports: Vec<Report>,
}

impl Told {
    fn new(count: usize) -> Result<Self, BenchError> {
        let (cards, psams) = (count.div_ceil(4).max(1), STATIONS * 4);
        let mut world = World::new(cards, psams);
        let registrations = world.registrations()?;
        let mut reports = Vec::with_capacity(count);
        for place in 0..count {
            reports.push(world.sale(place % cards, place / 16 % psams)?);
        }
        Ok(Self { registrations, reports })
    }

    fn inputs(&self) -> Result<Vec<Input>, BenchError> {
        self.reports.iter().map(|report| heard(*report)).collect()
    }
}

/// The figures of so many outcomes.
pub(crate) fn run(
    ground: &Ground,
    vault: &Vault,
    count: usize,
    runtime: &Runtime,
) -> Result<Outcomes, BenchError> {
    let told = Told::new(count)?;
    let inputs = told.inputs()?;
    let fresh = ground.fresh()?;
    let desk = Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?;
    tell(&desk, &told.registrations)?;
    let before = Rows::of(&fresh.place)?;
    let begun = desk.commits();
    let by_desk = through_desk(&desk, &inputs)?;
    let transactions = desk.commits() - begun;
    drop(desk);
    let rows = Rows::of(&fresh.place)?.since(&before);
    let bare = bare(ground, &before, &rows, transactions)?;
    let served = ground.fresh()?;
    let desk = Desk::open(&served.place, Arc::clone(vault), Box::new(|_| {}))?;
    tell(&desk, &told.registrations)?;
    drop(desk);
    let over_http = runtime.block_on(over_http(&served.place, vault, &told))?;
    let (ahead, codes) = codes_alone(vault, &inputs);
    let rules = rules_alone(vault, &ahead, &told, &inputs)?;
    let rows = u32::try_from(rows.count()).unwrap_or(u32::MAX);
    let ratio = |took: Duration| round(bare.as_secs_f64() / took.as_secs_f64());
    Ok(Outcomes {
        count,
        transactions,
        desk_per_second: rate(count, by_desk),
        bare_per_second: rate(count, bare),
        desk_ratio: ratio(by_desk),
        http_per_second: rate(count, over_http),
        http_ratio: ratio(over_http),
        rows_per_outcome: round(f64::from(rows) / micros(1, Duration::from_micros(count as u64))),
        desk_microseconds: round(micros(count, by_desk)),
        bare_microseconds: round(micros(count, bare)),
        codes_microseconds: round(micros(count, codes)),
        rules_microseconds: round(micros(count, rules)),
    })
}

/// Stations as threads, each with its share in its order.
fn through_desk(desk: &Desk, inputs: &[Input]) -> Result<Duration, BenchError> {
    let begun = Instant::now();
    let answers: Result<Vec<()>, BenchError> = std::thread::scope(|scope| {
        let stations: Vec<_> = (0..STATIONS)
            .map(|station| {
                let batches = inputs.chunks(BATCH).skip(station).step_by(STATIONS);
                scope.spawn(move || {
                    for batch in batches {
                        if desk.apply(batch.to_vec())?.iter().any(Result::is_err) {
                            return Err(BenchError::OurBug("an outcome"));
                        }
                    }
                    Ok(())
                })
            })
            .collect();
        let ended = |station: std::thread::ScopedJoinHandle<'_, _>| {
            station.join().unwrap_or(Err(BenchError::OurBug("a station")))
        };
        stations.into_iter().map(ended).collect()
    });
    answers.map(|_| begun.elapsed())
}

fn bare(
    ground: &Ground,
    before: &Rows,
    rows: &Rows,
    transactions: u64,
) -> Result<Duration, BenchError> {
    let fresh = ground.fresh()?;
    store::insert(&fresh.place, before, 8)?;
    let transactions = usize::try_from(transactions).unwrap_or(usize::MAX);
    let begun = Instant::now();
    store::insert(&fresh.place, rows, transactions)?;
    Ok(begun.elapsed())
}

async fn over_http(place: &Place, vault: &Vault, told: &Told) -> Result<Duration, BenchError> {
    let served = Served::start(place, vault).await?;
    let bodies: Vec<Vec<u8>> = told.reports.chunks(BATCH).map(body).collect();
    let bodies = Arc::new(bodies);
    let begun = Instant::now();
    let mut stations = tokio::task::JoinSet::new();
    for station in 0..STATIONS {
        let (bodies, address) = (Arc::clone(&bodies), served.address);
        stations.spawn(async move {
            let mut client = Client::connect(address).await?;
            for body in bodies.iter().skip(station).step_by(STATIONS) {
                client.post("/v1/reports", body.clone()).await?;
            }
            Ok::<(), BenchError>(())
        });
    }
    while let Some(ended) = stations.join_next().await {
        ended.map_err(|_| BenchError::OurBug("a station"))??;
    }
    let took = begun.elapsed();
    served.stop().await;
    Ok(took)
}

/// A report of outcomes, as a station sends it.
pub(crate) fn body(reports: &[Report]) -> Vec<u8> {
    let hex = |report: &Report| hex::encode(wire::record::encode(report).to_vec());
    let reports: Vec<String> = reports.iter().map(hex).collect();
    serde_json::json!({ "reports": reports }).to_string().into_bytes()
}

/// The codes that the rules ask for, as the desk has them computed, in one thread.
fn codes_alone(vault: &Vault, inputs: &[Input]) -> (Ahead, Duration) {
    let begun = Instant::now();
    let (mut ahead, mut together) = (Ahead::default(), Together::default());
    inputs.chunks(store::MOST).for_each(|some| ahead.add(&mut together, vault, some));
    (ahead, begun.elapsed())
}

/// The same calls over books in memory.
fn rules_alone(
    vault: &Vault,
    ahead: &Ahead,
    told: &Told,
    inputs: &[Input],
) -> Result<Duration, BenchError> {
    let mut centre = Centre::new(MemoryBooks::forgetful(), Informed::new(Arc::clone(vault), ahead));
    told.registrations.iter().for_each(|input| drop(centre.apply(input)));
    let begun = Instant::now();
    if inputs.iter().any(|input| centre.apply(input).is_err()) {
        return Err(BenchError::OurBug("an outcome"));
    }
    Ok(begun.elapsed())
}
