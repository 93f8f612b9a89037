//! `card issue --host` and `psam issue --host`: the centre makes and registers them.

use card::Pin;
use host::{CardOpening, Input, PurseOpening};

use super::issuing::{CardOrder, PsamOrder, begin_card, profile_of, psam_profile, write_psam};
use super::keys::own_key;
use super::{card_issue, psam as psam_command};
use crate::centre::{CentreFolder, folder_of};
use crate::cli::{CardIssueArgs, PsamIssueArgs};
use crate::error::{Error, Fault};
use crate::output::{Context, Report};

/// Issues a card at the centre `url`. The image is made first and gets its name last: no card
/// is out that the books do not know, and no number is spent on a card that cannot be made.
pub(crate) fn card(
    args: &CardIssueArgs,
    order: &CardOrder,
    pin: &Pin,
    url: &str,
    context: &mut Context<'_>,
) -> Result<Report, Error> {
    let mut folder = CentreFolder::open(&folder_of(url)?)?;
    let own = own_key(context.io.random)?;
    let profile = profile_of(folder.keys(), order, own, args.begin_with)?;
    let birth = begin_card(&args.out, &profile, pin)?;
    let openings = profile.opening.map(|opening| {
        let card::Opening { balance, limit, ctc, otc } = opening;
        PurseOpening { balance, limit, ctc, otc }
    });
    let now = context.io.clock.now();
    let key_version = Some(profile.keys.maintenance.version);
    let card = CardOpening { asn: order.asn, openings, key_version };
    let registered = folder.apply(&Input::RegisterCard { card, now })?;
    let registered =
        registered.map_err(|refusal| Error::new(Fault::Centre, refusal.to_string()))?;
    if let host::Answer::Registered(host::Registered { repeat: true }) = registered {
        return Err(Error::new(Fault::Centre, format!("card {} was issued before", order.asn))
            .advice("a second card of one number would be a clone: choose another ASN"));
    }
    birth.finish()?;
    Ok(card_issue::report(args, order, &profile))
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
    write_psam(&args.out, &profile)?;
    Ok(psam_command::report(args, order))
}
