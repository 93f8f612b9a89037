//! An on-line unlock (claim 2) over HTTP: alone, and while stations report outcomes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use host::{Input, UnlockRequest};
use store::{Desk, Vault};
use tokio::runtime::Runtime;
use wire::Report;

use crate::BenchError;
use crate::centre::{Client, Served};
use crate::figures::{Spread, Unlocks};
use crate::outcomes::{BATCH, body};
use crate::place::Ground;
use crate::world::{World, heard, tid};

/// Stations that report while others unlock.
const LOAD: usize = 8;
/// Outcomes that they have, over and over: a repeat is verified and looked up like a first report.
const OUTCOMES: usize = 4_096;

/// The figures of so many unlocks alone, and as many under load.
pub(crate) fn run(
    ground: &Ground,
    vault: &Vault,
    count: usize,
    runtime: &Runtime,
) -> Result<Unlocks, BenchError> {
    let mut world = World::new(2 * count + OUTCOMES, LOAD + 1);
    let fresh = ground.fresh()?;
    let mut calls = world.registrations()?;
    let mut asked = Vec::new();
    for card in 0..2 * count {
        let grey = world.grey(card, LOAD)?;
        asked.push(document(&world.ask(&grey, LOAD)?));
        calls.push(heard(Report::Grey(grey.record))?);
    }
    let mut load = Vec::new();
    for place in 0..OUTCOMES {
        load.push(world.sale(2 * count + place, place / BATCH % LOAD)?);
    }
    tell(&Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?, &calls)?;
    let commit = commits(ground, vault, count)?;
    let (alone, under_load) = runtime.block_on(async {
        let served = Served::start(&fresh.place, vault).await?;
        let (first, second) = asked.split_at(count);
        let mut client = Client::connect(served.address).await?;
        let alone = unlock(&mut client, first).await?;
        let over = Arc::new(AtomicBool::new(false));
        let mut stations = tokio::task::JoinSet::new();
        for station in 0..LOAD {
            let mut client = Client::connect(served.address).await?;
            let bodies: Vec<Vec<u8>> =
                load.chunks(BATCH).skip(station).step_by(LOAD).map(body).collect();
            let over = Arc::clone(&over);
            stations.spawn(async move {
                for body in bodies.iter().cycle() {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    client.post("/v1/reports", body.clone()).await?;
                }
                Ok::<(), BenchError>(())
            });
        }
        let under_load = unlock(&mut client, second).await;
        over.store(true, Ordering::Relaxed);
        while let Some(ended) = stations.join_next().await {
            ended.map_err(|_| BenchError::OurBug("a station"))??;
        }
        drop(client);
        served.stop().await;
        Ok::<_, BenchError>((alone, under_load?))
    })?;
    Ok(Unlocks { alone: Spread::of(alone), under_load: Spread::of(under_load), commit })
}

fn document(request: &UnlockRequest) -> Vec<u8> {
    let document = serde_json::json!({
        "asn": request.asn.to_string(),
        "tid": request.tid.to_string(),
        "status": hex::encode(&*request.status.encode()),
        "init": hex::encode(&*request.init.encode()),
    });
    document.to_string().into_bytes()
}

/// Tells calls, none of which may be refused.
pub(crate) fn tell(desk: &Desk, calls: &[Input]) -> Result<(), BenchError> {
    for some in calls.chunks(256) {
        if desk.apply(some.to_vec())?.iter().any(Result::is_err) {
            return Err(BenchError::OurBug("a call"));
        }
    }
    Ok(())
}

async fn unlock(client: &mut Client, asked: &[Vec<u8>]) -> Result<Vec<Duration>, BenchError> {
    let mut took = Vec::with_capacity(asked.len());
    for document in asked {
        let begun = Instant::now();
        let answer = client.post("/v1/unlocks", document.clone()).await?;
        took.push(begun.elapsed());
        let answer: serde_json::Value = serde_json::from_slice(&answer)
            .map_err(|error| BenchError::Answer(error.to_string()))?;
        if answer.pointer("/decision/mac2").is_none() {
            return Err(BenchError::Answer(answer.to_string()));
        }
    }
    Ok(took)
}

/// One PSAM after the other made known: one small row in a transaction of its own.
fn commits(ground: &Ground, vault: &Vault, count: usize) -> Result<Spread, BenchError> {
    let fresh = ground.fresh()?;
    let desk = Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?;
    let mut took = Vec::with_capacity(count);
    for psam in 0..count {
        let call = Input::RegisterPsam {
            tid: tid(psam),
            station: "south".to_owned(),
            expiry: None,
            chip: None,
        };
        let begun = Instant::now();
        desk.apply(vec![call])?;
        took.push(begun.elapsed());
    }
    Ok(Spread::of(took))
}
