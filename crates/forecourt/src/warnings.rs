//! What an operator should look at.

use api::alarm::Alarm;
use api::site::Warning;

use crate::clock::Judged;
use crate::common::Common;

/// Seconds that the centre may be away before somebody is told: a line that comes and goes is no news.
const AWAY: u64 = 60;
/// Seconds after which a list that the centre has not confirmed is old.
const STALE: u64 = 24 * 60 * 60;

/// Everything, with what the nozzles say.
pub(crate) fn all(common: &Common, nozzles: impl Iterator<Item = Warning>) -> Vec<Warning> {
    let station = [disk(common), logbook(common), clock(common), centre(common), lists(common)];
    let mut all: Vec<Warning> = station.into_iter().flatten().collect();
    all.extend(nozzles);
    all.extend(common.uplink.warnings());
    all
}

fn logbook(common: &Common) -> Option<Warning> {
    let words = common.logbook.broken()?;
    Some(Alarm::LogbookBroken.says(format!("{words}: check the disk; no new lock is begun")))
}

fn disk(common: &Common) -> Option<Warning> {
    Some(Alarm::DiskLow.says(common.logbook.is_low()?.to_string()))
}

fn clock(common: &Common) -> Option<Warning> {
    let words = match common.clock_judged() {
        Judged::Right => return None,
        Judged::Off { ahead, other_day } => {
            let which = if ahead > 0 { "ahead of" } else { "behind" };
            let locks =
                if other_day { "it shows another day and no new lock is begun: " } else { "" };
            format!(
                "the clock is {} seconds {which} the centre's; {locks}set it",
                ahead.unsigned_abs()
            )
        }
        Judged::Unknown => {
            let newest = common.logbook.newest()?.unix_seconds();
            let behind = newest - common.now().unix_seconds();
            if behind <= 0 {
                return None;
            }
            format!(
                "the clock runs {behind} seconds behind the newest entry of the journal: no new lock is begun"
            )
        }
    };
    Some(Alarm::ClockOff.says(words))
}

fn centre(common: &Common) -> Option<Warning> {
    let line = common.uplink.standing().centre;
    if line.state != "down" || line.seconds < AWAY {
        return None;
    }
    let reason = line.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let words = format!(
        "the centre has been out of reach for {} seconds{reason}; {} entries wait",
        line.seconds, line.queue
    );
    Some(Alarm::CentreAway.says(words))
}

/// Whether the centre, which has said nothing yet, may do so in a moment: it has not been away for long.
pub(crate) fn may_answer(common: &Common) -> bool {
    let line = common.uplink.standing().centre;
    line.state == "up" || (line.state == "down" && line.seconds < AWAY)
}

fn lists(common: &Common) -> Option<Warning> {
    let standing = common.uplink.standing();
    // Begun, or there again, just now: the centre has not had the time to confirm them.
    let just_now = standing.centre.seconds < AWAY;
    let old = |seconds: Option<u64>| seconds.map_or(!just_now, |seconds| seconds > STALE);
    let (black, grey) = (old(standing.blacklist.seconds), old(standing.grey_list.seconds));
    if standing.centre.state == "none" || !(black || grey) {
        return None;
    }
    let which = match (black, grey) {
        (true, true) => "blacklist and grey list are",
        (true, false) => "the blacklist is",
        _ => "the grey list is",
    };
    Some(Alarm::ListStale.says(format!("{which} not confirmed by the centre since a day or more")))
}
