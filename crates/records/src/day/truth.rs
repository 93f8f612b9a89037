//! What a right clearing must find in a made-up day: known from what was decided for each lock, not from its codes.

use std::collections::BTreeMap;

/// A number of locks or rows, and what they come to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sum {
    /// How many.
    pub count: u64,
    /// The sum of their amounts, in the purse's smallest unit.
    pub amount: u64,
}

impl Sum {
    /// One more.
    pub(super) fn add(&mut self, amount: u32) {
        self.count += 1;
        self.amount += u64::from(amount);
    }
}

/// How a lock ended, for the station that made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum End {
    /// Settled: the card's TAC came with the record.
    Sale,
    /// Settled: another station saw the card's TAC.
    TacSeen,
    /// Settled: the centre unlocked the card, and its MAC3 came.
    Online,
    /// Settled: the card proved that it went on.
    Succession,
    /// A grey record; the card has not shown yet that it paid.
    Pending,
    /// Delivered, but no GMAC: two persons decide.
    Unproved,
    /// The lock of a copied card whose number another lock has: paid as a loss.
    Loss,
    /// A record whose MAC2, GMAC or SAM TAC is wrong: kept aside, and not heard.
    Quarantined,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Sale,
        Self::TacSeen,
        Self::Online,
        Self::Succession,
        Self::Pending,
        Self::Unproved,
        Self::Loss,
        Self::Quarantined,
    ];

    /// Those that pay the station.
    pub const SETTLED: [Self; 4] = [Self::Sale, Self::TacSeen, Self::Online, Self::Succession];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::TacSeen => "tac_seen",
            Self::Online => "online",
            Self::Succession => "succession",
            Self::Pending => "pending",
            Self::Unproved => "unproved",
            Self::Loss => "loss",
            Self::Quarantined => "quarantined",
        }
    }
}

/// What is right for one station, or for all of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Net(BTreeMap<End, Sum>);

impl Net {
    /// The locks that ended so.
    #[must_use]
    pub fn of(&self, end: End) -> Sum {
        self.0.get(&end).copied().unwrap_or_default()
    }

    /// What the station is paid.
    #[must_use]
    pub fn settled(&self) -> Sum {
        let sums = End::SETTLED.map(|end| self.of(end));
        let (count, amount) = (sums.map(|sum| sum.count), sums.map(|sum| sum.amount));
        Sum { count: count.into_iter().sum(), amount: amount.into_iter().sum() }
    }

    fn add(&mut self, end: End, amount: u32) {
        self.0.entry(end).or_default().add(amount);
    }
}

/// What is right for a day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Truth {
    /// By the number of the station.
    pub stations: BTreeMap<u32, Net>,
    /// All of them.
    pub total: Net,
    /// Rows by [`crate::Kind::name`].
    pub rows: BTreeMap<&'static str, u64>,
    /// Forged rows by the code that is wrong.
    pub forged: BTreeMap<&'static str, u64>,
    /// Rows that repeat another one.
    pub duplicates: u64,
    /// Rows, duplicates included, that end before the day.
    pub late: u64,
}

impl Truth {
    pub(super) fn add(&mut self, station: u32, end: End, amount: u32) {
        self.stations.entry(station).or_default().add(end, amount);
        self.total.add(end, amount);
    }
}
