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

use nvm::{Kind, Nvm};
use terminal::Transport;
use wire::StatusWord;

pub(crate) use self::hands::Hands;
use self::t0::T0;
use self::vpcd::Request;
use crate::error::{Error, Fault};
use crate::media::{Chip, FaultLog, FileNvm, Growth, Place, Slot};
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

/// What stays of a chip while its power comes and goes.
pub(crate) trait Memory: Nvm + Sized {
    /// The same memory once more, for a chip that gets power again.
    ///
    /// # Errors
    /// The system has nothing left to reach it by.
    fn again(&self) -> Result<Self, Error>;

    /// What goes wrong with it from now on.
    fn faults(&self) -> FaultLog;
}

impl Memory for FileNvm {
    fn again(&self) -> Result<Self, Error> {
        Self::again(self)
    }

    fn faults(&self) -> FaultLog {
        Self::faults(self)
    }
}

/// A command to a benchmark's chip that its core never sees: answered with 9000 at once.
#[cfg(feature = "pcsc")]
pub(crate) const ECHO: [u8; 4] = [0x80, 0xEE, 0x00, 0x00];

/// A chip whose memory stays taken while its power comes and goes.
pub(crate) struct Virtual<C, M> {
    memory: M,
    place: Place,
    powered: Option<Slot<C>>,
    /// What it keeps between commands when it speaks T=0.
    t0: Option<T0>,
    served: Served,
    /// What is answered without the chip: nothing, unless a benchmark asks for it.
    echo: Option<[u8; 4]>,
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
    let memory = FileNvm::open(place.image()?, Growth::Fixed)?;
    let mut chip = Virtual::<C, FileNvm>::over(memory, place, t0)?;
    check_address(vpcd)?;
    let hands = Hands::on_signals().map_err(|error| system("signals cannot be heard", &error))?;
    attend(&mut chip, vpcd, &hands, &mut |text| context.note(text))?;
    Ok(chip.served)
}

/// Keeps a chip at a reader until the hands end it, and tells what happens to it.
///
/// # Errors
/// The chip falls silent.
pub(crate) fn attend<C: Chip<M>, M: Memory>(
    chip: &mut Virtual<C, M>,
    vpcd: &str,
    hands: &Hands,
    tell: &mut dyn FnMut(&str),
) -> Result<(), Error>
where
    Slot<C>: Transport,
{
    let mut was_told = false;
    while hands.wait_for_insertion() {
        let Ok(mut reader) = connect(vpcd) else {
            if !was_told {
                tell(&format!(
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
        tell(&format!("{} is in the reader at {vpcd}", chip.place));
        let left = chip.answer_reader(&mut reader);
        drop(reader);
        chip.powered = None;
        let pulled = hands.let_go();
        tell(&format!("{} is out of the reader", chip.place));
        match left? {
            Left::NoPower => hands.pause(SEEN_TO_BE_OUT),
            Left::Closed if !pulled => hands.pause(LOOK_AGAIN),
            Left::Closed => {}
        }
    }
    Ok(())
}

impl<C: Chip<M>, M: Memory> Virtual<C, M>
where
    Slot<C>: Transport,
{
    /// Takes the memory and tries its power, so that a damaged one is told before any reader sees it.
    pub(crate) fn over(memory: M, place: &Place, t0: bool) -> Result<Self, Error> {
        let served = Served::default();
        let (place, t0) = (place.clone(), t0.then(T0::default));
        let mut chip = Self { memory, place, powered: None, t0, served, echo: None };
        chip.power_on()?;
        chip.powered = None;
        chip.served = served;
        Ok(chip)
    }

    /// Answers this command without the chip.
    #[cfg(feature = "pcsc")]
    pub(crate) fn echoing(mut self, command: [u8; 4]) -> Self {
        self.echo = Some(command);
        self
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

    /// Is in a reader once: from this connection's beginning to its end.
    ///
    /// # Errors
    /// The chip falls silent.
    pub(crate) fn visit(&mut self, mut reader: TcpStream) -> Result<(), Error> {
        self.answer_reader(&mut reader).map(drop)
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
        if self.echo.is_some_and(|echo| echo == command) {
            return Ok(Some(StatusWord::DONE.to_bytes().to_vec()));
        }
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
