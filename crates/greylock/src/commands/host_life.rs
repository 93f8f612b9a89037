//! `greylock host card`, `host psam` and `host account`.

use std::fmt::Write as _;

use api::prepaid::{NewFunding, NewPrepaid, Prepaid};
use api::register::{Life, NewAct};
use host::Subject;
use serde_json::json;

use crate::centre::{Standing, To, open_office};
use crate::cli::{
    AccountCommand, AccountFundArgs, AccountOpenArgs, AccountShowArgs, ActArgs, HostCardArgs,
    HostPsamArgs,
};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// A card.
pub(super) fn card(args: &HostCardArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    about(Subject::Card(args.asn), &format!("card {}", args.asn), &args.what, context)
}

/// A PSAM.
pub(super) fn psam(args: &HostPsamArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    about(Subject::Psam(args.tid), &format!("PSAM {}", args.tid), &args.what, context)
}

fn about(
    subject: Subject,
    name: &str,
    args: &ActArgs,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let to = if args.act.is_some() || args.approve.is_some() { To::Change } else { To::Look };
    let mut office = open_office(&args.host, &args.caller, to, context.io.clock.now())?;
    let acted = match (args.act, args.approve) {
        (Some(act), _) => {
            // The order is about the history that is there now: what another operator did meanwhile is not overtaken.
            let acts = office.standing(subject)?.life.acts;
            let reason = args.reason.clone().unwrap_or_default();
            // The same once more is a repeat of what stands last: its answer may have been lost.
            let repeats = acts.last().is_some_and(|last| {
                let maker = args.maker.as_ref().is_none_or(|maker| *maker == last.maker);
                maker && last.measure == act.measure() && last.reason == reason
            });
            let seen = u32::try_from(acts.len() - usize::from(repeats));
            let seen = seen.map_err(|_| Error::bug("a history is too long"))?;
            let order = NewAct { measure: act.measure().to_owned(), seen, reason };
            Some(office.act(subject, &order, args.maker.as_deref().unwrap_or_default())?)
        }
        (None, Some(number)) => {
            let checker = args.checker.as_deref().unwrap_or_default();
            Some(office.approve_act(subject, number, checker)?)
        }
        (None, None) => None,
    };
    let Standing { state, life } = office.standing(subject)?;
    let text = format!("{name}: {state}\n{}", text(&life));
    let number = acted.map(|acted| acted.number);
    Ok(Report::done(json!({ "name": name, "state": state, "act": number, "life": life }), text))
}

fn text(life: &Life) -> String {
    let mut text = String::new();
    for alarm in &life.alarms {
        let _ = writeln!(text, "  alarm {}: {}", alarm.code, alarm.evidence);
    }
    for act in &life.acts {
        let by = match (&act.checker, act.needs_two) {
            (Some(checker), _) => format!("{}, approved by {checker}", act.maker),
            (None, true) => format!("{}, waits for --approve {}", act.maker, act.number),
            (None, false) => act.maker.clone(),
        };
        let (number, measure, reason) = (act.number, &act.measure, &act.reason);
        let _ = writeln!(text, "  {number}: {measure} by {by}: {reason}");
    }
    text
}

/// Prepaid accounts.
pub(super) fn account(
    command: &AccountCommand,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    match command {
        AccountCommand::Open(args) => open(args, context),
        AccountCommand::Fund(args) => fund(args, context),
        AccountCommand::Show(args) => show(args, context),
    }
}

fn open(args: &AccountOpenArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = open_office(&args.host, &args.caller, To::Change, context.io.clock.now())?;
    let (name, holder) = (args.name.to_string(), args.holder.clone());
    let repeat =
        office.open_prepaid(&NewPrepaid { name, holder, stations: args.stations.clone() })?;
    let text = format!("account {} is open for {}\n", args.name, args.stations.join(", "));
    Ok(Report::done(json!({ "name": args.name.to_string(), "repeat": repeat }), text))
}

fn fund(args: &AccountFundArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = open_office(&args.host, &args.caller, To::Change, context.io.clock.now())?;
    let amount = args.paid_in.unwrap_or_default() - args.paid_back.unwrap_or_default();
    let paid = NewFunding { reference: args.reference.clone(), amount };
    let funded = office.fund_prepaid(&args.name.to_string(), &paid, &args.maker)?;
    let again = if funded.repeat { ", entered before" } else { "" };
    let text = format!("account {}: {amount}{again}, {} on it\n", args.name, funded.balance);
    let document = json!({
        "name": args.name.to_string(),
        "amount": amount,
        "balance": funded.balance,
        "repeat": funded.repeat,
    });
    Ok(Report::done(document, text))
}

fn show(args: &AccountShowArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let mut office = open_office(&args.host, &args.caller, To::Look, context.io.clock.now())?;
    let mut accounts = office.prepaids()?;
    if let Some(name) = args.name.map(|name| name.to_string()) {
        accounts.retain(|account| account.name == name);
        if accounts.is_empty() {
            return Err(Error::new(Fault::Centre, format!("there is no prepaid account {name}")));
        }
    }
    let line = |account: &Prepaid| {
        let Prepaid { name, holder, stations, balance } = account;
        format!("{name}: {balance}, paid in by {holder}, for {}\n", stations.join(", "))
    };
    let text: String = accounts.iter().map(line).collect();
    let text = if text.is_empty() { "nothing to list\n".to_owned() } else { text };
    Ok(Report::done(json!({ "accounts": accounts }), text))
}
