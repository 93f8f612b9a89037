//! `greylock psam issue` and `greylock psam show`.

use std::fmt::Write as _;

use nvm::Kind;
use perso::PsamGroupings;
use psam::{LockView, Profile, PsamView};
use serde_json::{Value, json};

use super::blank;
use super::card_issue::issuer_keys;
use super::chip_show;
use super::issue_by_host;
use super::issuing::{PsamOrder, psam_check_values, psam_profile, write_psam};
use super::keys::own_key;
use super::personalise::{Through, Way, personalise};
use super::read_back;
use crate::cli::values::Serial;
use crate::cli::{PsamIssueArgs, PsamShowArgs};
use crate::error::Error;
use crate::media::{Place, look_at_blank, look_at_psam};
use crate::output::{Context, Report};

/// Personalises a PSAM by a keys file or by a centre.
pub(crate) fn issue(args: &PsamIssueArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let order = order(args);
    if let Some(url) = &args.issuer.host {
        return issue_by_host::psam(args, &order, url, context);
    }
    let keys = issuer_keys(args.issuer.keys.as_deref(), context)?;
    let profile = psam_profile(&keys, &order, own_key(context.io.random)?)?;
    let chip = match &Way::of(&args.out, &args.through)? {
        Way::Image(path) => {
            write_psam(path, &profile)?;
            None
        }
        Way::Chip(way) => Some(write_chip(way, &mut |_| Ok(profile.clone()), context)?.0),
    };
    Ok(report(args, &order, &profile, chip))
}

/// Personalises a blank PSAM and reads it back; the chip's number, and the profile that was asked for with it.
pub(super) fn write_chip(
    way: &Through,
    profile_for: &mut dyn FnMut([u8; 10]) -> Result<Profile, Error>,
    context: &mut Context<'_>,
) -> Result<([u8; 10], Profile), Error> {
    let mut made = None;
    let mut order = |chip| {
        let (profile, mut groupings) = (profile_for(chip)?, Vec::new());
        PsamGroupings::of(&profile, way.data_key(), &mut |one| groupings.push(one));
        made = Some(profile);
        Ok(groupings)
    };
    let (number, mut chip) = personalise::<PsamGroupings>(way, &mut order, context)?;
    let profile = made.ok_or_else(|| Error::bug("a chip was made of nothing"))?;
    read_back::psam(&mut chip, &profile)?;
    Ok((number, profile))
}

fn order(args: &PsamIssueArgs) -> PsamOrder {
    let [a, b, c, d, e, f] = args.tid.0;
    let serial = args.serial.unwrap_or(Serial([0, 0, 0, 0, a, b, c, d, e, f]));
    PsamOrder { tid: args.tid, serial: serial.0, first_ttc: args.first_ttc }
}

/// The report of a PSAM that was made, whoever made it.
pub(super) fn report(
    args: &PsamIssueArgs,
    order: &PsamOrder,
    profile: &Profile,
    chip: Option<[u8; 10]>,
) -> Report {
    let values = psam_check_values(profile);
    let serial = hex::encode(order.serial);
    let text = format!(
        "{}: PSAM {}, serial number {serial}, first transaction number {}\n{}",
        args.out,
        order.tid,
        order.first_ttc,
        values.text(),
    );
    let document = json!({
        "outcome": "done",
        "psam": args.out.to_string(),
        "tid": order.tid.to_string(),
        "serial": serial,
        "first_ttc": order.first_ttc,
        "chip": chip.map(hex::encode),
        "check_values": values.document(),
    });
    Report::done(document, text)
}

/// Looks at a PSAM; its image stays as it is.
pub(crate) fn show(args: &PsamShowArgs) -> Result<Report, Error> {
    if let Place::Reader(part) = &args.psam {
        return chip_show::psam(part);
    }
    if let Some(blank) = look_at_blank::<PsamGroupings>(&args.psam)? {
        return Ok(blank::shown(&blank, Kind::Psam));
    }
    let view = look_at_psam(&args.psam)?;
    Ok(Report::done(document(&view), text(&view)))
}

fn document(view: &PsamView) -> Value {
    json!({
        "tid": view.tid.to_string(),
        "serial": hex::encode(view.serial),
        "next_ttc": view.next_ttc.0,
        "pending": view.pending().map(lock_document).collect::<Vec<_>>(),
    })
}

fn lock_document(lock: &LockView) -> Value {
    json!({
        "ttc": lock.ttc.0,
        "state": progress(lock),
        "asn": lock.asn.to_string(),
        "purse": lock.purse.to_string(),
        "ctc": lock.ctc,
        "balance": lock.balance.units(),
        "wrong_mac2": lock.wrong_mac2,
        "amount": lock.given.map(wire::Amount::units),
    })
}

const fn progress(lock: &LockView) -> &'static str {
    match (lock.certified, lock.given) {
        (_, Some(_)) => "gmac_given",
        (true, None) => "certified",
        (false, None) => "drawn",
    }
}

fn text(view: &PsamView) -> String {
    let mut text = format!(
        "PSAM {}\n  serial number            {}\n  next transaction number  {}\n",
        view.tid,
        hex::encode(view.serial),
        view.next_ttc
    );
    for lock in view.pending() {
        let given = lock.given.map_or_else(String::new, |amount| format!(" for {amount}"));
        let _never_fails = writeln!(
            text,
            "  lock {}: card {}, {} number {}, balance {}, {}{given}",
            lock.ttc,
            lock.asn,
            lock.purse,
            lock.ctc,
            lock.balance,
            progress(lock).replace('_', " ")
        );
    }
    if view.pending().next().is_none() {
        text.push_str("  no pending locks\n");
    }
    text
}
