//! The names of what an operator of a station should look at.

use crate::site::Warning;

macro_rules! alarms {
    ($($(#[$about:meta])* $name:ident = $text:literal,)*) => {
        /// What a [`Warning`] is about. Its name stays; docs/operations.md has a row for each.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Alarm {
            $($(#[$about])* $name,)*
        }

        impl Alarm {
            /// Every alarm, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

alarms! {
    /// Little room is left for the journal.
    DiskLow = "disk_low",
    /// The clock is not the centre's, or stands behind the journal.
    ClockOff = "clock_off",
    /// The centre has not answered for long.
    CentreAway = "centre_away",
    /// Blacklist or grey list were not confirmed for long.
    ListStale = "list_stale",
    /// A PSAM does not answer.
    PsamSilent = "psam_silent",
    /// A dispenser does not answer.
    DispenserSilent = "dispenser_silent",
    /// A card reader does not answer.
    ReaderSilent = "reader_silent",
    /// A lock could not be brought to its end.
    OpenLock = "open_lock",
    /// The journal could not be written.
    LogbookBroken = "logbook_broken",
    /// A fault of the program ended a visit.
    ProgramFault = "program_fault",
    /// The centre does not take a report.
    ReportRefused = "report_refused",
}

impl Alarm {
    /// As it is told of the whole station.
    #[must_use]
    pub fn says(self, words: String) -> Warning {
        Warning { name: self.name().to_owned(), words, nozzle: None }
    }

    /// As it is told of one nozzle.
    #[must_use]
    pub fn says_at(self, nozzle: u8, words: String) -> Warning {
        Warning { nozzle: Some(nozzle), ..self.says(words) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_operations_has_a_row_for_each_and_no_other() {
        let page = include_str!("../../../docs/operations.md");
        let (_, section) = page.split_once("\n## Watch a station\n").unwrap();
        let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let named: Vec<&str> = rows.map(|(name, _)| name).collect();
        let known: Vec<&str> = Alarm::ALL.iter().map(|alarm| alarm.name()).collect();
        assert_eq!(named, known);
    }
}
