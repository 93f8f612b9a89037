//! `greylock vectors`: every intermediate value of a refuelling.

mod codes;
mod fields;

use serde_json::Value;

use codes::{Codes, Given};
use fields::Fields;
use keys_file::KeysFile;

use crate::cli::VectorsArgs;
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Reads an object or an array of objects, and adds what is computed to each.
pub(crate) fn run(args: &VectorsArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let keys = match &args.keys {
        Some(path) => Some(keys_file::read(path)?),
        None => None,
    };
    for warning in keys.iter().flat_map(|file| &file.warnings) {
        context.warn(warning);
    }
    let document = answer(read(context)?, keys.as_ref())?;
    let text = format!("{document:#}\n");
    Ok(Report::done(document, text))
}

fn read(context: &mut Context<'_>) -> Result<Value, Error> {
    let mut text = Vec::new();
    context
        .io
        .stdin
        .read_to_end(&mut text)
        .map_err(|error| Error::new(Fault::System, format!("stdin could not be read: {error}")))?;
    serde_json::from_slice(&text).map_err(|error| {
        Error::usage(format!("stdin is not JSON: {error}"))
            .advice("give an object or an array of objects")
    })
}

fn answer(given: Value, keys: Option<&KeysFile>) -> Result<Value, Error> {
    match given {
        Value::Array(items) => {
            let answered =
                items.into_iter().zip(0..).map(|(item, at)| complete(item, Some(at), keys));
            answered.collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        item => complete(item, None, keys),
    }
}

/// The object with its values; `at` is its place in an array, from 0.
fn complete(item: Value, at: Option<u64>, keys: Option<&KeysFile>) -> Result<Value, Error> {
    let Value::Object(mut object) = item else {
        let place = at.map_or_else(|| "the input".to_owned(), |at| format!("item {at}"));
        return Err(Error::usage(format!("{place} is not an object")));
    };
    let given = Given::read(&Fields::new(&object, at), keys)?;
    for (name, value) in Codes::of(&given).named() {
        object.insert(name.to_owned(), value.into());
    }
    Ok(Value::Object(object))
}
