//! The centre's own rules behind a line that can be cut.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use api::site::{Line, ListStanding};
use forecourt::{ClockOffset, Flushed, Found, Standing, Uplink};
use host::{TransferRequest, UnlockRequest};
use logbook::Logbook;
use station::{LinkDown, OpenTransfer, Records as _, Sought, TransferAnswer, UnlockAnswer};
use terminal::online::{Asked, Decided};
use terminal::transfer::{TransferAsked, TransferDecided, Way};
use wire::{Asn, ClaimedRecord, LockId, Mac, Stamp};

use super::chips::{Rules, noon};

pub struct FakeUplink {
    pub rules: Mutex<Rules>,
    station: String,
    /// What it reports from; without it nothing is to be reported.
    pub logbook: Mutex<Option<Logbook>>,
    pub up: AtomicBool,
    pub blacklisted: Mutex<Vec<Asn>>,
    pub records: Mutex<BTreeMap<LockId, (ClaimedRecord, Found)>>,
    pub nudges: AtomicU64,
    /// What the centre says of the station's clock.
    pub offset: Mutex<Option<i64>>,
    /// Seconds since the line is as it is.
    pub since: AtomicU64,
    /// Seconds since the centre confirmed the lists.
    pub confirmed: Mutex<Option<u64>>,
    /// Calls that had to wait for the network.
    pub waits: AtomicU64,
    /// Threads that asked which transfers are open and have ended: what they heard is where it was to go.
    pub heard: Arc<AtomicU64>,
}

/// Counts the thread that holds it when that ends.
struct Ends(Arc<AtomicU64>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

thread_local! {
    static ENDS: RefCell<Option<Ends>> = const { RefCell::new(None) };
}

impl FakeUplink {
    pub fn new(rules: Rules, station: &str) -> Self {
        Self {
            rules: Mutex::new(rules),
            station: station.to_owned(),
            logbook: Mutex::default(),
            up: AtomicBool::new(true),
            blacklisted: Mutex::default(),
            records: Mutex::default(),
            nudges: AtomicU64::new(0),
            offset: Mutex::default(),
            since: AtomicU64::new(0),
            confirmed: Mutex::new(Some(1)),
            waits: AtomicU64::new(0),
            heard: Arc::default(),
        }
    }

    fn line(&self) -> Result<(), LinkDown> {
        self.waits.fetch_add(1, Ordering::SeqCst);
        if self.up.load(Ordering::SeqCst) { Ok(()) } else { Err(LinkDown) }
    }
}

const fn at_centre(way: Way) -> host::Way {
    match way {
        Way::Load => host::Way::Load,
        Way::Unload => host::Way::Unload,
    }
}

impl Uplink for FakeUplink {
    fn nudge(&self) {
        self.nudges.fetch_add(1, Ordering::SeqCst);
    }

    fn flush(&self) -> Flushed {
        if self.line().is_err() {
            return Flushed::Not;
        }
        let Some(mut logbook) = self.logbook.lock().unwrap().clone() else { return Flushed::All };
        let outbox = logbook.unreported();
        let mut rules = self.rules.lock().unwrap();
        let mut all = true;
        for report in &outbox.reports {
            all &= host::is_final(&rules.hear(&self.station, report, noon(30)));
        }
        if all && !outbox.reports.is_empty() {
            logbook.mark_reported(outbox.through).unwrap();
        }
        if all { Flushed::All } else { Flushed::Some }
    }

    fn is_blacklisted(&self, asn: Asn) -> bool {
        self.blacklisted.lock().unwrap().contains(&asn)
    }

    fn grey_record(&self, sought: &Sought<'_>) -> Option<(ClaimedRecord, Found)> {
        if let Some(found) = self.records.lock().unwrap().get(sought.lock) {
            let elsewhere = found.1 != Found::List;
            let usable = (sought.fits)(&found.0) && (sought.anywhere || !elsewhere);
            if usable {
                return Some(*found);
            }
        }
        self.line().ok()?;
        let record = self.rules.lock().unwrap().grey_record(sought.lock)?;
        (sought.fits)(&record).then_some((record, Found::List))
    }

    fn is_listed(&self, lock: &LockId) -> bool {
        let records = self.records.lock().unwrap();
        records.get(lock).is_some_and(|(_, found)| *found == Found::List)
    }

    fn unlock(&self, asked: &Asked) -> Result<UnlockAnswer, LinkDown> {
        self.line()?;
        let Asked { asn, tid, status, init } = *asked;
        let request = UnlockRequest { tid, asn, status, init, now: noon(40) };
        Ok(match self.rules.lock().unwrap().unlock(&request) {
            Ok(host::UnlockAnswer::Decided(decision)) => UnlockAnswer::Decided(Decided {
                amount: decision.amount,
                date: decision.date,
                time: decision.time,
                mac2: decision.mac2,
            }),
            Ok(host::UnlockAnswer::Wait(reason)) => UnlockAnswer::Wait(reason.to_string()),
            Err(refusal) => UnlockAnswer::Wait(refusal.to_string()),
        })
    }

    fn transfer(&self, asked: &TransferAsked) -> Result<TransferAnswer, LinkDown> {
        self.line()?;
        let TransferAsked { way, asn, tid, purse, amount, init } = *asked;
        let (way, now) = (at_centre(way), noon(50));
        let request = TransferRequest { way, tid, asn, purse, amount, init, account: None, now };
        Ok(match self.rules.lock().unwrap().decide_transfer(&request) {
            Ok(decided) => {
                let host::TransferDecision { date, time, mac2 } = decided;
                TransferAnswer::Decided(TransferDecided { date, time, mac2 })
            }
            Err(refusal) => TransferAnswer::Refused(refusal.to_string()),
        })
    }

    fn open_transfers(&self, asn: Asn) -> Result<Vec<OpenTransfer>, LinkDown> {
        ENDS.with_borrow_mut(|ends| _ = ends.get_or_insert_with(|| Ends(Arc::clone(&self.heard))));
        self.line()?;
        let open = self.rules.lock().unwrap().open_transfers(asn);
        Ok(open
            .into_iter()
            .map(|host::OpenTransfer { way, purse, otc }| {
                let way = match way {
                    host::Way::Load => Way::Load,
                    host::Way::Unload => Way::Unload,
                };
                OpenTransfer { way, purse, otc }
            })
            .collect())
    }

    fn prove_transfer(&self, asn: Asn, open: OpenTransfer, tac: Mac) -> Result<bool, LinkDown> {
        self.line()?;
        let OpenTransfer { way, purse, otc } = open;
        let open = host::OpenTransfer { way: at_centre(way), purse, otc };
        Ok(self.rules.lock().unwrap().confirm_transfer(asn, open, tac, noon(55)).is_ok())
    }

    fn ask_time(&self) {}

    fn clock_offset(&self, _: Stamp) -> Option<ClockOffset> {
        let ahead = (*self.offset.lock().unwrap())?;
        Some(ClockOffset { ahead, within: 2 })
    }

    fn standing(&self) -> Standing {
        let seconds = *self.confirmed.lock().unwrap();
        let list = ListStanding { version: 1, digest: "0".repeat(64), rows: 0, seconds };
        let since = self.since.load(Ordering::SeqCst);
        let state = if self.up.load(Ordering::SeqCst) { "up" } else { "down" };
        Standing {
            centre: Line { state: state.to_owned(), reason: None, seconds: since, queue: 0 },
            neighbours: Vec::new(),
            blacklist: list.clone(),
            grey_list: list,
        }
    }
}
