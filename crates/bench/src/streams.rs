//! How soon a grey record is at every station, by server-sent events.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use store::{Desk, Vault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wire::Report;

use crate::BenchError;
use crate::centre::{Client, Served};
use crate::figures::{Spread, Streams, milliseconds};
use crate::outcomes::body;
use crate::place::Ground;
use crate::unlocks::tell;
use crate::world::World;

/// The bytes of an event, about.
const EVENT: [u8; 512] = [b'.'; 512];

/// A station heard one event, then.
type Heard = Result<Instant, BenchError>;

/// The figures of so many stations and records.
pub(crate) fn run(
    ground: &Ground,
    vault: &Vault,
    (stations, records): (usize, usize),
    runtime: &Runtime,
) -> Result<Streams, BenchError> {
    let mut world = World::new(records, 1);
    let fresh = ground.fresh()?;
    let desk = Desk::open(&fresh.place, Arc::clone(vault), Box::new(|_| {}))?;
    tell(&desk, &world.registrations()?)?;
    drop(desk);
    let mut reports = Vec::new();
    for card in 0..records {
        reports.push(body(&[Report::Grey(world.grey(card, 0)?.record)]));
    }
    runtime.block_on(async {
        let served = Served::start(&fresh.place, vault).await?;
        let (told, mut heard) = unbounded_channel();
        let begun = Instant::now();
        let mut listening = tokio::task::JoinSet::new();
        for _ in 0..stations {
            listening.spawn(listen(served.address, told.clone()));
        }
        while let Some(connected) = listening.join_next().await {
            connected.map_err(|_| BenchError::OurBug("a station"))??;
        }
        let connected = begun.elapsed();
        let mut client = Client::connect(served.address).await?;
        let mut arrivals = Vec::with_capacity(stations * records);
        for report in reports {
            client.post("/v1/reports", report).await?;
            let acknowledged = Instant::now();
            arrivals.extend(arrived(&mut heard, stations, acknowledged).await?);
        }
        served.stop().await;
        let bare = bare(stations, records).await?;
        let connected = milliseconds(connected);
        Ok(Streams { stations, connected, arrival: Spread::of(arrivals), bare })
    })
}

/// Connects, and goes on listening; back when the server has answered.
async fn listen(address: SocketAddr, told: UnboundedSender<Heard>) -> Result<(), BenchError> {
    let mut client = Client::connect(address).await?;
    let mut events = client.listen().await?;
    tokio::spawn(async move {
        // The connection lives as long as its client.
        let _client = client;
        let mut text = Vec::new();
        while let Some(Ok(frame)) = events.frame().await {
            text.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            while let Some(end) = text.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = text.drain(..end + 2).collect();
                let is_event = event.windows(5).any(|word| word == b"data:");
                if is_event && told.send(Ok(Instant::now())).is_err() {
                    return;
                }
            }
        }
        // Nobody may be counting any more.
        let _ = told.send(Err(BenchError::Answer("the end of a stream".to_owned())));
    });
    Ok(())
}

async fn arrived(
    heard: &mut UnboundedReceiver<Heard>,
    stations: usize,
    since: Instant,
) -> Result<Vec<Duration>, BenchError> {
    let mut took = Vec::with_capacity(stations);
    while took.len() < stations {
        let at = heard.recv().await.ok_or(BenchError::OurBug("a stream"))??;
        took.push(at.saturating_duration_since(since));
    }
    Ok(took)
}

/// The same number of sockets, written one after the other and read by a task each.
async fn bare(stations: usize, records: usize) -> Result<Spread, BenchError> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (told, mut heard) = unbounded_channel();
    let mut sockets = Vec::with_capacity(stations);
    for _ in 0..stations {
        let mut reading = TcpStream::connect(address).await?;
        sockets.push(listener.accept().await?.0);
        let told = told.clone();
        tokio::spawn(async move {
            let mut bytes = EVENT;
            while reading.read_exact(&mut bytes).await.is_ok() {
                // Nobody may be counting any more.
                let _ = told.send(Ok(Instant::now()));
            }
        });
    }
    let mut took = Vec::with_capacity(stations * records);
    for _ in 0..records {
        let begun = Instant::now();
        for socket in &mut sockets {
            socket.write_all(&EVENT).await?;
        }
        took.extend(arrived(&mut heard, stations, begun).await?);
    }
    Ok(Spread::of(took))
}
