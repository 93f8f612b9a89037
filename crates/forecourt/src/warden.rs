//! Looks after the station: tells what an operator should look at, and lets old ends leave the logbook.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use api::site::{Happened, Warning};
use wire::{Date, Stamp};

use crate::clock::{Judged, stamp_of};
use crate::common::Common;

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// So long nothing leaves by the station's own word alone, when there is a centre that may say what time it is.
const FIRST_WORD: Duration = Duration::from_secs(60);
/// Ends that leave the logbook in one go: nozzles that write meanwhile wait no longer than for these.
const BATCH: usize = 200;

/// Ends the wait of the warden.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Mutex<bool>,
    waits: Condvar,
}

impl Bell {
    pub(crate) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.waits.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.waits.wait_timeout_while(rung, at_most, |rung| !*rung));
    }
}

/// Looks until the station ends.
pub(crate) fn watch(common: &Common, bell: &Bell) {
    let mut told: Vec<Warning> = Vec::new();
    let (began, first) = (Instant::now(), common.now().date);
    // What this very day brought may have its time from a clock that runs ahead now.
    let mut newest = common.logbook.newest().filter(|newest| newest.date < first);
    let mut cleaned = None;
    while !common.is_closing() {
        trust_again(common);
        told = tell(common, told);
        let today = common.now().date;
        let may_say = began.elapsed() < FIRST_WORD && crate::warnings::may_answer(common);
        let waits = may_say && common.clock_judged() == Judged::Unknown;
        if !waits && cleaned != Some(today) && !clean(common, newest) {
            cleaned = Some(today);
        }
        if cleaned == Some(today) {
            newest = common.logbook.newest();
        }
        bell.wait(LOOK_EVERY);
    }
}

/// Tells what began and what ended since; what is on now.
fn tell(common: &Common, before: Vec<Warning>) -> Vec<Warning> {
    let now = common.warnings();
    let is_among = |all: &[Warning], one: &Warning| all.iter().any(|other| key(other) == key(one));
    for warning in now.iter().filter(|warning| !is_among(&before, warning)) {
        common.feed.tell(Happened::Warned { warning: warning.clone(), on: true });
    }
    for warning in before.into_iter().filter(|warning| !is_among(&now, warning)) {
        common.feed.tell(Happened::Warned { warning, on: false });
    }
    now
}

/// Words change while a warning is on; name and place do not.
fn key(warning: &Warning) -> (&str, Option<u8>) {
    (&warning.name, warning.nozzle)
}

/// One batch of old ends; whether there may be more. A clock that runs ahead must not drop the ends of today, which the
/// limits of a day count: it is believed no further than the centre says, and where the centre says nothing no further
/// than the journal was before this day.
fn clean(common: &Common, newest: Option<Stamp>) -> bool {
    let Some(days) = common.retention_days else { return false };
    let now = common.now();
    let shown = now.unix_seconds();
    let known = match (common.clock_judged(), newest) {
        (Judged::Right, _) => shown,
        (Judged::Off { ahead, .. }, _) => shown.min(shown.saturating_sub(ahead)),
        (Judged::Unknown, Some(newest)) => shown.min(newest.unix_seconds()),
        (Judged::Unknown, None) => return false,
    };
    let Some(before) = days_before(known, now.utc_offset_minutes, days) else { return false };
    common.logbook.forget(before, BATCH).is_ok_and(|gone| gone >= BATCH)
}

/// A clock that once ran ahead, or still does, left entries from times to come. When the centre says what time it is, they
/// hold no lock back any more, also once the clock is set right and the centre is away.
fn trust_again(common: &Common) {
    let now = common.now();
    let right = match common.clock_judged() {
        Judged::Right => Some(now),
        Judged::Off { ahead, .. } if ahead > 0 => {
            stamp_of(now.unix_seconds().saturating_sub(ahead), now.utc_offset_minutes)
        }
        Judged::Off { .. } | Judged::Unknown => None,
    };
    let is_later = |right: &Stamp| {
        common.logbook.newest().is_some_and(|newest| newest.unix_seconds() > right.unix_seconds())
    };
    if let Some(right) = right.filter(is_later) {
        // What could not be kept is tried again in a second.
        let _ = common.logbook.trust_clock(right);
    }
}

/// The local date so many days before a moment, by the calendar; seconds since 1970, minutes east of Greenwich.
fn days_before(now: i64, utc_offset_minutes: i16, days: u32) -> Option<Date> {
    let then = now.saturating_sub(i64::from(days) * 24 * 60 * 60);
    stamp_of(then, utc_offset_minutes).map(|stamp| stamp.date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::Time;

    #[test]
    fn days_go_back_over_months_and_leap_years() {
        let back = |(year, month, day), days| {
            let date = Date::new(year, month, day).unwrap();
            let time = Time::new(0, 30, 0).unwrap();
            let now = Stamp { date, time, utc_offset_minutes: 120 };
            days_before(now.unix_seconds(), 120, days).unwrap().ymd()
        };
        assert_eq!(back((2026, 6, 1), 0), (2026, 6, 1));
        assert_eq!(back((2026, 6, 1), 1), (2026, 5, 31));
        assert_eq!(back((2024, 3, 1), 1), (2024, 2, 29));
        assert_eq!(back((2026, 1, 1), 365), (2025, 1, 1));
        assert_eq!(back((2001, 3, 1), 366), (2000, 2, 29));
    }
}
