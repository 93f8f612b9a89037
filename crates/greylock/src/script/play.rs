//! The steps, one after the other, up to the first difference.

use std::collections::BTreeMap;

use explain::{Chip, Command};
use wire::StatusWord;
use wire::apdu::split_response;

use super::device::Device;
use super::file::{Power, Script, Step, Wanted};
use super::pattern::{is_status, matches};
use super::template::{Names, evaluate};
use crate::error::Error;

/// How a script went.
#[derive(Clone, Debug)]
pub struct Played {
    /// Steps that went as expected.
    pub steps: usize,
    /// Commands that were sent.
    pub apdus: usize,
    /// Where it went otherwise.
    pub difference: Option<Difference>,
}

/// The first thing that was otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Number of the step, the first being 1.
    pub step: usize,
    /// Its name.
    pub name: String,
    /// The command, in words and in hex, PINs masked.
    pub sent: String,
    /// What is otherwise.
    pub what: String,
    /// What the script wants.
    pub expected: String,
    /// What came.
    pub got: String,
}

/// Plays a script. `names` are what it has from outside, its keys among them.
///
/// # Errors
/// A script that says something impossible, or a device that is lost.
pub fn play(script: &Script, device: &mut dyn Device, mut names: Names) -> Result<Played, Error> {
    let mut apdus = 0;
    for (step, number) in script.steps.iter().zip(1..) {
        let in_step = |what: String| {
            Error::usage(format!(
                "{}, step {number} ({}): {what}",
                script.path.display(),
                step.name
            ))
            .advice("docs/scripts.md describes the format")
        };
        for given in &step.given {
            names.define(given).map_err(in_step)?;
        }
        match step.power {
            Some(Power::Cycle) => device.power_cycle()?,
            Some(Power::Reset) => device.reset()?,
            None => {}
        }
        let Some(bytes) = command_of(step, &names).map_err(in_step)? else { continue };
        apdus += 1;
        let answer = device.send(&bytes)?;
        let sent = explain::command(&bytes, Some(script.chip.into()));
        let found =
            compare(step, &sent, &answer, script.chip.into(), &mut names).map_err(in_step)?;
        if let Some((what, expected)) = found {
            let difference = Difference {
                step: number,
                name: step.name.clone(),
                sent: shown(&sent),
                what,
                expected,
                got: got(&answer),
            };
            return Ok(Played { steps: number - 1, apdus, difference: Some(difference) });
        }
    }
    Ok(Played { steps: script.steps.len(), apdus, difference: None })
}

fn command_of(step: &Step, names: &Names) -> Result<Option<Vec<u8>>, String> {
    let Some(send) = &step.send else { return Ok(None) };
    if explain::rows_of(send).next().is_none() {
        let bytes = evaluate(send, names)
            .map_err(|what| format!("{what}; `send` is a command's name or its bytes"))?;
        return if step.fields.is_empty() && step.le.is_none() {
            Ok(Some(bytes))
        } else {
            Err("bytes are sent as they are: `fields` and `le` belong to a command's name"
                .to_owned())
        };
    }
    let mut fields = BTreeMap::new();
    for (key, template) in &step.fields {
        fields.insert(key.clone(), evaluate(template, names)?);
    }
    let le = match step.le.as_deref().map(|le| evaluate(le, names)).transpose()?.as_deref() {
        None => None,
        Some([le]) => Some(*le),
        Some(_) => return Err("`le` is one byte".to_owned()),
    };
    explain::build(send, &fields, le).map(Some).map_err(|error| error.to_string())
}

/// What is otherwise and what was wanted.
fn compare(
    step: &Step,
    sent: &Command,
    answer: &[u8],
    chip: Chip,
    names: &mut Names,
) -> Result<Option<(String, String)>, String> {
    let wanted = step.status.as_deref().unwrap_or("9000");
    let Some((data, status)) = split_response(answer) else {
        return Ok(Some(("the answer has no status word".to_owned(), wanted.to_owned())));
    };
    if !is_status(wanted, status) {
        return Ok(Some((
            format!("the status word is {status}, {}", status.words()),
            in_words(wanted),
        )));
    }
    match &step.answer {
        None => Ok(None),
        Some(Wanted::Whole(pattern)) => {
            let at = matches(pattern, data, names)?;
            Ok(at.map(|at| (format!("the data differ at byte {at}"), resolved(pattern, names))))
        }
        Some(Wanted::Fields(wanted)) => compare_fields(wanted, sent, data, chip, names),
    }
}

fn compare_fields(
    wanted: &BTreeMap<String, String>,
    sent: &Command,
    data: &[u8],
    chip: Chip,
    names: &mut Names,
) -> Result<Option<(String, String)>, String> {
    let header = sent.raw_header().unwrap_or_default();
    let parts = explain::parts_of_answer(data, header, chip).ok_or_else(|| {
        format!("{} has no answer of {} bytes with fields", sent.name(), data.len())
    })?;
    for (key, pattern) in wanted {
        let (_, bytes) = parts
            .iter()
            .find(|(field, _)| field.key() == *key)
            .ok_or_else(|| format!("{} answers no field {key}", sent.name()))?;
        if matches(pattern, bytes, names)?.is_some() {
            let what = format!("{key} is {}", hex::encode(bytes));
            return Ok(Some((what, format!("{key} {}", resolved(pattern, names)))));
        }
    }
    Ok(None)
}

/// The pattern, or its bytes where all of them are known.
fn resolved(pattern: &str, names: &Names) -> String {
    evaluate(pattern, names).map_or_else(|_| pattern.to_owned(), hex::encode)
}

fn in_words(wanted: &str) -> String {
    match u16::from_str_radix(wanted, 16) {
        Ok(word) => format!("{wanted} {}", StatusWord(word).words()),
        Err(_) => wanted.to_owned(),
    }
}

fn shown(sent: &Command) -> String {
    let lc = sent.lc.clone().unwrap_or_default();
    let le = sent.le.clone().unwrap_or_default();
    format!("{} {} {lc} {} {le}", sent.name(), sent.header, sent.data).trim_end().to_owned()
}

fn got(answer: &[u8]) -> String {
    match split_response(answer) {
        Some((data, status)) => format!("{} {status}", hex::encode(data)).trim_start().to_owned(),
        None => hex::encode(answer),
    }
}
