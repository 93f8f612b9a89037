//! `card issue --host` and `psam issue --host`: the centre makes and registers them.

use card::{Pin, Profile};
use host::{CardOpening, Input, PurseOpening};
use wire::Asn;

use super::card_issue::write_chip;
use super::issuing::{CardOrder, PsamOrder, begin_card, profile_of, psam_profile};
use super::keys::own_key;
use super::personalise::Way;
use super::{card_issue, psam as psam_command};
use crate::centre::{CentreFolder, Place};
use crate::cli::{CardIssueArgs, PsamIssueArgs};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Issues a card at the centre `url`. An image is made first and gets its name last, and a blank chip is told the last
/// thing last: no card is out that the books do not know, and no number is spent on a card that cannot be made.
pub(crate) fn card(
    args: &CardIssueArgs,
    order: &CardOrder,
    pin: &Pin,
    url: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let way = Way::of(&args.out, &args.through)?;
    let mut folder = CentreFolder::open(&folder_of(url)?)?;
    let own = own_key(context.io.random)?;
    let profile = profile_of(folder.keys(), order, own, args.begin_with)?;
    let registration = registration(&profile, order, context);
    let chip = match &way {
        Way::Image(path) => {
            let birth = begin_card(path, &profile, pin)?;
            register(&mut folder, order.asn, &registration, false)?;
            birth.finish()?;
            None
        }
        Way::Chip(way) => {
            let mut before_last = |chip| {
                let again = folder.begin_on_chip(order.asn, chip)?;
                register(&mut folder, order.asn, &registration, again)
            };
            Some(write_chip(way, &profile, pin, &mut before_last, context)?)
        }
    };
    Ok(card_issue::report(args, order, &profile, chip))
}

fn registration(profile: &Profile, order: &CardOrder, context: &mut Context<'_>) -> Input {
    let openings = profile.opening.map(|opening| {
        let card::Opening { balance, limit, ctc, otc } = opening;
        PurseOpening { balance, limit, ctc, otc }
    });
    let now = context.io.clock.now();
    let key_version = Some(profile.keys.maintenance.version);
    let card = CardOpening { asn: order.asn, openings, key_version, expiry: Some(order.expiry) };
    Input::RegisterCard { card, chip: None, now }
}

/// A card that was registered before is a clone, unless it is the very chip that the number was begun on.
fn register(
    folder: &mut CentreFolder,
    asn: Asn,
    registration: &Input,
    again: bool,
) -> Result<(), Error> {
    let registered = folder.apply(registration)?;
    let registered =
        registered.map_err(|refusal| Error::new(Fault::Centre, refusal.to_string()))?;
    match registered {
        host::Answer::Registered(host::Registered { repeat: true }) if !again => {
            Err(Error::new(Fault::Centre, format!("card {asn} was issued before"))
                .advice("a second card of one number would be a clone: choose another ASN"))
        }
        _ => Ok(()),
    }
}

/// Issues a PSAM at the centre `url`. Its TID belongs to the station that first speaks for it.
pub(crate) fn psam(
    args: &PsamIssueArgs,
    order: &PsamOrder,
    url: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let folder = CentreFolder::open(&folder_of(url)?)?;
    let profile = psam_profile(folder.keys(), order, own_key(context.io.random)?)?;
    psam_command::make(args, order, &profile, context)
}

fn folder_of(host: &str) -> Result<std::path::PathBuf, Error> {
    match Place::of(host)? {
        Place::Folder(folder) => Ok(folder),
        Place::Server(_) => Err(Error::not_built_in("issue --host URL")),
    }
}
