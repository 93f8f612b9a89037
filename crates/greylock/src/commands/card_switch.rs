//! `greylock card switch`: brings a card over to its next keys.

use explain::Chip;
use serde_json::json;
use terminal::{CardIs, Transport, present};
use wire::response::InitUpdate;
use wire::{Asn, CardCommand, StatusWord, Tid};

use super::glance::ask;
use super::words;
use crate::centre::{Office, SwitchStep, Switched, To, open_office};
use crate::cli::CardSwitchArgs;
use crate::error::{Error, Fault};
use crate::media::CardIn;
use crate::output::{Context, Report};
use crate::trace::Trace;

/// No terminal: a counter of the centre.
const COUNTER: Tid = Tid([0; 6]);

/// The card proves which keys it uses, the centre makes SWITCH KEYS, and the card proves again.
///
/// # Errors
/// What could not be opened, or what card or centre refuse.
pub(crate) fn run(args: &CardSwitchArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = open_office(&args.host, &args.caller, To::Change, context.io.clock.now())?;
    let trace = Trace::open(&args.trace)?;
    let mut card = trace.of(CardIn::open(&args.card)?, Chip::Card);
    let is = present(&mut card).map_err(|failure| words::error(&failure))?;
    if let CardIs::Grey(_) = is {
        return Err(Error::new(Fault::Card, "the card is grey, and no grey card is switched")
            .advice("free it with `greylock unlock`, then switch it"));
    }
    let asn = is.asn();
    let mut sent = false;
    loop {
        let Switched { to, mac } = next_step(&mut card, &mut *office, (asn, args.to))?;
        match mac {
            None => return Ok(report(asn, to, sent)),
            Some(_) if sent => return Err(unmoved()),
            Some(mac) => {
                let command = CardCommand::SwitchKeys { version: to, mac };
                ask(&mut card, &command).map_err(|error| explained(error, to))?;
                sent = true;
            }
        }
    }
}

/// INITIALIZE FOR UPDATE, whose MAC1 proves the version, then the challenge, straight before SWITCH KEYS.
fn next_step(
    card: &mut impl Transport,
    office: &mut dyn Office,
    (asn, to): (Asn, Option<u8>),
) -> Result<Switched, Error> {
    let initialize = CardCommand::InitializeForUpdate { key_index: 1, tid: COUNTER };
    let init = ask(card, &initialize).map_err(|error| match error.status {
        Some(StatusWord::APPLICATION_LOCKED) => {
            error.advice("free the application with `greylock card unblock`, then switch the card")
        }
        _ => error,
    })?;
    let not_ours = || Error::new(Fault::Card, "an answer of the card is none of this protocol");
    let init = InitUpdate::parse(&init).ok_or_else(not_ours)?;
    let challenge = ask(card, &CardCommand::GetChallenge { len: 4 })?;
    let challenge = challenge.try_into().map_err(|_| not_ours())?;
    office.switch(&SwitchStep { asn, to, tid: COUNTER, init, challenge })
}

/// What to do about a SWITCH KEYS that was not answered with 9000.
fn explained(error: Error, to: u8) -> Error {
    match (error.fault, error.status) {
        (Fault::Lost | Fault::Torn, _) => error
            .advice("put the card in again and give the same command: the card shows what it did"),
        (_, Some(StatusWord::NO_SUCH_KEY)) => error.advice(format!(
            "the card holds no keys of version {to} to go over to: it keeps those that it has"
        )),
        _ => error,
    }
}

/// It answered 9000 and proves the old keys all the same.
fn unmoved() -> Error {
    Error::new(Fault::Card, "the card took SWITCH KEYS and still uses the keys that it had")
        .advice("take the card in: it is none of ours, or it is broken")
}

fn report(asn: Asn, version: u8, sent: bool) -> Report {
    let outcome = if sent { "switched" } else { "current" };
    let document = json!({ "outcome": outcome, "asn": asn.to_string(), "key_version": version });
    let words = if sent { "uses the keys of version" } else { "uses already the keys of version" };
    Report::done(document, format!("card {asn} {words} {version}\n"))
}
