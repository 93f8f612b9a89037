//! A card or a PSAM in a PC/SC reader.
//!
//! | module | holds |
//! |---|---|
//! | `find` | which readers there are, and which one is meant |
//! | `exchange` | one command and its answer, GET RESPONSE and a second try included where the chip's protocol wants them |
//! | `fault` | what the PC/SC service says, in words |
//! | `inside` | what is in each reader, for `greylock readers` |
//! | `watch` | cards that come into a reader and leave it |

mod exchange;
mod fault;
mod find;
mod inside;
mod watch;

use std::ffi::{CStr, CString};
use std::time::{Duration, Instant};

use pcsc::{Card, Context, Disposition, Protocol, Protocols, ReaderState, Scope, ShareMode, State};
use terminal::{Lost, Transport};
use wire::apdu::ResponseBytes;

use crate::error::Error;

pub use inside::look_around;
pub use watch::ReaderWatch;

/// How long a card may take to come: pcscd looks every 400 ms, and a card may bounce.
const COMES_WITHIN: Duration = Duration::from_secs(4);
/// How often a reader whose chip did not answer is asked again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A chip that is on its way out or in. Its protocol is none that fits while its answer to reset is not there yet.
const fn is_passing(error: pcsc::Error) -> bool {
    matches!(
        error,
        pcsc::Error::NoSmartcard
            | pcsc::Error::RemovedCard
            | pcsc::Error::ResetCard
            | pcsc::Error::UnpoweredCard
            | pcsc::Error::UnresponsiveCard
            | pcsc::Error::ProtoMismatch
    )
}

/// A connection to a chip. While it is open no other program disturbs the chip, unless another
/// had it open before; then both share it, one command at a time.
struct Link {
    card: Card,
    protocol: Protocol,
    context: Context,
    /// No other program has the chip open.
    alone: bool,
}

/// A chip in a reader as something to send commands to. Dropping it takes the chip's power.
///
/// After a break it is not known what the chip did. The break is told once, as a lost answer; a
/// card may then be reached again, selects nothing and waits for SELECT. A PSAM is reached again in
/// the next visit, which begins with its selection.
pub struct ReaderSlot {
    name: CString,
    link: Option<Link>,
    comes_back: bool,
}

impl ReaderSlot {
    /// Connects to the card in the reader whose name has this part. A card that is put in again
    /// after a break is reached again.
    ///
    /// # Errors
    /// No PC/SC service, no such reader, more than one, nothing in it, or a chip that is mute or in use.
    pub fn open_card(part: &str) -> Result<Self, Error> {
        Self::open(part, true)
    }

    /// Connects to the PSAM in the reader whose name has this part; a break is its end.
    ///
    /// # Errors
    /// As [`ReaderSlot::open_card`].
    pub fn open_psam(part: &str) -> Result<Self, Error> {
        Self::open(part, false)
    }

    fn open(part: &str, comes_back: bool) -> Result<Self, Error> {
        let context = context()?;
        let name = find::reader(&context, part)?;
        let link = Link::wait(&context, &name).map_err(|error| fault::at_reader(&name, error))?;
        Ok(Self { name, link: Some(link), comes_back })
    }

    /// Why there was no answer.
    #[must_use]
    pub fn why_lost(&self) -> Error {
        fault::lost(&self.name)
    }

    /// Sends a command straight to the service and drops the answer: what a benchmark compares with.
    ///
    /// # Errors
    /// No answer.
    pub fn send_bare(&mut self, command: &[u8]) -> Result<(), Lost> {
        let mut room = [0; pcsc::MAX_BUFFER_SIZE];
        let link = self.link()?;
        link.card.transmit(command, &mut room).map(drop).map_err(|_| Lost::Unknown)
    }

    /// The link, made anew after a break where that is allowed.
    fn link(&mut self) -> Result<&mut Link, Lost> {
        if self.link.is_none() && self.comes_back {
            let context = Context::establish(Scope::User).map_err(|_| Lost::NotSent)?;
            self.link = Some(Link::open(context, &self.name).map_err(|_| Lost::NotSent)?);
        }
        self.link.as_mut().ok_or(Lost::NotSent)
    }
}

impl Transport for ReaderSlot {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let answer = self.link()?.exchange(command);
        if answer.is_err() {
            self.link = None;
        }
        answer
    }

    fn is_present(&mut self) -> bool {
        let context = self.link.as_ref().map(|link| link.context.clone());
        let context = context.or_else(|| Context::establish(Scope::User).ok());
        context.is_some_and(|context| find::is_present(&context, &self.name))
    }
}

impl Link {
    /// The chip that is in the reader, or comes into it soon. One that was just changed for another
    /// is not there yet, although the reader says so until it looks again.
    fn wait(context: &Context, name: &CStr) -> Result<Self, pcsc::Error> {
        let end = Instant::now() + COMES_WITHIN;
        loop {
            match Self::open(context.clone(), name) {
                Err(error) if is_passing(error) && Instant::now() < end => {
                    let mut states = [ReaderState::new(name, State::PRESENT)];
                    let _ = context.get_status_change(LOOK_AGAIN, &mut states);
                }
                result => return result,
            }
        }
    }

    fn open(context: Context, name: &CStr) -> Result<Self, pcsc::Error> {
        find::wait_for_chip(&context, name, COMES_WITHIN)?;
        let (card, alone) = connect(&context, name)?;
        let protocol = card.status2_owned()?.protocol2().unwrap_or(Protocol::T1);
        Ok(Self { card, protocol, context, alone })
    }

    /// One command, with all that belongs to its answer. Where another program has the chip open too, all of it is in
    /// one short PC/SC transaction; who has it alone needs none, and saves two trips to the service.
    fn exchange(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        let t0 = self.protocol == Protocol::T0;
        if self.alone {
            return send_through(&self.card, command, t0);
        }
        let transaction = self.card.transaction().map_err(fault::before_sending)?;
        send_through(&transaction, command, t0)
    }
}

/// One command and its whole answer.
fn send_through(card: &Card, command: &[u8], t0: bool) -> Result<ResponseBytes, Lost> {
    let mut room = [0; pcsc::MAX_BUFFER_SIZE];
    let mut is_first = true;
    let mut send = |command: &[u8]| {
        let was_first = std::mem::replace(&mut is_first, false);
        let answer = card.transmit(command, &mut room).map(<[u8]>::to_vec);
        answer.map_err(|error| if was_first { fault::in_sending(error) } else { Lost::Unknown })
    };
    exchange::exchange(&mut send, command, t0)
}

/// Alone where that is possible, which is told, and then with a reset: a chip that went out and in unnoticed has
/// no power, and one that another program left has state in RAM.
fn connect(context: &Context, name: &CStr) -> Result<(Card, bool), pcsc::Error> {
    match context.connect(name, ShareMode::Exclusive, Protocols::ANY) {
        Ok(mut card) => {
            card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::ResetCard)?;
            Ok((card, true))
        }
        Err(pcsc::Error::SharingViolation) => {
            context.connect(name, ShareMode::Shared, Protocols::ANY).map(|card| (card, false))
        }
        Err(error) => Err(error),
    }
}

fn context() -> Result<Context, Error> {
    Context::establish(Scope::User).map_err(fault::of_service)
}
