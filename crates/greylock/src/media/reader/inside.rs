//! What is in each reader.

use std::ffi::CStr;

use pcsc::{Context, ReaderState, State};
use terminal::{Lost, Transport, present, psam};
use wire::BlankCommand;
use wire::apdu::{ResponseBytes, split_response};
use wire::blank_command::{CARD_MANAGER, CardManager};

use super::{Link, context, fault, find};
use crate::error::Error;
use crate::media::{Inside, InsideIs};

/// Looks into every reader. One that another program is using is left alone.
///
/// # Errors
/// No PC/SC service.
pub fn look_around() -> Result<Vec<Inside>, Error> {
    let context = context()?;
    let names = find::names(&context)?;
    names.iter().map(|name| look_into(&context, name)).collect()
}

fn look_into(context: &Context, name: &CStr) -> Result<Inside, Error> {
    let seen = find::state(context, name).map_err(|error| fault::at_reader(name, error))?;
    let is = at_a_glance(&seen).unwrap_or_else(|| match Link::open(context.clone(), name) {
        Ok(mut link) => who_answers(&mut link),
        Err(pcsc::Error::SharingViolation) => InsideIs::InUse,
        // Taken out since the service looked last.
        Err(pcsc::Error::NoSmartcard | pcsc::Error::RemovedCard) => InsideIs::Empty,
        Err(_) => InsideIs::Mute,
    });
    Ok(Inside { name: find::shown(name), atr: seen.atr().to_vec(), is })
}

/// What the service knows; `None` for a chip that has to be asked.
fn at_a_glance(seen: &ReaderState) -> Option<InsideIs> {
    let state = seen.event_state();
    let rules = [
        (State::UNKNOWN | State::UNAVAILABLE, InsideIs::Unavailable),
        (State::INUSE | State::EXCLUSIVE, InsideIs::InUse),
        (State::MUTE, InsideIs::Mute),
    ];
    let ruled = rules.into_iter().find(|(states, _)| state.intersects(*states));
    let empty = (!state.contains(State::PRESENT)).then_some(InsideIs::Empty);
    ruled.map(|(_, is)| is).or(empty)
}

/// A card has public data under the file id that is a PSAM's serial number.
fn who_answers(link: &mut Link) -> InsideIs {
    if let Ok(card) = present(link) {
        return InsideIs::Card(card.asn());
    }
    if let Ok(tid) = psam::open(link) {
        return InsideIs::Psam(tid);
    }
    if is_blank(link) { InsideIs::Blank } else { InsideIs::Other }
}

/// A blank chip has our card manager.
fn is_blank(link: &mut Link) -> bool {
    let select = BlankCommand::SelectName { name: &CARD_MANAGER, le: Some(0) };
    let answer = link.exchange(&select.encode()).ok();
    let split = answer.as_ref().and_then(|answer| split_response(answer));
    split.is_some_and(|(data, _)| CardManager::parse(data).is_some())
}

impl Transport for Link {
    fn transmit(&mut self, command: &[u8]) -> Result<ResponseBytes, Lost> {
        self.exchange(command)
    }
}
