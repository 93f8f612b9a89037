//! `greylock audit`: proves that the money adds up over whatever it is given.

use std::fmt::Write as _;
use std::path::Path;

use audit::facts::{Facts, JournalFacts};
use audit::{FINDINGS, Finding, Verdict, gather};
use serde_json::{Map, Value, json};

use crate::centre::{To, open_office};
use crate::cli::AuditArgs;
use crate::error::Error;
use crate::media::{look_at_card, look_at_psam};
use crate::output::{Context, Exit, Report};
use crate::site;
use crate::stationing::{has_logbook, logbook_of};

/// Checks protocol §11 over images, journals and a centre; nothing is changed.
///
/// # Errors
/// What cannot be read: half a picture proves nothing.
pub(crate) fn run(args: &AuditArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut facts = Facts::default();
    for place in &args.card {
        facts.cards.push(gather::card(&place.to_string(), &look_at_card(place)?));
    }
    for place in &args.psam {
        facts.psams.push(gather::psam(&place.to_string(), &look_at_psam(place)?));
    }
    for folder in &args.journal {
        facts.journals.push(journal(folder)?);
    }
    if let Some(host) = &args.host {
        let now = context.io.clock.now();
        facts.host = Some(open_office(host, &args.caller, To::Look, now)?.facts()?);
    }
    let verdict = audit::audit(&facts);
    let report = Report::done(document(&verdict), text(&verdict));
    Ok(match conclusion(&verdict) {
        None => report,
        Some(conclusion) => report.ending(Exit::Refused, conclusion),
    })
}

/// `None` when there is no problem.
fn conclusion(verdict: &Verdict) -> Option<String> {
    let problems = match verdict.problems.len() {
        0 => return None,
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let money = verdict.problems.iter().any(|problem| problem.cents != 0);
    let what = if money { "the money does not add up" } else { "no cent is off yet" };
    Some(format!("{problems}: {what}"))
}

fn journal(folder: &Path) -> Result<JournalFacts, Error> {
    let name = folder.display().to_string();
    if has_logbook(folder) {
        // It is one process's alone: a station that runs is asked to stop first.
        return Ok(logbook_of(folder)?.look(|index| gather::index(&name, index)));
    }
    Ok(gather::journal(&name, &site::look_at_journal(folder)?))
}

fn document(verdict: &Verdict) -> Value {
    let problems = verdict.problems.iter().map(|problem| {
        json!({
            "what": problem.what.to_string(),
            "evidence": problem.evidence,
            "cents": problem.cents,
            "name": problem.what.name(),
            "what_to_do": what_to_do(problem.what),
        })
    });
    let statements = verdict.statements.iter().map(|statement| {
        json!({
            "what": statement.what.to_string(),
            "evidence": statement.evidence,
            "cents": statement.cents,
            "name": statement.what.name(),
            "lock": statement.lock.map(|lock| lock.to_string()),
        })
    });
    let totals: Map<String, Value> = verdict
        .totals
        .named()
        .iter()
        .map(|(name, sum)| ((*name).to_owned(), (*sum).into()))
        .collect();
    json!({
        "ok": verdict.ok,
        "problems": problems.collect::<Vec<_>>(),
        "totals": totals,
        "statements": statements.collect::<Vec<_>>(),
    })
}

fn what_to_do(finding: Finding) -> &'static str {
    FINDINGS.iter().find(|row| row.of == finding).map_or("", |row| row.action)
}

fn text(verdict: &Verdict) -> String {
    let mut text = String::new();
    for problem in &verdict.problems {
        let _ = writeln!(
            text,
            "PROBLEM {}: {}\n  {} cents\n  what to do: {}",
            problem.what,
            problem.evidence,
            problem.cents,
            what_to_do(problem.what)
        );
    }
    for statement in &verdict.statements {
        let _ = writeln!(text, "{}: {}", statement.what, statement.evidence);
    }
    for (name, sum) in verdict.totals.named() {
        let _ = writeln!(text, "{:<18} {sum:>12}", name.replace('_', " "));
    }
    text.push_str(if verdict.ok { "the money adds up\n" } else { "" });
    text
}
