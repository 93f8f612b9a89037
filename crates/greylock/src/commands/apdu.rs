//! `greylock apdu`: commands to a card or a PSAM in one power session.

use std::io::BufRead;

use explain::Chip;
use perso::{CardChip, PsamChip};
use serde_json::{Value, json};
use terminal::Transport;
use wire::apdu::split_response;

use crate::cli::ApduArgs;
use crate::env::Random;
use crate::error::{Error, Fault};
use crate::media::{FileNvm, Growth, Place, ReaderSlot, Slot, TearingNvm};
use crate::output::{Context, Report};
use crate::trace::Trace;

/// The medium of a session.
type Medium = TearingNvm<FileNvm>;

/// Stands for stdin among the commands.
const STDIN: &str = "-";

/// One power session: power on, every command in turn, power off.
pub(crate) fn run(args: &ApduArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let given = Given::read(&args.commands)?;
    let mut answers = Vec::new();
    let ended = match (&args.card, &args.psam) {
        (Some(Place::Reader(part)), _) => {
            at_reader(part, ReaderSlot::open_card, Chip::Card, args, given, &mut answers, context)
        }
        (None, Some(Place::Reader(part))) => {
            at_reader(part, ReaderSlot::open_psam, Chip::Psam, args, given, &mut answers, context)
        }
        (Some(place), _) => session::<CardChip<Medium>>(place, args, given, &mut answers, context),
        (None, Some(place)) => {
            session::<PsamChip<Medium>>(place, args, given, &mut answers, context)
        }
        (None, None) => Err(Error::bug("neither --card nor --psam was asked for")),
    };
    match ended {
        Ok(()) => Ok(Report::done(json!({ "outcome": "done", "responses": answers }), "")),
        Err(error) => Err(error.with_document(json!({ "responses": answers }))),
    }
}

fn session<C>(
    place: &Place,
    args: &ApduArgs,
    mut given: Given,
    answers: &mut Vec<Value>,
    context: &mut Context<'_>,
) -> Result<(), Error>
where
    C: crate::media::Chip<Medium>,
    Slot<C>: Transport,
{
    let trace = Trace::open(&args.trace)?;
    let file = FileNvm::open(place.image()?, Growth::Fixed)?;
    let faults = file.faults();
    let medium = medium(file, args.tear, context.io.random)?;
    let chip = if args.card.is_some() { Chip::Card } else { Chip::Psam };
    let mut slot = trace.of(Slot::<C>::over(medium, place, faults)?, chip);
    send(&mut slot, chip, |slot| slot.why_lost(place), &mut given, answers, context)
}

/// A chip in a reader decides itself what it writes, and no power session goes over a break.
fn at_reader(
    part: &str,
    open: fn(&str) -> Result<ReaderSlot, Error>,
    chip: Chip,
    args: &ApduArgs,
    mut given: Given,
    answers: &mut Vec<Value>,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    if args.tear.is_some() {
        return Err(Error::usage("--tear works on an image alone")
            .advice("a chip in a reader is torn by pulling it out"));
    }
    let trace = Trace::open(&args.trace)?;
    let mut slot = trace.of(open(part)?, chip);
    send(&mut slot, chip, |slot| slot.why_lost(), &mut given, answers, context)
}

/// Every command in turn, up to the first that gets no answer.
fn send<T: Transport>(
    slot: &mut T,
    chip: Chip,
    why_lost: impl Fn(&T) -> Error,
    given: &mut Given,
    answers: &mut Vec<Value>,
    context: &mut Context<'_>,
) -> Result<(), Error> {
    while let Some(command) = given.next(context.io.stdin)? {
        let answer = slot.transmit(&command).map_err(|_| why_lost(slot))?;
        context.line(&hex::encode(&*answer))?;
        answers.push(document(&explain::command(&command, Some(chip)), &answer));
    }
    Ok(())
}

fn medium(file: FileNvm, tear: Option<u64>, random: &mut dyn Random) -> Result<Medium, Error> {
    let faults = file.faults();
    let Some(number) = tear else { return Ok(TearingNvm::whole(file, faults)) };
    let mut noise = vec![0; 4096];
    random.fill(&mut noise)?;
    Ok(TearingNvm::new(file, number, noise, faults))
}

/// What was sent, PINs masked, and what came back.
fn document(command: &explain::Command, answer: &[u8]) -> Value {
    let (data, status) = split_response(answer).unwrap_or((&[], wire::StatusWord(0)));
    json!({
        "command": command.masked(),
        "response": hex::encode(answer),
        "data": hex::encode(data),
        "status": status.to_string(),
        "words": status.words(),
    })
}

/// Where the commands come from.
pub(super) enum Given {
    /// The command line; all of them were read before anything is sent.
    Arguments(std::vec::IntoIter<Vec<u8>>),
    /// Stdin, a line at a time, and how many lines were read.
    Lines(u64),
}

impl Given {
    pub(super) fn read(arguments: &[String]) -> Result<Self, Error> {
        match arguments {
            [alone] if alone == STDIN => return Ok(Self::Lines(0)),
            _ if arguments.iter().any(|argument| argument == STDIN) => {
                return Err(Error::usage(
                    "`-` stands alone: commands come from stdin or from the command line",
                ));
            }
            _ => {}
        }
        let commands = arguments.iter().zip(1..).map(|(text, number)| {
            parse(text.as_bytes())
                .filter(|bytes| !bytes.is_empty())
                .ok_or_else(|| not_hex(&format!("command {number}")).advice("nothing was sent"))
        });
        Ok(Self::Arguments(commands.collect::<Result<Vec<_>, _>>()?.into_iter()))
    }

    /// The next command; `None` at the end.
    pub(super) fn next(&mut self, stdin: &mut dyn BufRead) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Arguments(commands) => Ok(commands.next()),
            Self::Lines(number) => next_line(number, stdin),
        }
    }
}

/// The next line that is not empty.
fn next_line(number: &mut u64, stdin: &mut dyn BufRead) -> Result<Option<Vec<u8>>, Error> {
    loop {
        let mut line = Vec::new();
        let read = stdin.read_until(b'\n', &mut line).map_err(|error| {
            Error::new(Fault::System, format!("stdin could not be read: {error}"))
        })?;
        if read == 0 {
            return Ok(None);
        }
        *number = number.saturating_add(1);
        let command = parse(&line).ok_or_else(|| {
            not_hex(&format!("line {number}")).advice("the commands before it were carried out")
        })?;
        if !command.is_empty() {
            return Ok(Some(command));
        }
    }
}

/// Hex digits, with or without space between them.
pub(super) fn parse(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    hex::decode(digits).ok()
}

fn not_hex(which: &str) -> Error {
    Error::usage(format!(
        "{which} is not a command in hex: it needs an even number of hex digits (0-9, a-f)"
    ))
}
