//! Stations nearby: while the centre is away they are asked for the grey record of a card that escaped there.
//!
//! What a record can do is bounded by the card: it obeys only its own GMAC, so a record that somebody made up costs it one
//! of its error counts at one station and moves no money, and its station never tries that lock again. A neighbour is
//! asked over its certified name, gives records of its own PSAMs alone, and is named in the log with every record.

use std::collections::BTreeSet;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use api::site::Neighbour;
use client::{Client, Limits, Switch};
use station::Sought;
use wire::record::{decode, encode};
use wire::{ClaimedRecord, LockId, Tid};

use crate::pace::Pace;
use crate::setup::{NeighbourSetup, UplinkError};

/// One of them.
struct Nearby {
    name: String,
    url: String,
    client: Client,
    /// The only ones of which it may give records.
    tids: BTreeSet<Tid>,
    /// It answered when it was asked last.
    answered: Mutex<Option<bool>>,
}

/// All of them.
pub(crate) struct Neighbours {
    all: Vec<Arc<Nearby>>,
    pace: Pace,
}

impl Neighbours {
    pub(crate) fn new(
        setups: &[NeighbourSetup],
        pace: Pace,
        stop: &Switch,
    ) -> Result<Self, UplinkError> {
        let limits = Limits { connect: pace.neighbour, call: pace.neighbour, ..Limits::default() };
        let nearby = |setup: &NeighbourSetup| {
            let client = setup.way.client(limits, &[stop]);
            let client =
                client.map_err(|error| UplinkError::Way { name: setup.name.clone(), error })?;
            Ok(Arc::new(Nearby {
                name: setup.name.clone(),
                url: setup.way.address.to_string(),
                client,
                tids: setup.tids.iter().copied().collect(),
                answered: Mutex::new(None),
            }))
        };
        let all = setups.iter().map(nearby).collect::<Result<_, UplinkError>>()?;
        Ok(Self { all, pace })
    }

    /// Whether a station may speak for this PSAM: a neighbour for its own alone, one that is not known here for those that
    /// no neighbour has.
    pub(crate) fn may_speak(&self, station: &str, tid: Tid) -> bool {
        let named = self.all.iter().find(|nearby| nearby.name == station);
        match named {
            Some(nearby) => nearby.tids.contains(&tid),
            None => !self.all.iter().any(|nearby| nearby.tids.contains(&tid)),
        }
    }

    /// Asks all that may have it, at once; the first record that fits counts, and after the limit nothing does.
    pub(crate) fn record(&self, sought: &Sought<'_>) -> Option<ClaimedRecord> {
        let lock = sought.lock;
        let until = Instant::now() + self.pace.neighbour;
        let asked = self.all.iter().filter(|nearby| self.may_speak(&nearby.name, lock.tid));
        let (answer, answers) = sync_channel(self.all.len());
        let mut waiting = 0;
        for nearby in asked {
            let (nearby, answer, lock) = (Arc::clone(nearby), answer.clone(), *lock);
            let thread = std::thread::Builder::new().name("neighbour".to_owned());
            // Without a thread nobody is asked: as if it did not answer.
            waiting += usize::from(
                thread
                    .spawn(move || {
                        // Nobody waits for it after the limit.
                        let _ = answer.send((nearby.ask(&lock), nearby));
                    })
                    .is_ok(),
            );
        }
        for _ in 0..waiting {
            match answers.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((Some(record), giver)) if (sought.fits)(&record) => {
                    let (neighbour, lock) = (giver.name.as_str(), record.terms.id.to_string());
                    tracing::info!(neighbour, lock, "a neighbour gave a grey record");
                    return Some(record);
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }

    pub(crate) fn standing(&self) -> Vec<Neighbour> {
        let shown = |nearby: &Arc<Nearby>| Neighbour {
            name: nearby.name.clone(),
            url: nearby.url.clone(),
            answered: *nearby.answered.lock().unwrap_or_else(PoisonError::into_inner),
        };
        self.all.iter().map(shown).collect()
    }
}

impl Nearby {
    /// Its record of this very lock.
    fn ask(&self, lock: &LockId) -> Option<ClaimedRecord> {
        let found = self.client.grey_record(&hex::encode(encode(lock).as_slice()));
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.is_ok());
        let found = match found {
            Ok(found) => found?,
            Err(error) => {
                tracing::warn!(neighbour = self.name, %error, "a neighbour gives no answer");
                return None;
            }
        };
        let record = hex::decode(&found.record).ok();
        let record = record.and_then(|bytes| decode::<ClaimedRecord>(&bytes));
        let record = record.filter(|record| record.terms.id == *lock);
        if record.is_none() {
            let neighbour = self.name.as_str();
            tracing::warn!(neighbour, %lock, "a neighbour gave the record of another lock");
        }
        record
    }
}
