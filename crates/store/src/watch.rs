//! What whoever runs the desk hears of its transactions: for logs, figures and the bell of the events.

use std::time::Duration;

use host::{Code, PostingReason};
use wire::{Tid, Ttc};

use crate::error::StoreError;
use crate::event::Event;

/// What one transaction wrote that somebody may want to follow. It is durable.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Committed {
    /// How many calls it did.
    pub calls: usize,
    /// From its beginning until it was durable; of its last attempt.
    pub took: Duration,
    /// Postings: why, and about which lock.
    pub postings: Vec<(PostingReason, Option<(Tid, Ttc)>)>,
    /// Notices that the rules gave, those that were known before among them.
    pub notices: Vec<(Code, Option<(Tid, Ttc)>)>,
    /// Events for stations.
    pub events: Vec<Event>,
}

/// Told on the writer's thread, which waits for it.
pub trait Watch: Send {
    /// After each commit, before its calls are answered.
    fn committed(&self, committed: &Committed);

    /// After each attempt that failed; it may be done again.
    fn failed(&self, error: &StoreError);
}

/// Told after each commit how many events it made, if any.
pub type OnEvents = Box<dyn Fn(usize) + Send>;

impl Watch for OnEvents {
    fn committed(&self, committed: &Committed) {
        if !committed.events.is_empty() {
            self(committed.events.len());
        }
    }

    fn failed(&self, _: &StoreError) {}
}
