//! `greylock script`: step scripts in memory, on an image or in a reader.

use std::path::Path;

use host::KeyKind;
use keys_file::{MSK, MainKeys};
use serde_json::{Value, json};

use crate::cli::ScriptArgs;
use crate::error::Error;
use crate::media::Place;
use crate::output::{Context, Exit, Report};
use crate::script::{ChipKind, Difference, Names, Played, Script, in_memory, load, open, play};
use crate::trace::Trace;

/// Plays every script, each from its beginning, and tells the first difference of each.
pub(crate) fn run(args: &ScriptArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let scripts = args.files.iter().map(|path| load(path)).collect::<Result<Vec<_>, _>>()?;
    let trace = Trace::open(&args.trace)?;
    let (mut documents, mut others) = (Vec::new(), 0_usize);
    for script in &scripts {
        let played = play_one(args, script, &trace, context)?;
        context.line(text(script, &played).trim_end())?;
        others += usize::from(played.difference.is_some());
        documents.push(document(script, &played));
    }
    let report = Report::done(json!({ "outcome": "done", "scripts": documents }), "");
    if others == 0 {
        return Ok(report);
    }
    let what = format!("{others} of {} scripts went otherwise", scripts.len());
    let mut report = report.ending(Exit::Refused, what);
    report.document["outcome"] = "refused".into();
    Ok(report)
}

fn play_one(
    args: &ScriptArgs,
    script: &Script,
    trace: &Trace,
    context: &mut Context<'_>,
) -> Result<Played, Error> {
    let place = place_for(args, script)?;
    let keys = match args.keys.as_deref().or(script.keys.as_deref()) {
        Some(path) => Some(keys_of(path, context)?),
        None => None,
    };
    let names = keys.as_ref().map(names_of).unwrap_or_default();
    let mut device = match (place, &keys) {
        (Some(place), _) => open(&place, script.chip, trace)?,
        (None, Some(keys)) => in_memory(script, keys, trace)?,
        (None, None) => {
            return Err(Error::usage(format!("{} names no keys file", script.path.display()))
                .advice("give --keys FILE, or a card or a PSAM that is there already"));
        }
    };
    play(script, device.as_mut(), names)
}

/// Where the script's chip is; `None` for one in memory.
fn place_for(args: &ScriptArgs, script: &Script) -> Result<Option<Place>, Error> {
    let reader = args.reader.as_ref().map(|name| Place::Reader(name.clone()));
    let (right, other) = match script.chip {
        ChipKind::Card => (&args.card, &args.psam),
        ChipKind::Psam => (&args.psam, &args.card),
    };
    match (right, other) {
        (None, Some(_)) => {
            let wanted = explain::Chip::from(script.chip).name();
            Err(Error::usage(format!("{} is a script for a {wanted}", script.path.display()))
                .advice(format!("give --{wanted}")))
        }
        (right, _) => Ok(right.clone().or(reader)),
    }
}

fn keys_of(path: &Path, context: &mut Context<'_>) -> Result<MainKeys, Error> {
    let file = keys_file::read(path)?;
    for warning in &file.warnings {
        context.warn(warning);
    }
    Ok(file.keys)
}

/// The main keys by their names; those of an older version as `mpk_1`.
fn names_of(keys: &MainKeys) -> Names {
    let mut names = Names::default();
    for kind in KeyKind::ALL {
        if let Some(key) = keys.main.get(&kind) {
            names.set(kind.name(), key.expose().to_vec());
        }
    }
    names.set(MSK, keys.msk.expose().to_vec());
    for (older, (kind, key)) in
        keys.older.iter().flat_map(|set| set.main.iter().map(move |key| (set, key)))
    {
        names.set(&format!("{}_{}", kind.name(), older.version), key.expose().to_vec());
    }
    names
}

fn text(script: &Script, played: &Played) -> String {
    let path = script.path.display();
    match &played.difference {
        None => format!("{path}: {} steps, {} APDUs, as expected", played.steps, played.apdus),
        Some(Difference { step, name, sent, what, expected, got }) => format!(
            "{path}: step {step} ({name}): {what}\n    sent      {sent}\n    expected  {expected}\n    got       {got}"
        ),
    }
}

fn document(script: &Script, played: &Played) -> Value {
    json!({
        "file": script.path.display().to_string(),
        "title": script.title,
        "steps": played.steps,
        "apdus": played.apdus,
        "difference": played.difference.as_ref().map(|difference| json!({
            "step": difference.step,
            "name": difference.name,
            "sent": difference.sent,
            "what": difference.what,
            "expected": difference.expected,
            "got": difference.got,
        })),
    })
}
