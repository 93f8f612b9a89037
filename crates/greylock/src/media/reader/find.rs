//! Which readers there are, and which one is meant.

use std::ffi::{CStr, CString};
use std::time::{Duration, Instant};

use pcsc::{Context, ReaderState, State};

use super::fault;
use crate::error::{Error, Fault};

/// The names of all readers.
pub(super) fn names(context: &Context) -> Result<Vec<CString>, Error> {
    match context.list_readers_owned() {
        Ok(names) => Ok(names),
        Err(pcsc::Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(fault::of_service(error)),
    }
}

/// The one reader whose name has this part.
pub(super) fn reader(context: &Context, part: &str) -> Result<CString, Error> {
    let names = names(context)?;
    let shown: Vec<String> = names.iter().map(|name| shown(name)).collect();
    let chosen = choose(&shown, part)?;
    names.into_iter().nth(chosen).ok_or_else(|| Error::bug("a reader that is listed is not there"))
}

/// A reader's name as text.
pub(super) fn shown(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}

/// The whole name first, then a part of it, capital letters or not.
fn choose(names: &[String], part: &str) -> Result<usize, Error> {
    if let Some(whole) = names.iter().position(|name| name == part) {
        return Ok(whole);
    }
    let wanted = part.to_lowercase();
    let mut fitting = (0..).zip(names).filter(|(_, name)| name.to_lowercase().contains(&wanted));
    match (fitting.next(), fitting.next()) {
        (Some((only, _)), None) => Ok(only),
        (Some(_), Some(_)) => {
            Err(Error::usage(format!("more than one reader's name has the part `{part}`"))
                .advice(format!("give more of the name: {}", names.join(", "))))
        }
        (None, _) if names.is_empty() => {
            Err(Error::new(Fault::Lost, "there is no reader").advice("plug one in"))
        }
        (None, _) => {
            Err(Error::new(Fault::Lost, format!("no reader's name has the part `{part}`"))
                .advice(format!("there are: {}", names.join(", "))))
        }
    }
}

/// The state of a reader now.
pub(super) fn state(context: &Context, name: &CStr) -> Result<ReaderState, pcsc::Error> {
    let mut states = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(Duration::ZERO, &mut states)?;
    let [state] = states;
    Ok(state)
}

/// Whether a chip is in the reader.
pub(super) fn is_present(context: &Context, name: &CStr) -> bool {
    state(context, name).is_ok_and(|state| state.event_state().contains(State::PRESENT))
}

/// Waits until a chip is in the reader, or for this long.
pub(super) fn wait_for_chip(
    context: &Context,
    name: &CStr,
    limit: Duration,
) -> Result<(), pcsc::Error> {
    let end = Instant::now() + limit;
    let mut states = [ReaderState::new(name, State::UNAWARE)];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        match context.get_status_change(left, &mut states) {
            Err(pcsc::Error::Timeout) => return Err(pcsc::Error::NoSmartcard),
            other => other?,
        }
        let [state] = &mut states;
        let seen = state.event_state();
        if seen.intersects(State::UNKNOWN | State::UNAVAILABLE) {
            return Err(pcsc::Error::UnknownReader);
        }
        if seen.contains(State::PRESENT) {
            return Ok(());
        }
        state.sync_current_state();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["ACS ACR39U 00 00", "ACS ACR39U 01 00", "Virtual PCD 00 00"].map(str::to_owned).to_vec()
    }

    #[test]
    fn a_part_that_one_name_has_is_enough() {
        assert_eq!(choose(&names(), "pcd").unwrap(), 2);
        assert_eq!(choose(&names(), "39U 01").unwrap(), 1);
        let nested = ["Reader 1".to_owned(), "Reader 10".to_owned()];
        assert_eq!(choose(&nested, "Reader 1").unwrap(), 0, "the whole name comes first");
    }

    #[test]
    fn a_part_of_two_names_or_of_none_is_told_with_the_names() {
        let two = choose(&names(), "ACS").unwrap_err();
        assert_eq!(two.fault, Fault::Operator);
        assert!(two.to_string().contains("ACR39U 01 00"), "{two}");
        let none = choose(&names(), "Omnikey").unwrap_err();
        assert_eq!(none.fault, Fault::Lost);
        assert!(none.to_string().contains("Virtual PCD"), "{none}");
        assert!(choose(&[], "x").unwrap_err().to_string().contains("plug one in"));
    }
}
