//! `greylock pki`: makes, shows and takes back certificates. Keys go into files and nowhere else.

use std::fmt::Write as _;
use std::path::Path;

use pki::{
    Authority, Facts, Holder, Issued, Pair, REVOKED, Revoked, Serial, ServerNames, Subject,
    UnixTime,
};
use serde_json::{Value, json};

use crate::cli::{
    PkiCommand, PkiInitArgs, PkiIssueArgs, PkiListArgs, PkiRenewArgs, PkiRevokeArgs, PkiServerArgs,
    PkiShowArgs,
};
use crate::env::unix_time;
use crate::error::Error;
use crate::output::{Context, Report};

/// Does what the operator asks.
///
/// # Errors
/// A folder that holds no authority, a name that is taken, a certificate of another one.
pub(crate) fn run(command: &PkiCommand, context: &mut Context<'_>) -> Result<Report, Error> {
    let now = unix_time(context.io.clock.now())?;
    match command {
        PkiCommand::Init(args) => init(args, now),
        PkiCommand::Server(args) => server(args, now),
        PkiCommand::Station(args) => issue(&Subject::Station(args.name.clone()), &args.issue, now),
        PkiCommand::Operator(args) => {
            issue(&Subject::Operator(args.name.clone()), &args.issue, now)
        }
        PkiCommand::Renew(args) => renew(args, now),
        PkiCommand::Show(args) => show(args),
        PkiCommand::List(args) => list(args, now),
        PkiCommand::Revoke(args) => revoke(args, now),
    }
}

fn init(args: &PkiInitArgs, now: UnixTime) -> Result<Report, Error> {
    let authority = Authority::make(&args.dir, &args.name, args.days, now)?;
    let dir = args.dir.display();
    let until = date(authority.facts().until);
    let text = format!(
        "authority {} made in {dir}, good until {until}\n\
         give {dir}/{} to servers, stations and operators; {dir}/{} stays where it is\n",
        args.name,
        pki::CERTIFICATE,
        pki::KEY,
    );
    let mut document = document(authority.facts());
    document["outcome"] = "done".into();
    document["dir"] = dir.to_string().into();
    Ok(Report::done(document, text))
}

fn server(args: &PkiServerArgs, now: UnixTime) -> Result<Report, Error> {
    let names = ServerNames::new(&args.dns, &args.ip)?;
    issue(&Subject::Server(names), &args.issue, now)
}

fn issue(subject: &Subject, args: &PkiIssueArgs, now: UnixTime) -> Result<Report, Error> {
    let pair = Pair::free(&args.out)?;
    let authority = Authority::open(&args.dir)?;
    let days = args.days.unwrap_or(subject.default_days());
    written(&authority.issue(subject, days, now)?, &pair)
}

fn renew(args: &PkiRenewArgs, now: UnixTime) -> Result<Report, Error> {
    let pair = Pair::free(&args.issue.out)?;
    let authority = Authority::open(&args.issue.dir)?;
    written(&authority.renew(&args.file, args.issue.days, now)?, &pair)
}

fn written(issued: &Issued, pair: &Pair) -> Result<Report, Error> {
    issued.write(pair)?;
    let (certificate, key) = (pair.certificate.display(), pair.key.display());
    let (holder, until) = (holder(&issued.facts), date(issued.facts.until));
    let serial = &issued.facts.serial;
    let text = format!("{certificate}, {key}: {holder}, serial {serial}, good until {until}\n");
    let mut document = document(&issued.facts);
    document["outcome"] = "done".into();
    document["certificate"] = certificate.to_string().into();
    document["key"] = key.to_string().into();
    Ok(Report::done(document, text))
}

/// A file is one or the other; of what is neither, it is said that it holds no certificate.
fn show(args: &PkiShowArgs) -> Result<Report, Error> {
    match Facts::read(&args.file) {
        Ok(facts) => Ok(Report::done(document(&facts), text(&facts))),
        Err(error) => match Revoked::read(&args.file, None) {
            Ok(revoked) => Ok(show_revoked(&revoked)),
            Err(_) => Err(error.into()),
        },
    }
}

fn show_revoked(revoked: &Revoked) -> Report {
    let mut text = String::new();
    let mut rows = Vec::new();
    for (serial, at) in revoked.rows() {
        let _never_fails = writeln!(text, "{serial}  taken back at {}", date(*at));
        rows.push(json!({ "serial": serial.to_string(), "revoked": date(*at) }));
    }
    if text.is_empty() {
        text.push_str("nothing was taken back\n");
    }
    Report::done(json!({ "revoked": rows }), text)
}

fn list(args: &PkiListArgs, now: UnixTime) -> Result<Report, Error> {
    let authority = Authority::open(&args.dir)?;
    let revoked = authority.revoked()?;
    let mut text = String::new();
    let mut rows = Vec::new();
    for facts in authority.issued()? {
        let state = state(&facts, &revoked, now);
        let (serial, until) = (&facts.serial, date(facts.until));
        let _never_fails = writeln!(text, "{serial}  {}  {state} until {until}", holder(&facts));
        let mut row = document(&facts);
        row["state"] = state.into();
        rows.push(row);
    }
    if text.is_empty() {
        text.push_str("nothing to list\n");
    }
    Ok(Report::done(json!({ "certificates": rows }), text))
}

fn state(facts: &Facts, revoked: &Revoked, now: UnixTime) -> &'static str {
    match now.as_secs() {
        _ if revoked.has(&facts.serial) => "revoked",
        now if now > facts.until.as_secs() => "ended",
        now if now < facts.from.as_secs() => "early",
        _ => "good",
    }
}

fn revoke(args: &PkiRevokeArgs, now: UnixTime) -> Result<Report, Error> {
    let authority = Authority::open(&args.dir)?;
    let serials = wanted(args, &authority)?;
    let fresh = authority.revoke(&serials, now)?;
    let list = args.dir.join(REVOKED);
    let text = match fresh {
        0 => "nothing new: it was taken back before\n".to_owned(),
        _ => {
            let rows: String = serials.iter().map(|serial| format!("{serial}\n")).collect();
            format!("taken back:\n{rows}give {} to the servers\n", list.display())
        }
    };
    let serials: Vec<String> = serials.iter().map(ToString::to_string).collect();
    let document = json!({
        "outcome": "done",
        "serials": serials,
        "new": fresh,
        "list": list.display().to_string(),
    });
    Ok(Report::done(document, text))
}

/// What the operator names, among what the authority made: a slip would take nothing back and look as if it had.
fn wanted(args: &PkiRevokeArgs, authority: &Authority) -> Result<Vec<Serial>, Error> {
    if let Some(file) = &args.file {
        return own(authority, file);
    }
    let station = args.station.clone().map(Subject::Station);
    let named = station.or_else(|| args.operator.clone().map(Subject::Operator)).map(Holder::Of);
    let is_meant = |facts: &Facts| {
        named.as_ref() == Some(&facts.holder) || args.serial.as_ref() == Some(&facts.serial)
    };
    let serials = authority.issued()?.into_iter().filter(is_meant).map(|facts| facts.serial);
    let serials: Vec<Serial> = serials.collect();
    if serials.is_empty() {
        let what = format!("the authority in {} made no such certificate", args.dir.display());
        return Err(Error::usage(what).advice("`greylock pki list` shows what it made"));
    }
    Ok(serials)
}

fn own(authority: &Authority, file: &Path) -> Result<Vec<Serial>, Error> {
    let facts = authority.own(file)?;
    if facts.holder == Holder::Authority {
        let what = "an authority is not taken back by its own list";
        return Err(Error::usage(what).advice("make a new one and give everybody its certificate"));
    }
    Ok(vec![facts.serial])
}

fn text(facts: &Facts) -> String {
    let (from, until) = (date(facts.from), date(facts.until));
    let Facts { serial, authority, .. } = facts;
    format!(
        "{}\nserial     {serial}\nauthority  {authority}\ngood from  {from}\ngood until {until}\n",
        holder(facts)
    )
}

fn holder(facts: &Facts) -> String {
    match &facts.holder {
        Holder::Authority => format!("authority {}", facts.subject),
        Holder::Of(Subject::Server(names)) => format!("server {}", names.all().join(", ")),
        Holder::Of(Subject::Station(name)) => format!("station {name}"),
        Holder::Of(Subject::Operator(name)) => format!("operator {name}"),
        Holder::Unknown => format!("nobody that greylock knows: {}", facts.subject),
    }
}

fn document(facts: &Facts) -> Value {
    let (kind, names) = match &facts.holder {
        Holder::Authority => ("authority", vec![facts.subject.clone()]),
        Holder::Of(Subject::Server(names)) => ("server", names.all()),
        Holder::Of(Subject::Station(name)) => ("station", vec![name.to_string()]),
        Holder::Of(Subject::Operator(name)) => ("operator", vec![name.to_string()]),
        Holder::Unknown => ("unknown", vec![facts.subject.clone()]),
    };
    json!({
        "kind": kind,
        "names": names,
        "serial": facts.serial.to_string(),
        "authority": facts.authority,
        "from": date(facts.from),
        "until": date(facts.until),
    })
}

/// In UTC, as certificates have it.
fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let date = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    date.map_or_else(|| "the end of time".to_owned(), |date| date.to_string())
}
