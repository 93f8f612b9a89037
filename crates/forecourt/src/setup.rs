//! What a station is made of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dispenser::Dispenser;
use logbook::Logbook;
use wire::{Entry, Stamp};

use crate::feed::Feed;
use crate::parameters::Parameters;
use crate::slot::{CardSlot, PsamSlot};
use crate::uplink::Uplink;

/// The station's local civil time.
pub type ClockFn = Arc<dyn Fn() -> Stamp + Send + Sync>;

/// Told of every entry once it is durable, on the thread of its nozzle and before the act that the entry allows.
pub type Watcher = Arc<dyn Fn(&Entry) + Send + Sync>;

/// So long a grey card waits at first before it is tried again without any news.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The station's power. Once it is off nothing more is sent to a card, a PSAM or a dispenser and nothing more becomes
/// durable, as when a plug is pulled; it does not come back.
#[derive(Clone, Debug, Default)]
pub struct Power(Arc<AtomicBool>);

impl Power {
    /// Pulls the plug.
    pub fn cut(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it is off.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A whole station.
pub struct Setup {
    /// Its name.
    pub name: String,
    /// What is printed on receipts in place of the name.
    pub title: Option<String>,
    /// The build.
    pub version: String,
    /// Three letters.
    pub currency: String,
    /// Digits behind the currency's point.
    pub decimals: u8,
    /// Its nozzles, each with a number of its own.
    pub nozzles: Vec<NozzleSetup>,
    /// Its journal.
    pub logbook: Logbook,
    /// Prices and limits; the logbook may keep newer ones. Where it keeps none these are in force at once, whatever their
    /// time.
    pub parameters: Parameters,
    /// The line to the centre.
    pub uplink: Arc<dyn Uplink>,
    /// Where it tells what happens; the uplink tells there too.
    pub feed: Arc<Feed>,
    /// Its clock.
    pub clock: ClockFn,
    /// Tells every command and answer as an event.
    pub trace: bool,
    /// Signs the grey records on receipts; without it receipts carry none.
    pub identity: Option<Arc<pki::Identity>>,
    /// The issuers served; any when empty.
    pub issuers: Vec<[u8; 8]>,
    /// Its power, for whoever cuts it.
    pub power: Power,
    /// Ends that the centre has stay in the logbook for so many days; for ever when absent.
    pub retention_days: Option<u32>,
    /// A grey card that waits in its reader is tried again after this long at first; usually [`FIRST_PAUSE`].
    pub first_pause: Duration,
    /// Told of every entry.
    pub watcher: Option<Watcher>,
}

/// One nozzle, outlet or counter.
pub struct NozzleSetup {
    /// Its number, 1 to 255.
    pub number: u8,
    /// The number of the product that is sold.
    pub product: u8,
    /// Where cards are put in.
    pub slot: Box<dyn CardSlot>,
    /// Its PSAM.
    pub psam: Box<dyn PsamSlot>,
    /// What is opened.
    pub dispenser: Box<dyn Dispenser>,
}

/// Why a station cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ForecourtError {
    /// Two nozzles have one number, or one has number 0.
    #[error("nozzle {0} is there twice, or is 0: each has a number of its own from 1 to 255")]
    NozzleTwice(u8),
    /// A nozzle sells what the parameters do not know.
    #[error(
        "nozzle {nozzle} sells product {product}, of which the parameters of version {version} say nothing"
    )]
    NoSuchProduct {
        /// The nozzle.
        nozzle: u8,
        /// What it sells.
        product: u8,
        /// Of the parameters.
        version: u64,
    },
    /// A product is measured otherwise than the dispenser does.
    #[error("nozzle {nozzle} measures {measures}, and its product is sold by {sold}")]
    OtherUnit {
        /// The nozzle.
        nozzle: u8,
        /// What its dispenser measures.
        measures: &'static str,
        /// The product's unit.
        sold: String,
    },
    /// What the logbook keeps of the parameters is none.
    #[error("the logbook's parameters: {0}")]
    Parameters(String),
    /// No thread can be had.
    #[error("no thread can be had: {0}")]
    Thread(#[from] std::io::Error),
}
