//! A virtual card or PSAM in a reader of pcscd, by way of the vpcd driver.
//!
//! | module | holds |
//! |---|---|
//! | `atr` | what the chips answer to a reset |
//! | `t0` | answers that are fetched, for readers that speak T=0 |
//! | `vpcd` | the driver's frames |
//! | `hands` | the signals that pull the chip out and put it back |

mod atr;
mod hands;
mod t0;
mod vpcd;

use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use nvm::Kind;
use terminal::Transport;

use self::hands::Hands;
use self::t0::T0;
use self::vpcd::Request;
use crate::error::{Error, Fault};
use crate::media::{Chip, FileNvm, Growth, Place, Slot};
use crate::output::Context;

/// How often a reader that is not there is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// pcscd looks every 400 ms whether a chip is there. One out for this long was seen to be out.
const SEEN_TO_BE_OUT: Duration = Duration::from_millis(900);
/// A reader powers a chip as soon as it sees it come. One that was asked for its ATR so often and
/// got no power came too soon after another to be seen: it goes out once more.
const UNSEEN_AFTER: u32 = 3;
/// How long a reader may take to accept a chip.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// What was done until the end.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Served {
    /// Commands answered.
    pub(crate) apdus: u64,
    /// How often the chip got power, resets counted in.
    pub(crate) power_ons: u64,
    /// How often it was put into the reader.
    pub(crate) insertions: u64,
}

/// A chip whose file stays taken while its power comes and goes.
struct Virtual<C> {
    memory: FileNvm,
    place: Place,
    powered: Option<Slot<C>>,
    /// What it keeps between commands when it speaks T=0.
    t0: Option<T0>,
    served: Served,
}

/// Why a chip left its reader.
enum Left {
    /// The connection ended.
    Closed,
    /// A command came before power. A chip without power answers nothing, and the reader waits
    /// for an answer for ever, so that it has to lose the chip. Or no power ever came.
    NoPower,
}

/// Serves an image at a reader until a signal ends it, with T=1 or T=0.
///
/// # Errors
/// The image cannot be used, or its chip falls silent.
pub(crate) fn serve<C: Chip<FileNvm>>(
    place: &Place,
    vpcd: &str,
    t0: bool,
    context: &mut Context<'_>,
) -> Result<Served, Error>
where
    Slot<C>: Transport,
{
    let mut chip = Virtual::<C>::open(place, t0)?;
    check_address(vpcd)?;
    let hands = Hands::on_signals().map_err(|error| system("signals cannot be heard", &error))?;
    let mut was_told = false;
    while hands.wait_for_insertion() {
        let Ok(mut reader) = connect(vpcd) else {
            if !was_told {
                context.note(&format!(
                    "waiting: no reader listens at {vpcd} yet (is pcscd running, with vpcd?)"
                ));
            }
            was_told = true;
            hands.pause(LOOK_AGAIN);
            continue;
        };
        if !hands.hold(&reader).map_err(|error| system("the reader is lost", &error))? {
            continue;
        }
        was_told = false;
        context.note(&format!("{place} is in the reader at {vpcd}"));
        let left = chip.answer_reader(&mut reader);
        drop(reader);
        chip.powered = None;
        let pulled = hands.let_go();
        context.note(&format!("{place} is out of the reader"));
        match left? {
            Left::NoPower => hands.pause(SEEN_TO_BE_OUT),
            Left::Closed if !pulled => hands.pause(LOOK_AGAIN),
            Left::Closed => {}
        }
    }
    Ok(chip.served)
}

impl<C: Chip<FileNvm>> Virtual<C>
where
    Slot<C>: Transport,
{
    /// Takes the image and tries its power, so that a damaged one is told before any reader sees it.
    fn open(place: &Place, t0: bool) -> Result<Self, Error> {
        let memory = FileNvm::open(place.image()?, Growth::Fixed)?;
        let served = Served::default();
        let t0 = t0.then(T0::default);
        let mut chip = Self { memory, place: place.clone(), powered: None, t0, served };
        chip.power_on()?;
        chip.powered = None;
        chip.served = served;
        Ok(chip)
    }

    fn power_on(&mut self) -> Result<(), Error> {
        self.powered = None;
        let medium = self.memory.again()?;
        let faults = medium.faults();
        self.powered = Some(Slot::over(medium, &self.place, faults)?);
        self.t0 = self.t0.take().map(|_| T0::default());
        self.served.power_ons += 1;
        Ok(())
    }

    /// Answers the reader until the connection ends. A connection that breaks is a chip pulled.
    fn answer_reader(&mut self, reader: &mut TcpStream) -> Result<Left, Error> {
        self.served.insertions += 1;
        let _slower_without = reader.set_nodelay(true);
        let (mut was_powered, mut asked) = (false, 0);
        while let Ok(Some(request)) = vpcd::next(reader) {
            let answer = match request {
                Request::Off => {
                    self.powered = None;
                    continue;
                }
                Request::On | Request::Reset => {
                    self.power_on()?;
                    was_powered = true;
                    continue;
                }
                Request::Atr if !was_powered && asked >= UNSEEN_AFTER => return Ok(Left::NoPower),
                Request::Atr if !was_powered => {
                    asked += 1;
                    atr::atr(C::KIND, self.t0.is_some())
                }
                Request::Atr => atr::atr(C::KIND, self.t0.is_some()),
                Request::Command(command) => match self.command(&command)? {
                    Some(answer) => answer,
                    None => return Ok(Left::NoPower),
                },
            };
            if vpcd::answer(reader, &answer).is_err() {
                break;
            }
        }
        Ok(Left::Closed)
    }

    /// The chip's answer; `None` without power.
    fn command(&mut self, command: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(slot) = &mut self.powered else { return Ok(None) };
        let mut send = |command: &[u8]| slot.transmit(command).map(|answer| answer.to_vec());
        let answer = match &mut self.t0 {
            None => send(command),
            Some(t0) => t0.transmit(&mut send, command),
        };
        self.served.apdus += 1;
        answer.map(Some).map_err(|_| slot.why_lost(&self.place))
    }
}

fn connect(vpcd: &str) -> io::Result<TcpStream> {
    let mut failure = io::ErrorKind::NotFound.into();
    for address in vpcd.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_LIMIT) {
            Ok(reader) => return Ok(reader),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn check_address(vpcd: &str) -> Result<(), Error> {
    let found = vpcd.to_socket_addrs().map(|mut addresses| addresses.next().is_some());
    match found {
        Ok(true) => Ok(()),
        _ => Err(Error::usage(format!("`{vpcd}` is no address of a reader"))
            .advice("give HOST:PORT, 127.0.0.1:35963 for the first reader of vpcd")),
    }
}

fn system(what: &str, error: &io::Error) -> Error {
    Error::new(Fault::System, format!("{what}: {error}")).advice("try again")
}

/// What a chip is called in messages.
pub(crate) const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Psam => "psam",
        _ => "card",
    }
}
