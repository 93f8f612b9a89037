//! One nozzle's thread: out of order, free, or with a card in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::alarm::Alarm;
use api::site::Warning;
use terminal::{Clock, Failure, Journal as _, Progress, SaleTerms, Terminal};
use wire::{Amount, Stamp, StatusWord, Tid, Ttc};

use crate::book::Book;
use crate::common::Common;
use crate::contact::Contact;
use crate::outcome;
use crate::post::{Post, Refusal};
use crate::pump::Pump;
use crate::setup::NozzleSetup;
use crate::slot::{CardInside, CardSlot, PsamSlot};
use crate::words::failure_words;

/// How long the reader is waited for, before the thread looks whether the station ends.
const WAIT: Duration = Duration::from_millis(200);
/// A nozzle that is free asks its dispenser this often whether it is still there.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// A nozzle that is out of order is tried again after this long at first, and then after twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// So many of a PSAM's last numbers are looked at for given-up locks when it gets power.
const LOOK_BACK: u32 = 1000;
/// After a fault of the program: so long that the warden tells it.
const FAULT_PAUSE: Duration = Duration::from_secs(2);

/// Why a nozzle is out of order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    Psam(String),
    Dispenser(String),
    Reader(String),
    /// A lock of the journal cannot be finished now.
    OpenLock(String),
    /// The program broke off.
    Fault(String),
}

impl Trouble {
    fn warning(&self, nozzle: u8) -> Warning {
        let (alarm, words) = match self {
            Self::Psam(words) => (Alarm::PsamSilent, words),
            Self::Dispenser(words) => (Alarm::DispenserSilent, words),
            Self::Reader(words) => (Alarm::ReaderSilent, words),
            Self::OpenLock(words) => (Alarm::OpenLock, words),
            Self::Fault(words) => (Alarm::ProgramFault, words),
        };
        alarm.says_at(nozzle, words.clone())
    }
}

/// The time, as a terminal asks for it.
pub(crate) struct StationClock(Arc<Common>);

impl Clock for StationClock {
    fn now(&mut self) -> Stamp {
        self.0.now()
    }
}

/// What a terminal works with, besides the card.
pub(crate) struct Works {
    pub(crate) psam: Contact,
    pub(crate) tid: Tid,
    pub(crate) book: Book,
    clock: StationClock,
    pub(crate) pump: Pump,
    alone: bool,
}

/// The terminal of a nozzle.
pub(crate) type NozzleTerminal<'a> = Terminal<'a, Contact, Contact, Book, StationClock, Pump>;

impl Works {
    pub(crate) const fn terminal<'a>(
        &'a mut self,
        card: &'a mut Contact,
        sale: SaleTerms,
    ) -> NozzleTerminal<'a> {
        Terminal {
            card,
            psam: &mut self.psam,
            journal: &mut self.book,
            clock: &mut self.clock,
            dispenser: &mut self.pump,
            sale,
            tid: self.tid,
            alone: self.alone,
        }
    }

    /// What a failure says of the nozzle, when it is not about the card.
    pub(crate) fn trouble(&self, failure: &Failure) -> Option<Trouble> {
        match failure {
            // One that lost its power for a moment answers 6985 to everything until it is selected again.
            Failure::PsamLost { .. }
            | Failure::PsamRefused { status: StatusWord::CONDITIONS, .. } => {
                Some(Trouble::Psam(failure_words(failure)))
            }
            Failure::DispenserSilent => Some(Trouble::Dispenser(self.pump.last_error())),
            Failure::Journal => Some(Trouble::OpenLock(self.book.last_error())),
            _ => None,
        }
    }
}

/// One nozzle's thread.
pub(crate) struct Nozzle {
    pub(crate) common: Arc<Common>,
    pub(crate) post: Arc<Post>,
    pub(crate) number: u8,
    product: u8,
    pub(crate) slot: Box<dyn CardSlot>,
    psam_slot: Box<dyn PsamSlot>,
    psam_has_power: bool,
    pub(crate) works: Works,
    /// The card that was given out may still be in.
    pub(crate) given: bool,
    /// A card that nobody has looked at yet.
    inside: Option<CardInside>,
}

impl Nozzle {
    pub(crate) fn new(
        setup: NozzleSetup,
        common: &Arc<Common>,
        post: &Arc<Post>,
        alone: bool,
    ) -> Self {
        let NozzleSetup { number, product, slot, psam, dispenser } = setup;
        let works = Works {
            psam: Contact::nothing(Arc::clone(common), number),
            tid: Tid::default(),
            book: Book::new(common, number),
            clock: StationClock(Arc::clone(common)),
            pump: Pump::new(dispenser, common, post),
            alone,
        };
        Self {
            common: Arc::clone(common),
            post: Arc::clone(post),
            number,
            product,
            slot,
            psam_slot: psam,
            psam_has_power: false,
            works,
            given: false,
            inside: None,
        }
    }

    /// Works until the station ends. A fault of the program must not leave a nozzle behind that looks as if it worked: its
    /// visit ends, and it begins anew with what the journal says.
    pub(crate) fn run(mut self) {
        let mut pause = FAULT_PAUSE;
        while catch_unwind(AssertUnwindSafe(|| self.work())).is_err() {
            (self.psam_has_power, self.given, self.inside) = (false, true, None);
            let words =
                "the program broke off at this nozzle and begins anew: report it with the log";
            if let Some((visit, what)) = self.post.running() {
                let begun = outcome::begun(self.number, visit, what);
                self.post.end_visit(&outcome::refused(begun, "program_fault", words.to_owned()));
            }
            self.out_of_order(&Trouble::Fault(words.to_owned()));
            self.post.rest(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn work(&mut self) {
        let mut pause = FIRST_PAUSE;
        while !self.common.is_closing() {
            let mut served = self.make_ready();
            if served.is_ok() {
                pause = FIRST_PAUSE;
                self.post.trouble(None);
                served = self.serve();
            }
            let Err(trouble) = served else { break };
            self.out_of_order(&trouble);
            self.post.rest(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.post.refuse(Refusal::Closing);
        self.post.show(|nozzle| {
            nozzle.state = "out_of_order".to_owned();
            nozzle.message = Some("the station is closed".to_owned());
            (nozzle.card, nozzle.sale) = (None, None);
        });
    }

    fn out_of_order(&mut self, trouble: &Trouble) {
        if matches!(trouble, Trouble::Psam(_)) {
            self.psam_has_power = false;
        }
        let warning = trouble.warning(self.number);
        self.post.refuse(Refusal::OutOfOrder(warning.words.clone()));
        self.post.show(|nozzle| {
            nozzle.state = "out_of_order".to_owned();
            nozzle.message = Some(warning.words.clone());
            match trouble {
                Trouble::Psam(_) => nozzle.tid = None,
                Trouble::Dispenser(_) => nozzle.totalizer = None,
                _ => {}
            }
        });
        self.post.trouble(Some(warning));
    }

    /// PSAM and dispenser answer. A card that is in is kept for its look, which begins with the open locks; when there is
    /// none they are taken as far as they go without.
    fn make_ready(&mut self) -> Result<(), Trouble> {
        if !self.psam_has_power {
            let chip = self.psam_slot.power().map_err(|silent| Trouble::Psam(silent.0))?;
            let mut psam = Contact::psam(Arc::clone(&self.common), self.number, chip);
            let tid = terminal::psam::open(&mut psam);
            let tid = tid.map_err(|failure| Trouble::Psam(failure_words(&failure)))?;
            (self.works.psam, self.works.tid, self.psam_has_power) = (psam, tid, true);
            self.retire_given_up()?;
        }
        if !self.common.logbook.is_own(self.works.tid) {
            // Where it cannot be written now it is known until the disk is read again, and then it is said once more.
            let _ = self.common.logbook.own_psam(self.works.tid);
        }
        let tid = self.works.tid.to_string();
        self.post.show(|nozzle| nozzle.tid = Some(tid));
        self.claim_delivered()?;
        let read = terminal::Dispenser::totalizer(&mut self.works.pump);
        read.map_err(|_| Trouble::Dispenser(self.works.pump.last_error()))?;
        let inside =
            if self.given { self.slot.again() } else { self.slot.wait_for_card(Duration::ZERO) };
        self.inside = inside.map_err(|silent| Trouble::Reader(silent.0))?;
        self.given = self.inside.is_some();
        if self.given { Ok(()) } else { self.recover_without_card() }
    }

    /// Locks that were given up may still have their slots in the PSAM, when it was silent then; once their ends leave the
    /// journal nobody would free those.
    fn retire_given_up(&mut self) -> Result<(), Trouble> {
        let Works { psam, tid, book, .. } = &mut self.works;
        let highest = book.highest_ttc(*tid).unwrap_or_default();
        let mut after = highest.0.checked_sub(LOOK_BACK).map(Ttc);
        while let Some(ttc) = book.next_given_up(*tid, after) {
            if let Some(terms) = book.progress(*tid, ttc).as_ref().and_then(Progress::terms) {
                let retired = terminal::psam::retire(psam, terms);
                retired.map_err(|failure| Trouble::Psam(failure_words(&failure)))?;
            }
            after = Some(ttc);
        }
        Ok(())
    }

    /// What was delivered is claimed before anything else is waited for: that needs journal and PSAM alone, and of a lock
    /// that was cut off while it flowed the totalizer, which is looked for next anyway.
    fn claim_delivered(&mut self) -> Result<(), Trouble> {
        let sale = self.sale_terms(Amount::MAX);
        let mut nothing = Contact::nothing(Arc::clone(&self.common), self.number);
        let Err(failure) = self.works.terminal(&mut nothing, sale).claim_delivered() else {
            return Ok(());
        };
        match self.works.trouble(&failure) {
            Some(trouble @ (Trouble::Psam(_) | Trouble::OpenLock(_))) => Err(trouble),
            _ => Ok(()),
        }
    }

    /// Ends what the journal holds open as far as that goes without a card. While one is in nothing is said to be final
    /// that it may still show.
    fn recover_without_card(&mut self) -> Result<(), Trouble> {
        let sale = self.sale_terms(Amount::MAX);
        let mut nothing = Contact::nothing(Arc::clone(&self.common), self.number);
        let recovered = self.works.terminal(&mut nothing, sale).recover(None);
        recovered.map(drop).map_err(|failure| {
            let other = || Trouble::OpenLock(failure_words(&failure));
            self.works.trouble(&failure).unwrap_or_else(other)
        })
    }

    /// A card from its insertion on, and what its leaving makes final.
    fn take(&mut self, card: CardInside) -> Result<(), Trouble> {
        self.card_in(card)?;
        if self.given || self.common.is_closing() { Ok(()) } else { self.recover_without_card() }
    }

    /// Takes cards until something falls silent or the station ends.
    fn serve(&mut self) -> Result<(), Trouble> {
        if let Some(card) = self.inside.take() {
            self.take(card)?;
        }
        let mut asked = Instant::now();
        while !self.common.is_closing() {
            self.show_free();
            let waited = self.slot.wait_for_card(WAIT);
            if let Some(card) = waited.map_err(|silent| Trouble::Reader(silent.0))? {
                self.take(card)?;
            } else if asked.elapsed() >= ASK_EVERY {
                asked = Instant::now();
                let read = terminal::Dispenser::totalizer(&mut self.works.pump);
                read.map_err(|_| Trouble::Dispenser(self.works.pump.last_error()))?;
            }
        }
        Ok(())
    }

    fn show_free(&self) {
        self.post.refuse(Refusal::NoCard);
        let product = self.common.product(self.product);
        self.post.show(|nozzle| {
            nozzle.state = "free".to_owned();
            nozzle.product = product;
            (nozzle.message, nozzle.card, nozzle.sale) = (None, None, None);
        });
    }

    /// What is sold here now, up to a limit.
    pub(crate) fn sale_terms(&self, limit: Amount) -> SaleTerms {
        self.common.sale_terms(self.number, self.product, limit)
    }

    pub(crate) const fn product(&self) -> u8 {
        self.product
    }
}
