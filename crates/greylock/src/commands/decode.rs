//! `greylock decode`: APDUs in words, without a card.

use explain::{Chip, Row};
use serde_json::{Value, json};

use super::apdu::Given;
use crate::cli::DecodeArgs;
use crate::error::Error;
use crate::output::{Context, Exit, Report};
use crate::trace::{answer_words, command_document, document_of_answer, write_values};

/// Decodes every command or answer in turn.
pub(crate) fn run(args: &DecodeArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let chip = args.chip.map(Chip::from);
    let rows = args.answer_to.as_deref().map(|to| rows_of(to, chip)).transpose()?;
    let mut given = Given::read(&args.apdus)?;
    let (mut documents, mut wrong) = (Vec::new(), 0_u32);
    while let Some(bytes) = given.next(context.io.stdin)? {
        let told = match &rows {
            Some(rows) => answer(&bytes, rows),
            None if bytes.len() == 2 => answer(&bytes, &[]),
            None => command(&bytes, chip),
        };
        wrong += u32::from(told.wrong);
        context.line(told.text.trim_end())?;
        documents.push(told.document);
    }
    let count = documents.len();
    let report = Report::done(json!({ "outcome": "done", "decoded": documents }), "");
    if wrong == 0 {
        return Ok(report);
    }
    let mut report =
        report.ending(Exit::Refused, format!("{wrong} of {count} are not of the protocol"));
    report.document["outcome"] = "refused".into();
    Ok(report)
}

/// One of them, decoded.
struct Told {
    text: String,
    document: Value,
    wrong: bool,
}

fn command(bytes: &[u8], chip: Option<Chip>) -> Told {
    let command = explain::command(bytes, chip);
    let parts = [command.lc.as_deref(), Some(command.data.as_str()), command.le.as_deref()];
    let mut text = format!("{}: {}", command.name(), command.header);
    for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
        text.push(' ');
        text.push_str(part);
    }
    text.push('\n');
    write_values(&mut text, &command.values);
    if let Some(trouble) = &command.trouble {
        let status = trouble
            .status
            .map_or_else(String::new, |status| format!(" ({status}: {})", status.words()));
        text.push_str(&format!("    wrong: {}{status}\n", trouble.what));
    }
    Told { text, document: command_document(chip, &command), wrong: command.trouble.is_some() }
}

fn answer(bytes: &[u8], rows: &[&'static Row]) -> Told {
    let answer = explain::answer_to(bytes, rows);
    let mut text = match rows.first() {
        Some(row) => format!("answer to {}: ", row.name),
        None => "status word: ".to_owned(),
    };
    text.push_str(&answer_words(&answer));
    write_values(&mut text, &answer.values);
    if let Some(trouble) = &answer.trouble {
        text.push_str(&format!("    wrong: {trouble}\n"));
    }
    let mut document = document_of_answer(&answer);
    document["answer_to"] = rows.first().map(|row| row.name).into();
    Told { text, document, wrong: answer.trouble.is_some() }
}

/// The rows of a command by its name, or by the command itself.
fn rows_of(command: &str, chip: Option<Chip>) -> Result<Vec<&'static Row>, Error> {
    let knows = |row: &&Row| chip.is_none_or(|chip| row.chips.contains(&chip));
    let named: Vec<&'static Row> = explain::rows_of(command).filter(knows).collect();
    if !named.is_empty() {
        return Ok(named);
    }
    let bytes = super::apdu::parse(command.as_bytes()).unwrap_or_default();
    let of_header = explain::command(&bytes, chip).raw_header();
    let rows = explain::TABLE.iter().filter(knows);
    let rows: Vec<&'static Row> =
        rows.filter(|row| of_header.is_some_and(|header| row.has_header(header))).collect();
    if rows.is_empty() {
        return Err(Error::usage(format!("`{command}` is no command of the protocol"))
            .advice(format!("the commands are {}", explain::names().join(", "))));
    }
    Ok(rows)
}
