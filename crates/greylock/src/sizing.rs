//! What a network asks of its centre, and how many books answer it: pure arithmetic over stated inputs (docs/scale.md).
//!
//! Nothing here was measured. What one set of books, one server or one core does comes in.

/// A day of a network, and what may be asked of what was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Profile {
    pub(crate) cards: u64,
    pub(crate) stations: u64,
    pub(crate) refuellings: u64,
    /// Percent of a day in its busiest hour.
    pub(crate) peak: u64,
    pub(crate) escape_in: u64,
    pub(crate) online_in: u64,
    pub(crate) grey_days: u64,
    pub(crate) transfers: u64,
    pub(crate) blacklisted_in: u64,
    pub(crate) barred: u64,
    pub(crate) years: u64,
    /// Percent of what was measured that may be asked in the busiest hour.
    pub(crate) load: u64,
}

/// What one of each does; nothing where it was not measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Measured {
    pub(crate) outcomes_per_second: Option<u64>,
    pub(crate) unlocks_per_second: Option<u64>,
    pub(crate) deliveries_per_second: Option<u64>,
    pub(crate) tacs_per_second: Option<u64>,
    pub(crate) bytes_per_outcome: Option<u64>,
}

/// A stream of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Flow {
    pub(crate) per_day: u64,
    /// Thousandths per second, in the busiest hour.
    pub(crate) peak_millis: u64,
}

/// What a day asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Demand {
    /// Reports of outcomes: one for each refuelling, and a second one for each escape, when the card shows its TAC.
    pub(crate) outcomes: Flow,
    /// Escapes that the centre decides, each with its receipt.
    pub(crate) unlocks: Flow,
    /// Decisions about loads and unloads, each with its proof.
    pub(crate) transfers: Flow,
    /// Onto a list or off it.
    pub(crate) events: Flow,
    /// The same, each station counted.
    pub(crate) deliveries: Flow,
    /// A TAC for each refuelling and each load or unload.
    pub(crate) tacs: Flow,
    /// Records on the grey list on any day.
    pub(crate) grey_list: u64,
    /// Cards on the blacklist.
    pub(crate) blacklist: u64,
    /// Locks that the books hold in the end.
    pub(crate) kept: u64,
}

/// How many are needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Needs {
    /// Sets of books for the outcomes, at the load that is allowed.
    pub(crate) books_for_outcomes: Option<u64>,
    /// Sets of books for the on-line unlocks.
    pub(crate) books_for_unlocks: Option<u64>,
    /// Servers that stations listen at.
    pub(crate) servers: Option<u64>,
    /// Seconds of one core in which a whole day's TACs are verified.
    pub(crate) tac_seconds: Option<u64>,
    /// Bytes that a day adds to all books.
    pub(crate) bytes_a_day: Option<u64>,
    /// Bytes in the end.
    pub(crate) bytes_kept: Option<u64>,
}

impl Profile {
    fn flow(&self, per_day: u64) -> Flow {
        let peak = u128::from(per_day) * u128::from(self.peak) * 1_000 / 100 / 3_600;
        Flow { per_day, peak_millis: u64::try_from(peak).unwrap_or(u64::MAX) }
    }

    /// What a day asks.
    pub(crate) fn demand(&self) -> Demand {
        let escapes = self.refuellings / self.escape_in;
        // Each escape comes onto the list and leaves it.
        let events = 2 * (escapes + self.barred);
        Demand {
            outcomes: self.flow(self.refuellings + escapes),
            unlocks: self.flow(escapes / self.online_in),
            transfers: self.flow(self.transfers),
            events: self.flow(events),
            deliveries: self.flow(events.saturating_mul(self.stations)),
            tacs: self.flow(self.refuellings + self.transfers),
            grey_list: escapes.saturating_mul(self.grey_days),
            blacklist: self.cards / self.blacklisted_in,
            kept: self.refuellings.saturating_mul(365).saturating_mul(self.years),
        }
    }

    /// How many that takes of what was measured.
    pub(crate) fn needs(&self, measured: &Measured) -> Needs {
        let demand = self.demand();
        let of = |flow: Flow, one: Option<u64>| one.map(|one| self.count(flow, one));
        let bytes = |locks: u64| measured.bytes_per_outcome.map(|one| locks.saturating_mul(one));
        Needs {
            books_for_outcomes: of(demand.outcomes, measured.outcomes_per_second),
            books_for_unlocks: of(demand.unlocks, measured.unlocks_per_second),
            servers: of(demand.deliveries, measured.deliveries_per_second),
            tac_seconds: measured.tacs_per_second.map(|one| demand.tacs.per_day.div_ceil(one)),
            bytes_a_day: bytes(self.refuellings),
            bytes_kept: bytes(demand.kept),
        }
    }

    /// What one must be measured to do, a second, to bear a flow alone.
    pub(crate) fn alone(&self, flow: Flow) -> u64 {
        let needed = u128::from(flow.peak_millis).div_ceil(u128::from(self.load.max(1)) * 10);
        u64::try_from(needed).unwrap_or(u64::MAX).max(1)
    }

    /// So many of one kind bear a flow in the busiest hour, none beyond the load that is allowed.
    fn count(&self, flow: Flow, one: u64) -> u64 {
        let may = u128::from(one) * 10 * u128::from(self.load);
        u64::try_from(u128::from(flow.peak_millis).div_ceil(may.max(1))).unwrap_or(u64::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: Profile = Profile {
        cards: 1_000,
        stations: 10,
        refuellings: 36_000,
        peak: 10,
        escape_in: 100,
        online_in: 10,
        grey_days: 3,
        transfers: 3_600,
        blacklisted_in: 100,
        barred: 90,
        years: 2,
        load: 50,
    };

    #[test]
    fn a_tenth_of_a_day_falls_into_its_busiest_hour() {
        let demand = PROFILE.demand();
        assert_eq!(demand.outcomes, Flow { per_day: 36_360, peak_millis: 1_010 });
        assert_eq!(demand.unlocks, Flow { per_day: 36, peak_millis: 1 });
        assert_eq!(demand.transfers, Flow { per_day: 3_600, peak_millis: 100 });
        assert_eq!(demand.events, Flow { per_day: 900, peak_millis: 25 });
        assert_eq!(demand.deliveries, Flow { per_day: 9_000, peak_millis: 250 });
        assert_eq!(demand.tacs.per_day, 39_600);
        assert_eq!((demand.grey_list, demand.blacklist), (1_080, 10));
        assert_eq!(demand.kept, 36_000 * 365 * 2);
    }

    /// 1.01 a second where one set of books may be asked half of what it does.
    #[test]
    fn nothing_is_asked_beyond_the_load_that_is_allowed() {
        let books = |outcomes_per_second| {
            let measured =
                Measured { outcomes_per_second: Some(outcomes_per_second), ..Measured::default() };
            PROFILE.needs(&measured).books_for_outcomes
        };
        assert_eq!([books(1), books(2), books(3)], [Some(3), Some(2), Some(1)]);
        assert_eq!(PROFILE.alone(PROFILE.demand().outcomes), 3);
        assert_eq!(PROFILE.needs(&Measured::default()), Needs::default());
    }

    #[test]
    fn bytes_and_seconds_are_of_whole_days() {
        let measured = Measured {
            tacs_per_second: Some(1_000),
            bytes_per_outcome: Some(1_000),
            ..Measured::default()
        };
        let needs = PROFILE.needs(&measured);
        assert_eq!((needs.tac_seconds, needs.bytes_a_day), (Some(40), Some(36_000_000)));
        assert_eq!(needs.bytes_kept, Some(36_000_000 * 730));
    }

    #[test]
    fn the_largest_numbers_overflow_nothing() {
        let most = 1_000_000_000_000;
        let profile = Profile {
            cards: most,
            stations: most,
            refuellings: most,
            peak: 100,
            escape_in: 1,
            online_in: 1,
            grey_days: most,
            transfers: most,
            blacklisted_in: 1,
            barred: most,
            years: most,
            load: 1,
        };
        assert_eq!(profile.demand().deliveries.per_day, u64::MAX);
        assert_eq!(profile.demand().kept, u64::MAX);
        let measured = Measured { deliveries_per_second: Some(1), ..Measured::default() };
        assert!(profile.needs(&measured).servers.is_some_and(|servers| servers > most));
    }
}
