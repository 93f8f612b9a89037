//! Commands and answers as lines and as documents.

use std::fmt::Write as _;
use std::time::Duration;

use explain::{Answer, Chip, Command, Shown, Value};
use serde_json::{Map, Value as Json, json};

/// `A>> card LOCK FOR REFUEL (4+0019) E07C0800 13 … 08`, then its elements, then what is wrong with it.
pub(crate) fn command_text(chip: Chip, command: &Command) -> String {
    let parts = [
        Some(command.header.clone()),
        command.lc.clone(),
        given(&command.data),
        command.le.clone(),
    ];
    let bytes: Vec<String> = parts.into_iter().flatten().collect();
    let (name, len) = (command.name(), command.data_len);
    let mut text = format!("A>> {} {name} (4+{len:04}) {}\n", chip.name(), bytes.join(" "));
    write_values(&mut text, &command.values);
    if let Some(trouble) = &command.trouble {
        let status = trouble.status.map_or_else(String::new, |status| format!(" ({status})"));
        let _never_fails = writeln!(text, "    wrong: {}{status}", trouble.what);
    }
    text
}

/// `A<< card (0008+2) (1.2ms) … 9000 grey locked`, then its elements, then what is wrong with it.
pub(crate) fn answer_text(
    chip: Chip,
    command: &Command,
    answer: Option<&[u8]>,
    took: Duration,
) -> String {
    let ms = took.as_secs_f64() * 1000.0;
    let Some(bytes) = answer else {
        return format!("A<< {} ({ms:.1}ms) no answer\n", chip.name());
    };
    let answer = explain::answer(bytes, command.raw_header(), Some(chip));
    let mut text = format!("A<< {} ({:04}+2) ({ms:.1}ms) ", chip.name(), answer.data_len);
    text.push_str(&answer_words(&answer));
    write_values(&mut text, &answer.values);
    if let Some(trouble) = &answer.trouble {
        let _never_fails = writeln!(text, "    wrong: {trouble}");
    }
    text
}

/// Data, status word and words.
pub(crate) fn answer_words(answer: &Answer) -> String {
    let status = answer.status.map(|status| status.to_string());
    let parts = [given(&answer.data), status, Some(answer.words.to_owned())];
    format!("{}\n", parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(crate) fn write_values(text: &mut String, values: &[Value]) {
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        let _never_fails = writeln!(text, "    {}", values.join(", "));
    }
}

/// The document of a command, the same in a trace and from `decode`.
pub(crate) fn command_document(chip: Option<Chip>, command: &Command) -> Json {
    json!({
        "chip": chip.map(Chip::name),
        "name": command.row.map(|row| row.name),
        "command": command.masked(),
        "fields": fields(&command.values),
        "wrong": command.trouble.as_ref().map(|trouble| trouble.what.clone()),
        "wrong_status": command.trouble.as_ref().and_then(|trouble| trouble.status).map(|status| status.to_string()),
    })
}

/// The document of the answer to a command.
pub(crate) fn answer_document(chip: Option<Chip>, command: &Command, bytes: &[u8]) -> Json {
    document_of_answer(&explain::answer(bytes, command.raw_header(), chip))
}

/// The document of an answer.
pub(crate) fn document_of_answer(answer: &Answer) -> Json {
    json!({
        "data": answer.data,
        "status": answer.status.map(|status| status.to_string()),
        "words": answer.words,
        "fields": fields(&answer.values),
        "wrong": answer.trouble,
    })
}

fn fields(values: &[Value]) -> Json {
    let fields = values.iter().map(|value| {
        let shown = match &value.shown {
            Shown::Number(number) => Json::from(*number),
            Shown::Text(text) => Json::from(text.as_str()),
        };
        (value.key(), shown)
    });
    Json::Object(fields.collect::<Map<_, _>>())
}
