//! Figures for Prometheus: how the station stands at this moment, and what its server counts.
//!
//! Labels come from tables: routes, methods, numbers of nozzles, names of warnings. No card number, TID or lock is one.

use std::borrow::Cow;

use ::api::site::Site;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// The media type of the text.
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

/// A figure: its whole name, its kind, its labels, what it counts.
pub type Row = (&'static str, &'static str, &'static str, &'static str);

/// Every figure, as docs/station.md has them.
pub const TABLE: &[Row] = &[
    ("greylock_station_requests_total", "counter", "method, route, status", "Requests answered"),
    ("greylock_station_event_streams", "gauge", "", "Open streams of events"),
    ("greylock_station_has_power", "gauge", "", "1 when the station runs behind its server"),
    ("greylock_station_nozzle_works", "gauge", "nozzle", "0 when the nozzle is out of order"),
    ("greylock_station_nozzle_busy", "gauge", "nozzle", "1 while a visit runs"),
    ("greylock_station_totalizer", "gauge", "nozzle", "Thousandths of its unit that ever flowed"),
    ("greylock_station_centre_up", "gauge", "", "1 while the centre answers"),
    (
        "greylock_station_queue",
        "gauge",
        "",
        "Entries of the journal that the centre has not taken yet",
    ),
    ("greylock_station_list_rows", "gauge", "list", "Rows of a list: blacklist, grey_list"),
    (
        "greylock_station_list_age_seconds",
        "gauge",
        "list",
        "Since the centre last said that it is the list of now; absent when it never did",
    ),
    ("greylock_station_journal_records", "gauge", "", "Entries of the journal"),
    ("greylock_station_open_locks", "gauge", "", "Locks that are not at their end"),
    ("greylock_station_disk_free_bytes", "gauge", "", "What the journal's disk still takes"),
    ("greylock_station_takes_locks", "gauge", "", "0 when no new lock is begun for want of room"),
    ("greylock_station_parameters_version", "gauge", "", "Prices and limits in force"),
    ("greylock_station_warnings", "gauge", "warning", "What an operator should look at"),
    ("greylock_station_build_info", "info", "version", "The build that runs"),
    (
        "greylock_station_start_time_seconds",
        "gauge",
        "",
        "When the process began to serve, since 1970",
    ),
];

/// What the server itself counts.
pub(crate) struct Figures {
    requests: Family<Labels<3>, Counter>,
    pub(crate) streams: Gauge,
    started: i64,
}

impl Figures {
    pub(crate) fn new(started: u64) -> Self {
        let started = i64::try_from(started).unwrap_or(0);
        Self { requests: Family::default(), streams: Gauge::default(), started }
    }

    pub(crate) fn request(&self, method: &str, route: &str, status: u16) {
        let labels = [
            ("method", Cow::Borrowed(known(method))),
            ("route", Cow::Owned(route.to_owned())),
            ("status", Cow::Owned(status.to_string())),
        ];
        self.requests.get_or_create(&labels).inc();
    }

    /// Everything as text; `None` for a station without power.
    pub(crate) fn text(&self, site: Option<&Site>) -> String {
        let mut page = Page(Registry::with_prefix("greylock_station"));
        page.0.register("requests", about("requests_total"), self.requests.clone());
        page.0.register("event_streams", about("event_streams"), self.streams.clone());
        page.one("has_power", u64::from(site.is_some()));
        page.signed("start_time_seconds", self.started);
        let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        page.0.register("build", about("build_info"), version);
        if let Some(site) = site {
            page.site(site);
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &page.0);
        text
    }
}

/// A method that this server knows; of any other word a label would make a new row each.
fn known(method: &str) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    known.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// The help of a figure, without the full stop that the registry puts behind it.
fn about(name: &str) -> &'static str {
    let is = |row: &&Row| row.0.strip_prefix("greylock_station_") == Some(name);
    TABLE.iter().find(is).map_or("", |row| row.3)
}

struct Page(Registry);

impl Page {
    fn site(&mut self, site: &Site) {
        let nozzles = || site.nozzles.iter();
        let works = nozzles().map(|nozzle| (nozzle.number, nozzle.state != "out_of_order"));
        self.many(
            "nozzle_works",
            "nozzle",
            works.map(|(at, works)| (at.to_string(), works.into())),
        );
        let idle = ["free", "card", "out_of_order"];
        let busy = nozzles().map(|nozzle| (nozzle.number, !idle.contains(&nozzle.state.as_str())));
        self.many("nozzle_busy", "nozzle", busy.map(|(at, busy)| (at.to_string(), busy.into())));
        let shown = nozzles().filter_map(|nozzle| Some((nozzle.number, nozzle.totalizer?)));
        self.many("totalizer", "nozzle", shown.map(|(at, shown)| (at.to_string(), shown)));
        self.one("centre_up", u64::from(site.centre.state == "up"));
        self.one("queue", site.centre.queue);
        let lists = [("blacklist", &site.blacklist), ("grey_list", &site.grey_list)];
        let rows = lists.map(|(name, list)| (name.to_owned(), list.rows));
        self.many("list_rows", "list", rows.into_iter());
        let ages =
            lists.into_iter().filter_map(|(name, list)| Some((name.to_owned(), list.seconds?)));
        self.many("list_age_seconds", "list", ages);
        self.one("journal_records", site.journal.records);
        self.one("open_locks", site.journal.open_locks);
        if let Some(free) = site.journal.free {
            self.one("disk_free_bytes", free);
        }
        self.one("takes_locks", site.journal.takes_locks.into());
        self.one("parameters_version", site.parameters.version);
        let mut warnings = std::collections::BTreeMap::<String, u64>::new();
        for warning in &site.warnings {
            *warnings.entry(warning.name.clone()).or_default() += 1;
        }
        self.many("warnings", "warning", warnings.into_iter());
    }

    fn one(&mut self, name: &str, value: u64) {
        self.signed(name, i64::try_from(value).unwrap_or(i64::MAX));
    }

    fn signed(&mut self, name: &str, value: i64) {
        let gauge = Gauge::<i64>::default();
        gauge.set(value);
        self.0.register(name, about(name), gauge);
    }

    fn many(
        &mut self,
        name: &str,
        label: &'static str,
        values: impl Iterator<Item = (String, u64)>,
    ) {
        let family = Family::<Labels<1>, Gauge>::default();
        for (of, value) in values {
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            family.get_or_create(&[(label, Cow::Owned(of))]).set(value);
        }
        self.0.register(name, about(name), family);
    }
}
