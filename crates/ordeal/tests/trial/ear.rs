//! A station that hears of everything, and goes on where it was when its server died.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use ordeal::client::Who;
use ordeal::listen::{Event, Stream};
use store::{Cursor, Reader};

use crate::town::{Town, Wrong, locked};

/// Events come at once, unless something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Ear {
    heard: Mutex<Vec<Event>>,
    came: Condvar,
}

impl Ear {
    /// Listens until the server of the end has gone.
    pub fn listen(&self, town: &Town) {
        let (mut turn, mut cursor) = (0, String::new());
        loop {
            let address;
            (turn, address) = town.server_after(turn);
            let who = Who::Station("listener".to_owned());
            // A stream that breaks is opened again, with the same server while it is there.
            while let Ok(stream) = Stream::open(&address, &who, &cursor) {
                for event in stream {
                    self.check(town, &cursor, &event.cursor);
                    cursor.clone_from(&event.cursor);
                    locked(&self.heard).push(event);
                    self.came.notify_all();
                }
                if town.is_over() {
                    return;
                }
            }
            if town.is_over() {
                return;
            }
        }
    }

    /// One number further in one lane.
    fn check(&self, town: &Town, before: &str, after: &str) {
        let (before, after) = (lanes(before), lanes(after));
        let further: i64 = after
            .iter()
            .map(|(lane, number)| number - before.get(lane).copied().unwrap_or(0))
            .sum();
        if further != 1 || before.keys().any(|lane| !after.contains_key(lane)) {
            town.found(Wrong::Events, format!("from {before:?} to {after:?}"));
        }
    }

    /// Waits until everything in the books was heard, and compares.
    pub fn weigh(&self, town: &Town, reader: &mut Reader) {
        let told = reader.events_after(&Cursor::default(), 1_000_000).unwrap();
        let mut wanted: Vec<String> =
            told.iter().map(|fed| serde_json::to_value(&fed.event).unwrap().to_string()).collect();
        let heard = locked(&self.heard);
        let waiting = |heard: &mut Vec<Event>| heard.len() < wanted.len();
        let (heard, _) = self.came.wait_timeout_while(heard, PATIENCE, waiting).unwrap();
        let mut had: Vec<String> = heard.iter().map(|event| event.data.to_string()).collect();
        wanted.sort();
        had.sort();
        if had != wanted {
            let what = format!("heard {} events, there are {}", had.len(), wanted.len());
            town.found(Wrong::Events, what);
        }
    }
}

fn lanes(cursor: &str) -> BTreeMap<i64, i64> {
    let lane = |part: &str| {
        let (lane, number) = part.split_once(':')?;
        Some((lane.parse().ok()?, number.parse().ok()?))
    };
    cursor.split(',').filter_map(lane).collect()
}
