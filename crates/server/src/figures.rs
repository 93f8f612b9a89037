//! Figures for Prometheus: of requests, calls, transactions and lists, in base units.
//!
//! Labels come from tables: routes, methods, names of calls, refusals, reasons. No card number, TID or lock is one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};
use store::{Kind, Sizes};

use crate::words::class_name;

/// The media type of what [`Figures::text`] gives.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;

/// Seconds of requests and commits: 1 ms to about 16 s.
const SECONDS: [f64; 15] =
    [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1., 2., 4., 8., 16.];
/// Calls of one transaction.
const CALLS: [f64; 10] = [1., 2., 4., 8., 16., 32., 64., 128., 256., 512.];

/// A figure: its whole name, its kind, its labels, what it counts.
pub type Row = (&'static str, &'static str, &'static str, &'static str);

/// Every figure, as docs/operations.md has them.
pub const TABLE: &[Row] = &[
    ("greylock_requests_total", "counter", "method, route, status", "Requests answered"),
    (
        "greylock_request_duration_seconds",
        "histogram",
        "route",
        "From a request's head to its answer's head",
    ),
    (
        "greylock_calls_total",
        "counter",
        "call, answer",
        "Calls of the rules that were answered durably, by refusal or kind of answer",
    ),
    ("greylock_calls_waiting", "gauge", "", "Calls that wait for their commit"),
    ("greylock_commits_total", "counter", "", "Transactions that are durable"),
    (
        "greylock_commit_duration_seconds",
        "histogram",
        "",
        "From a transaction's beginning until it was durable",
    ),
    ("greylock_commit_calls", "histogram", "", "Calls of one transaction"),
    (
        "greylock_commit_failures_total",
        "counter",
        "kind",
        "Attempts at a transaction that failed: conflict, unavailable, damaged, our_bug",
    ),
    ("greylock_postings_total", "counter", "reason", "Postings to the ledger"),
    (
        "greylock_notices_total",
        "counter",
        "code",
        "Notices that the rules gave, known ones among them",
    ),
    ("greylock_events_total", "counter", "event", "Events committed for stations"),
    ("greylock_events_sent_total", "counter", "", "Events sent, counted for each stream"),
    ("greylock_event_streams", "gauge", "", "Open streams of events: connected stations"),
    ("greylock_books_readable", "gauge", "", "1 when the books could be read for this answer"),
    ("greylock_open_locks", "gauge", "", "Locks that have not come to rest"),
    ("greylock_grey_records", "gauge", "", "Records on the grey list"),
    ("greylock_blacklisted_cards", "gauge", "", "Cards that get no new lock"),
    ("greylock_notices", "gauge", "class", "Notices in the books"),
    ("greylock_build_info", "info", "version", "The build that runs"),
    ("greylock_start_time_seconds", "gauge", "", "When the process began to serve, since 1970"),
];

/// What the process counts, and what it read last.
pub(crate) struct Figures {
    registry: Registry,
    requests: Counters<3>,
    durations: Family<Labels<1>, Histogram, fn() -> Histogram>,
    calls: Counters<2>,
    pub(crate) waiting: Gauge,
    commits: Counter,
    commit_durations: Histogram,
    commit_calls: Histogram,
    failures: Counters<1>,
    postings: Counters<1>,
    notices: Counters<1>,
    events: Counters<1>,
    pub(crate) sent: Counter,
    pub(crate) streams: Gauge,
    readable: Gauge,
    open_locks: Gauge,
    grey_records: Gauge,
    blacklisted: Gauge,
    kept_notices: Family<Labels<1>, Gauge>,
}

impl Figures {
    pub(crate) fn new(version: &'static str, started: u64) -> Self {
        let in_seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        let mut figures = Self {
            registry: Registry::with_prefix("greylock"),
            requests: Family::default(),
            durations: Family::new_with_constructor(in_seconds),
            calls: Family::default(),
            waiting: Gauge::default(),
            commits: Counter::default(),
            commit_durations: in_seconds(),
            commit_calls: Histogram::new(CALLS),
            failures: Family::default(),
            postings: Family::default(),
            notices: Family::default(),
            events: Family::default(),
            sent: Counter::default(),
            streams: Gauge::default(),
            readable: Gauge::default(),
            open_locks: Gauge::default(),
            grey_records: Gauge::default(),
            blacklisted: Gauge::default(),
            kept_notices: Family::default(),
        };
        figures.register_all();
        figures.add("greylock_build_info", Info::new([("version", version)]));
        let start = Gauge::<u64, AtomicU64>::default();
        start.set(started);
        figures.add("greylock_start_time_seconds", start);
        figures
    }

    fn register_all(&mut self) {
        self.add("greylock_requests_total", self.requests.clone());
        self.add("greylock_request_duration_seconds", self.durations.clone());
        self.add("greylock_calls_total", self.calls.clone());
        self.add("greylock_calls_waiting", self.waiting.clone());
        self.add("greylock_commits_total", self.commits.clone());
        self.add("greylock_commit_duration_seconds", self.commit_durations.clone());
        self.add("greylock_commit_calls", self.commit_calls.clone());
        self.add("greylock_commit_failures_total", self.failures.clone());
        self.add("greylock_postings_total", self.postings.clone());
        self.add("greylock_notices_total", self.notices.clone());
        self.add("greylock_events_total", self.events.clone());
        self.add("greylock_events_sent_total", self.sent.clone());
        self.add("greylock_event_streams", self.streams.clone());
        self.add("greylock_books_readable", self.readable.clone());
        self.add("greylock_open_locks", self.open_locks.clone());
        self.add("greylock_grey_records", self.grey_records.clone());
        self.add("greylock_blacklisted_cards", self.blacklisted.clone());
        self.add("greylock_notices", self.kept_notices.clone());
    }

    /// Puts in a figure of the table. The encoder writes what goes before and behind a name by itself.
    fn add(&mut self, name: &'static str, metric: impl Metric) {
        let words = TABLE.iter().find(|row| row.0 == name).map_or("", |row| row.3);
        let bare = name.trim_start_matches("greylock_");
        let bare = bare.trim_end_matches("_total").trim_end_matches("_info");
        match bare.strip_suffix("_seconds") {
            Some(bare) => self.registry.register_with_unit(bare, words, Unit::Seconds, metric),
            None => self.registry.register(bare, words, metric),
        }
    }

    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = match method {
            "GET" | "POST" | "HEAD" | "OPTIONS" | "PUT" | "DELETE" | "PATCH" => method.to_owned(),
            _ => "other".to_owned(),
        };
        let route: Cow<'static, str> = Cow::Owned(route.to_owned());
        let status = Cow::Owned(format!("{}xx", status / 100));
        let labels = [("method", method.into()), ("route", route.clone()), ("status", status)];
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&[("route", route)]).observe(took.as_secs_f64());
    }

    pub(crate) fn call(&self, call: &'static str, answer: &'static str) {
        self.calls.get_or_create(&[("call", call.into()), ("answer", answer.into())]).inc();
    }

    pub(crate) fn commit(&self, committed: &store::Committed) {
        self.commits.inc();
        self.commit_durations.observe(committed.took.as_secs_f64());
        self.commit_calls.observe(f64::from(u32::try_from(committed.calls).unwrap_or(u32::MAX)));
        for (reason, _) in &committed.postings {
            self.postings.get_or_create(&[("reason", reason.name().into())]).inc();
        }
        for (code, _) in &committed.notices {
            self.notices.get_or_create(&[("code", code.name().into())]).inc();
        }
        for event in &committed.events {
            self.events.get_or_create(&[("event", event.kind().into())]).inc();
        }
    }

    pub(crate) fn failure(&self, kind: Kind) {
        let kind = match kind {
            Kind::Conflict => "conflict",
            Kind::Unavailable => "unavailable",
            Kind::Damaged => "damaged",
            Kind::OurBug => "our_bug",
        };
        self.failures.get_or_create(&[("kind", kind.into())]).inc();
    }

    /// What the books hold now; nothing when they cannot be read.
    pub(crate) fn sizes(&self, sizes: Option<&Sizes>) {
        self.readable.set(i64::from(sizes.is_some()));
        let Some(sizes) = sizes else { return };
        self.open_locks.set(sizes.open_locks);
        self.grey_records.set(sizes.grey_records);
        self.blacklisted.set(sizes.blacklisted_cards);
        let mut notices = BTreeMap::new();
        for (code, size) in &sizes.notices {
            *notices.entry(class_name(code.class())).or_insert(0) += size;
        }
        for (class, size) in notices {
            self.kept_notices.get_or_create(&[("class", class.into())]).set(size);
        }
    }

    /// All figures in the text format of OpenMetrics.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
