//! Cards and PSAMs of a made-up network, and the numbers that they count.

use super::draw::{Draw, spread};

/// PSAMs of a station.
pub(super) const PSAMS: u32 = 4;

/// The counters of a PSAM: its day's numbers go up from where yesterday's ended.
#[derive(Clone, Copy)]
struct Psam {
    midnight: u32,
    today: u32,
    yesterday: u32,
}

/// A number that a PSAM drew.
#[derive(Clone, Copy)]
pub(super) struct Drawn {
    pub(super) station: u32,
    pub(super) tid: u64,
    pub(super) ttc: u32,
    /// The how manyth number before midnight it is; 0 for one of today.
    pub(super) before_midnight: u32,
}

/// Every PSAM of the network: with stations, what the memory of a day of any size comes to.
pub(super) struct Town {
    psams: Vec<Psam>,
    stations: u32,
}

impl Town {
    pub(super) fn new(stations: u32, seed: u64) -> Self {
        let begun = |psam: u32| {
            let used = Draw::new(seed, u64::from(psam) | 1 << 62).below(100_000);
            let midnight = 1_000_000 + used;
            Psam { midnight, today: midnight, yesterday: midnight }
        };
        Self { psams: (0..stations * PSAMS).map(begun).collect(), stations }
    }

    /// A station, by its number.
    pub(super) fn station(&self, draw: &mut Draw) -> u32 {
        1 + draw.below(self.stations)
    }

    /// Another station; the same where there is but one.
    pub(super) fn other_station(&self, than: u32, draw: &mut Draw) -> u32 {
        let other = 1 + draw.below(self.stations.saturating_sub(1));
        if other >= than && self.stations > 1 { other + 1 } else { other }
    }

    /// The next number of one of a station's PSAMs; of yesterday's the one before those that were drawn.
    pub(super) fn draw(&mut self, station: u32, late: bool, draw: &mut Draw) -> Drawn {
        let which = draw.below(PSAMS);
        let place = (station.saturating_sub(1) * PSAMS + which) as usize;
        let tid = (u64::from(station) << 16) | u64::from(which + 1);
        let Some(psam) = self.psams.get_mut(place) else {
            return Drawn { station, tid, ttc: 0, before_midnight: 0 };
        };
        if late {
            psam.yesterday -= 1;
            let before_midnight = psam.midnight - psam.yesterday;
            return Drawn { station, tid, ttc: psam.yesterday, before_midnight };
        }
        psam.today += 1;
        Drawn { station, tid, ttc: psam.today - 1, before_midnight: 0 }
    }
}

/// A card, and how it stands.
#[derive(Clone)]
pub(super) struct Card {
    pub(super) asn: u64,
    pub(super) purse: u8,
    /// The place of its key version.
    pub(super) version: usize,
    pub(super) ctc: u16,
    pub(super) balance: u32,
    pub(super) overdraft: u32,
    /// Random numbers that it gave.
    pub(super) given: u32,
    /// The second of the day when its last service ended.
    pub(super) free_at: u32,
    /// Whether it had a lock today.
    pub(super) begun: bool,
    /// It is grey for good, as far as this day goes.
    pub(super) stuck: bool,
    /// Whether it may get stuck: enough of them always go on.
    pub(super) may_stick: bool,
    /// Its last lock, by its place in the block.
    pub(super) last: Option<usize>,
}

/// So many decimal digits of a number as BCD.
fn bcd(number: u64, digits: u32) -> u64 {
    (0..digits).rev().fold(0, |bcd, place| (bcd << 4) | (number / 10_u64.pow(place) % 10))
}

impl Card {
    /// The card of a number, before the day, which is to have so many locks. Seven of ten have the newest keys.
    pub(super) fn new(number: u64, seed: u64, versions: usize, locks: u32) -> Self {
        let mut draw = Draw::new(seed, number | 1 << 63);
        let version = if draw.permille(700) { 0 } else { draw.place(versions) };
        let purse = if draw.permille(900) { 1 } else { 2 };
        let credit = purse == 1 && draw.permille(100);
        // Enough for most of what it will buy, and for some not.
        let balance = 20_000 + draw.below(locks.saturating_mul(16_000).min(1 << 30));
        Self {
            asn: 0x6281_0000_0000_0000 | bcd(number, 10),
            purse,
            version,
            ctc: u16::try_from(2 * draw.below(1000)).unwrap_or(0),
            balance,
            overdraft: if credit { 50_000 } else { 0 },
            given: draw.word(),
            free_at: 0,
            begun: false,
            stuck: false,
            may_stick: number % 2 == 1,
            last: None,
        }
    }

    /// A random number that the card never gave before.
    pub(super) fn icc(&mut self) -> u32 {
        self.given = self.given.wrapping_add(1);
        let [_, _, _, _, a, b, c, d] = spread(self.asn).to_be_bytes();
        super::draw::spread_32(self.given ^ u32::from_be_bytes([a, b, c, d]))
    }
}
