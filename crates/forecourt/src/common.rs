//! What the threads of a station share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use api::site::{
    Happened, JournalStanding, Nozzle, ParametersStanding, Product, Reader, Site, Warning,
};
use dispenser::Unit;
use logbook::Logbook;
use receipt::{Ending, Paper, Receipt};
use terminal::{Journal as _, Progress, SaleTerms};
use wire::record::Rounding;
use wire::{Amount, ClaimedRecord, LockId, Stamp, Tid, Ttc};

use crate::clock::{Judged, judge};
use crate::feed::Feed;
use crate::grants::Grants;
use crate::parameters::Parameters;
use crate::post::Post;
use crate::prices::Prices;
use crate::refused::{NoLock, Refused};
use crate::setup::{ClockFn, ForecourtError, NozzleSetup, Power, Setup, Watcher};
use crate::station::OpenLock;
use crate::uplink::Uplink;
use crate::warden::Bell;

/// What the threads of a station share.
pub(crate) struct Common {
    pub(crate) name: String,
    title: Option<String>,
    version: String,
    currency: String,
    pub(crate) decimals: u8,
    pub(crate) logbook: Logbook,
    pub(crate) uplink: Arc<dyn Uplink>,
    pub(crate) feed: Arc<Feed>,
    clock: ClockFn,
    pub(crate) trace: bool,
    identity: Option<Arc<pki::Identity>>,
    pub(crate) issuers: Vec<[u8; 8]>,
    pub(crate) power: Power,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) retention_days: Option<u32>,
    pub(crate) grants: Grants,
    pub(crate) first_pause: Duration,
    posts: BTreeMap<u8, Arc<Post>>,
    /// What each nozzle sells, and what its dispenser measures.
    products: BTreeMap<u8, (u8, Unit)>,
    prices: Prices,
    closing: AtomicBool,
    bell: Arc<Bell>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Common {
    pub(crate) fn open(setup: Setup) -> Result<Arc<Self>, ForecourtError> {
        let Setup {
            name, title, version, currency, decimals, nozzles, logbook, parameters, ..
        } = setup;
        let Setup {
            uplink,
            feed,
            clock,
            trace,
            identity,
            issuers,
            power,
            watcher,
            retention_days,
            first_pause,
            ..
        } = setup;
        let prices = Prices::open(parameters, &logbook, clock())?;
        let parameters = prices.now(clock());
        check(&nozzles, &parameters)?;
        let posts = nozzles.iter().map(|nozzle| {
            let shown = at_first(nozzle, &parameters);
            (nozzle.number, Arc::new(Post::new(shown, Arc::clone(&feed))))
        });
        let posts: BTreeMap<_, _> = posts.collect();
        let products =
            nozzles.iter().map(|nozzle| (nozzle.number, (nozzle.product, nozzle.dispenser.unit())));
        let products = products.collect();
        let (closing, threads) = (AtomicBool::new(false), Mutex::default());
        let common = Arc::new(Self {
            name,
            title,
            version,
            currency,
            decimals,
            logbook,
            uplink,
            feed,
            clock,
            trace,
            identity,
            issuers,
            power,
            watcher,
            retention_days,
            grants: Grants::default(),
            first_pause,
            posts,
            products,
            prices,
            closing,
            bell: Arc::default(),
            threads,
        });
        common.hear();
        common.begin(nozzles).inspect_err(|_| common.cut())?;
        Ok(common)
    }

    /// One thread for each nozzle, and one that looks after the station.
    fn begin(self: &Arc<Self>, nozzles: Vec<NozzleSetup>) -> Result<(), ForecourtError> {
        let alone = nozzles.len() == 1;
        for (setup, post) in nozzles.into_iter().filter_map(|setup| {
            let post = self.posts.get(&setup.number)?;
            Some((setup, post))
        }) {
            let name = format!("nozzle {}", setup.number);
            let nozzle = crate::nozzle::Nozzle::new(setup, self, post, alone);
            let thread = std::thread::Builder::new().name(name);
            self.threads().push(thread.spawn(move || nozzle.run())?);
        }
        let (common, bell) = (Arc::clone(self), Arc::clone(&self.bell));
        let thread = std::thread::Builder::new().name("warden".to_owned());
        self.threads().push(thread.spawn(move || crate::warden::watch(&common, &bell))?);
        Ok(())
    }

    /// Pulls the plug.
    pub(crate) fn cut(&self) {
        self.power.cut();
        self.close();
    }

    /// Prices and limits in force; those that waited come into force at their time.
    pub(crate) fn prices_now(&self) -> Arc<Parameters> {
        self.prices.now(self.now())
    }

    /// A product as a nozzle shows it now.
    pub(crate) fn product(&self, number: u8) -> Product {
        product_of(&self.prices_now(), number)
    }

    /// What a nozzle sells now, up to a limit. What has no price is refused by the terminal.
    pub(crate) fn sale_terms(&self, nozzle: u8, product: u8, limit: Amount) -> SaleTerms {
        sale_terms_of(&self.prices_now(), (nozzle, product), limit)
    }

    /// Whether a new lock or purchase may begin now, as far as clock, disk and logbook go.
    pub(crate) fn may_lock(&self) -> Result<(), NoLock> {
        self.logbook.has_room().map_err(|little| NoLock::DiskLow(little.to_string()))?;
        self.logbook.broken().map_or(Ok(()), |words| Err(NoLock::LogbookBroken(words)))?;
        let behind = |newest: Stamp| self.now().unix_seconds() < newest.unix_seconds();
        match self.clock_judged() {
            Judged::Off { other_day: true, .. } => Err(NoLock::ClockOff),
            // What stands in the journal from later was made with a clock that ran ahead.
            Judged::Right | Judged::Off { .. } => Ok(()),
            Judged::Unknown if self.logbook.newest().is_some_and(behind) => {
                Err(NoLock::ClockBehind)
            }
            Judged::Unknown => Ok(()),
        }
    }

    /// What the centre says of the clock as it stands now.
    pub(crate) fn clock_judged(&self) -> Judged {
        let now = self.now();
        let judged = judge(now, self.uplink.clock_offset(now));
        if matches!(judged, Judged::Off { .. }) {
            self.uplink.ask_time();
        }
        judged
    }

    pub(crate) fn now(&self) -> Stamp {
        (self.clock)()
    }

    pub(crate) fn post(&self, number: u8) -> Result<&Arc<Post>, Refused> {
        self.posts.get(&number).ok_or(Refused::NoSuchNozzle(number))
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst) || self.power.is_off()
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        self.posts.values().for_each(|post| post.close());
        self.bell.ring();
        let threads = std::mem::take(&mut *self.threads());
        for thread in threads {
            // A thread that panicked has ended, too.
            let _ = thread.join();
        }
    }

    pub(crate) fn look_again(&self) {
        self.posts.values().for_each(|post| post.look_again());
    }

    /// The journal says more of a lock, whose card may be at another nozzle by now.
    pub(crate) fn look_again_at(&self, number: (Tid, Ttc)) {
        self.posts.values().for_each(|post| post.look_again_at(number));
    }

    /// The list changed: who waits for a record that is on it now looks again.
    fn look_at_the_list(&self) {
        for post in self.posts.values() {
            if post.list_changed().as_ref().is_some_and(|lock| self.is_on_the_list(lock)) {
                post.look_again();
            }
        }
    }

    /// Whether the list may free this card. One of a lock of which the card refused a record is left to the wait.
    pub(crate) fn is_on_the_list(&self, lock: &LockId) -> bool {
        self.uplink.is_listed(lock) && !self.logbook.has_refused(lock)
    }

    /// Grey cards that wait are tried again when the centre comes back, and when their record comes.
    fn hear(self: &Arc<Self>) {
        let (common, was_up) = (Arc::downgrade(self), AtomicBool::new(false));
        self.feed.set_ear(Box::new(move |happened| {
            let Some(common) = common.upgrade() else { return };
            match happened {
                Happened::Centre { line, .. } => {
                    let is_up = line.state == "up";
                    if is_up && !was_up.swap(is_up, Ordering::SeqCst) {
                        common.look_again();
                    }
                    was_up.store(is_up, Ordering::SeqCst);
                }
                Happened::List { list, .. } if list == "grey_list" => common.look_at_the_list(),
                _ => {}
            }
        }));
    }

    pub(crate) fn site(&self) -> Site {
        let standing = self.uplink.standing();
        Site {
            name: self.name.clone(),
            version: self.version.clone(),
            currency: self.currency.clone(),
            decimals: self.decimals,
            nozzles: self.posts.values().map(|post| post.shown()).collect(),
            centre: standing.centre,
            neighbours: standing.neighbours,
            blacklist: standing.blacklist,
            grey_list: standing.grey_list,
            journal: self.journal(),
            parameters: self.parameters(),
            time: words_of(self.now()),
            warnings: self.warnings(),
        }
    }

    pub(crate) fn journal(&self) -> JournalStanding {
        JournalStanding {
            records: self.logbook.records(),
            open_locks: self.logbook.open_locks().len() as u64,
            free: self.logbook.free(),
            takes_locks: self.may_lock().is_ok(),
        }
    }

    pub(crate) fn parameters(&self) -> ParametersStanding {
        self.prices.standing(self.now())
    }

    pub(crate) fn set_parameters(
        &self,
        parameters: Parameters,
    ) -> Result<ParametersStanding, Refused> {
        for (nozzle, (product, measures)) in &self.products {
            let Some(sold) = parameters.product(*product) else {
                let words = format!("nozzle {nozzle} sells product {product}, which is missing");
                return Err(Refused::Malformed(words));
            };
            let unit = &sold.terms.unit;
            if unit != measures.symbol() {
                let words = format!(
                    "nozzle {nozzle} measures {measures}, and product {product} is sold by {unit}"
                );
                return Err(Refused::Malformed(words));
            }
        }
        self.prices.set(parameters, &self.logbook, self.now())?;
        Ok(self.parameters())
    }

    pub(crate) fn warnings(&self) -> Vec<Warning> {
        crate::warnings::all(self, self.posts.values().filter_map(|post| post.warning()))
    }

    pub(crate) fn grey_record(&self, lock: &LockId) -> Option<ClaimedRecord> {
        match self.logbook.progress(lock.tid, lock.ttc)? {
            Progress::Claimed(record) if record.terms.id == *lock => Some(record),
            _ => None,
        }
    }

    pub(crate) fn open_locks(&self) -> Vec<OpenLock> {
        self.logbook.look(|index| {
            let open = index.locks().filter(|(_, progress)| {
                progress.is_open() || matches!(progress, Progress::Claimed(_))
            });
            open.filter_map(|(_, progress)| open_lock(progress)).collect()
        })
    }

    pub(crate) fn receipt(&self, tid: Tid, ttc: Ttc) -> Option<Receipt> {
        let progress = self.logbook.progress(tid, ttc)?;
        let record = *progress.record()?;
        let ending = match progress {
            Progress::Settled(record, _) => {
                let balance = record.terms.balance.checked_sub(record.delivery.amount);
                Ending::Paid { balance: balance.unwrap_or_default() }
            }
            _ => Ending::Grey,
        };
        let prices = self.prices_now();
        let product = prices.product(record.certified.product);
        let product = product.map(|product| (&product.terms.name, &product.terms.unit));
        let (product, unit) = product.map_or_else(
            || (format!("product {}", record.certified.product), String::new()),
            |(name, unit)| (name.clone(), unit.clone()),
        );
        Some(Receipt {
            station: self.title.as_ref().unwrap_or(&self.name).clone(),
            product,
            unit,
            currency: self.currency.clone(),
            decimals: self.decimals,
            record,
            ending,
        })
    }

    pub(crate) fn paper(&self, tid: Tid, ttc: Ttc) -> Option<Paper> {
        let Progress::Claimed(record) = self.logbook.progress(tid, ttc)? else { return None };
        Paper::sign(&record, self.identity.as_deref()?).ok()
    }
}

/// What a nozzle sells by these prices.
pub(crate) fn sale_terms_of(
    prices: &Parameters,
    (nozzle, product): (u8, u8),
    limit: Amount,
) -> SaleTerms {
    let found = prices.product(product);
    SaleTerms {
        nozzle,
        product,
        unit_price: found.as_ref().map_or(0, |product| product.terms.unit_price),
        rounding: found.map_or(Rounding::Down, |product| product.rounding),
        limit,
    }
}

fn open_lock(progress: &Progress) -> Option<OpenLock> {
    let certified = match progress {
        Progress::Locked(_, certified) | Progress::Delivered(_, certified, _) => Some(certified),
        Progress::Claimed(record) => Some(&record.certified),
        _ => None,
    };
    let nozzle = certified.map(|certified| certified.nozzle);
    Some(OpenLock { lock: progress.terms()?.id, step: progress.name(), nozzle })
}

fn check(nozzles: &[NozzleSetup], parameters: &Parameters) -> Result<(), ForecourtError> {
    for (at, nozzle) in nozzles.iter().enumerate() {
        let number = nozzle.number;
        if number == 0 || nozzles.iter().take(at).any(|other| other.number == number) {
            return Err(ForecourtError::NozzleTwice(number));
        }
        let (product, version) = (nozzle.product, parameters.version());
        let missing = || ForecourtError::NoSuchProduct { nozzle: number, product, version };
        let product = parameters.product(product).ok_or_else(missing)?;
        let measures = nozzle.dispenser.unit().symbol();
        if measures != product.terms.unit {
            let sold = product.terms.unit.clone();
            return Err(ForecourtError::OtherUnit { nozzle: number, measures, sold });
        }
    }
    Ok(())
}

fn at_first(nozzle: &NozzleSetup, parameters: &Parameters) -> Nozzle {
    let (kind, place) = nozzle.slot.describe();
    Nozzle {
        number: nozzle.number,
        product: product_of(parameters, nozzle.product),
        state: "out_of_order".to_owned(),
        message: Some("the nozzle is being started".to_owned()),
        tid: None,
        reader: Reader { kind: kind.to_owned(), place },
        card: None,
        sale: None,
        visit: None,
        totalizer: None,
    }
}

/// A product as a nozzle shows it; one without a price is not sold.
pub(crate) fn product_of(parameters: &Parameters, number: u8) -> Product {
    let terms = parameters.product(number).map(|product| product.terms.clone());
    let terms = terms.unwrap_or_default();
    Product { number, name: terms.name, unit: terms.unit, unit_price: terms.unit_price }
}

/// `YYYYMMDDhhmmss+hhmm`.
pub(crate) fn words_of(now: Stamp) -> String {
    let minutes = now.utc_offset_minutes;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("{}{}{sign}{:02}{:02}", now.date, now.time, minutes / 60, minutes % 60)
}
