//! `greylock card issue`.

use card::{Pin, Profile};
use perso::CardGroupings;
use serde_json::json;
use wire::Date;

use super::issue_by_host;
use super::issuing::{CardOrder, card_check_values, opening, profile_of, write_card};
use super::keys::own_key;
use super::personalise::{Through, Way, personalise};
use super::read_back;
use crate::cli::CardIssueArgs;
use crate::env::pin_for_new_card;
use crate::error::Error;
use crate::output::{Context, Report};

/// How long a card may be used unless the issuer says otherwise.
const YEARS: u16 = 10;

/// Personalises a card by a keys file or by a centre.
pub(crate) fn run(args: &CardIssueArgs, context: &mut Context<'_>) -> Result<Report, Error> {
    let order = order(args, context.io.clock.now().date)?;
    let pin = pin_for_new_card(args.pin_file.as_deref(), &context.io.settings)?;
    if let Some(url) = &args.issuer.host {
        return issue_by_host::card(args, &order, &pin, url, context);
    }
    let way = Way::of(&args.out, &args.through)?;
    let keys = issuer_keys(args.issuer.keys.as_deref(), context)?;
    let profile = profile_of(&keys, &order, own_key(context.io.random)?, args.begin_with)?;
    let chip = match &way {
        Way::Image(path) => {
            write_card(path, &profile, &pin)?;
            None
        }
        Way::Chip(way) => Some(write_chip(way, &mut |_| Ok(profile.clone()), &pin, context)?.0),
    };
    Ok(report(args, &order, &profile, chip))
}

/// Personalises a blank card and reads it back; the chip's number, and the profile that was asked for with it.
pub(super) fn write_chip(
    way: &Through,
    profile_for: &mut dyn FnMut([u8; 10]) -> Result<Profile, Error>,
    pin: &Pin,
    context: &mut Context<'_>,
) -> Result<([u8; 10], Profile), Error> {
    let mut made = None;
    let mut order = |chip| {
        let (profile, mut groupings) = (profile_for(chip)?, Vec::new());
        CardGroupings::of(&profile, pin, way.data_key(), &mut |one| groupings.push(one));
        made = Some(profile);
        Ok(groupings)
    };
    let (number, mut chip) = personalise::<CardGroupings>(way, &mut order, context)?;
    let profile = made.ok_or_else(|| Error::bug("a chip was made of nothing"))?;
    read_back::card(&mut chip, &profile, context.io.random)?;
    Ok((number, profile))
}

/// The keys of `--keys`, with their warnings said.
pub(crate) fn issuer_keys(
    path: Option<&std::path::Path>,
    context: &mut Context<'_>,
) -> Result<keys_file::MainKeys, Error> {
    let path = path.ok_or_else(|| Error::bug("neither --keys nor --host was asked for"))?;
    let file = keys_file::read(path)?;
    file.warnings.iter().for_each(|warning| context.warn(warning));
    Ok(file.keys)
}

fn order(args: &CardIssueArgs, today: Date) -> Result<CardOrder, Error> {
    let start = args.start.unwrap_or(today);
    let expiry = match args.expiry {
        Some(expiry) => expiry,
        None => years_after(start).ok_or_else(|| {
            Error::usage("--start is too late for a date ten years after it")
                .advice("give --expiry too")
        })?,
    };
    if expiry < start {
        return Err(Error::usage(format!("--expiry {expiry} is before --start {start}"))
            .advice("a card must have at least one day of use"));
    }
    Ok(CardOrder {
        asn: args.asn,
        purse: args.purse.into(),
        opening: opening(args.balance, args.overdraft, args.ctc, args.otc)?,
        aid: args.aid,
        start,
        expiry,
    })
}

fn years_after(start: Date) -> Option<Date> {
    let (year, month, day) = start.ymd();
    let day = if (month, day) == (2, 29) { 28 } else { day };
    Date::new(year.checked_add(YEARS)?, month, day)
}

/// The report of a card that was made, whoever made it.
pub(crate) fn report(
    args: &CardIssueArgs,
    order: &CardOrder,
    profile: &Profile,
    chip: Option<[u8; 10]>,
) -> Report {
    let values = card_check_values(profile);
    let CardOrder { asn, purse, opening, .. } = order;
    let (money, limit) = (args.balance, opening.limit.units());
    let version = profile.keys.maintenance.version;
    let next = profile.next.as_ref().map(|next| next.keys.maintenance.version);
    let keys = next.map_or_else(String::new, |next| {
        format!(", keys of version {version}, to be switched to {next}")
    });
    let text = format!(
        "{}: card {asn}, purse {purse} with {money} cents and an overdraft limit of {limit}, valid {} to {}{keys}\n{}",
        args.out,
        shown_date(order.start),
        shown_date(order.expiry),
        values.text(),
    );
    let document = json!({
        "outcome": "done",
        "card": args.out.to_string(),
        "asn": asn.to_string(),
        "purse": purse.to_string(),
        "balance": opening.balance.units(),
        "money": money.units(),
        "overdraft": limit,
        "ctc": opening.ctc,
        "otc": opening.otc,
        "aid": hex::encode(order.aid.as_slice()),
        "start": order.start.to_string(),
        "expiry": order.expiry.to_string(),
        "key_version": version,
        "next_key_version": next,
        "chip": chip.map(hex::encode),
        "check_values": values.document(),
    });
    Report::done(document, text)
}

/// `YYYY-MM-DD`.
pub(crate) fn shown_date(date: Date) -> String {
    let (year, month, day) = date.ymd();
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_years_after_a_leap_day_is_a_day_that_exists() {
        let leap = Date::new(2028, 2, 29).unwrap();
        assert_eq!(years_after(leap), Date::new(2038, 2, 28));
        assert_eq!(years_after(Date::new(2026, 10, 18).unwrap()), Date::new(2036, 10, 18));
        assert_eq!(years_after(Date::new(9999, 1, 1).unwrap()), None);
    }
}
