//! A synthetic day by seed: cards that live, stations that report, and what a right clearing must find.
//!
//! A day is made in parts of [`PART`] rows, so that its size does not matter to memory. The cards of a part live in it from
//! their first lock to their last; the PSAMs live the whole day. Numbers go on as protocol §2 has it: CTC by two for each
//! lock, TTC by one for each number that a PSAM drew, and a balance begins where the last debit left it: no card is topped
//! up. What becomes of a lock is decided first, and [`Truth`] is told from that.
//!
//! | module | holds |
//! |---|---|
//! | `order` | what is asked for |
//! | `town` | the cards and PSAMs, and their counters |
//! | `block` | a part of the day: who buys what, and what becomes of it |
//! | `render` | its codes, and its rows |
//! | `truth` | what is right |

mod block;
mod draw;
mod order;
mod render;
mod town;
mod truth;

use crypto::bulk::{Bulk, Engine};
use host::MainKeys;
use wire::Date;

pub use order::{Order, OrderError};
pub use truth::{End, Net, Sum, Truth};

use crate::keys::Versions;
use crate::outcome::Outcome;
use block::Part;
use render::Tools;
use town::Town;

/// Rows of a part.
pub const PART: u64 = 65_536;

/// A day in the making.
pub struct Day<'a> {
    order: Order,
    main: &'a MainKeys,
    versions: Versions,
    bulks: Vec<Vec<Bulk>>,
    day_before: Date,
    cards: u64,
    town: Town,
    parts: u64,
    next: u64,
    truth: Truth,
}

impl<'a> Day<'a> {
    /// Begins a day. How many threads make its codes, and how, changes none of its bytes.
    ///
    /// # Errors
    /// What of the order cannot be had.
    pub fn new(
        order: Order,
        main: &'a MainKeys,
        engine: Engine,
        threads: usize,
    ) -> Result<Self, OrderError> {
        order.check_shares()?;
        let versions = Versions::of(main);
        if versions.all().is_empty() {
            return Err(OrderError::NoKeys);
        }
        let ready = || versions.all().iter().map(|version| Bulk::new(engine, &version.keys));
        let bulks = (0..threads.max(1)).map(|_| ready().collect()).collect();
        let town = Town::new(order.stations()?, order.seed);
        let (day_before, cards) = (order.day_before()?, order.cards()?);
        let (parts, next) = (order.records.div_ceil(PART), 0);
        let truth = Truth::default();
        Ok(Self { order, main, versions, bulks, day_before, cards, town, parts, next, truth })
    }

    /// The next rows; `None` when the day is over.
    ///
    /// # Errors
    /// More is to be forged or copied than there is.
    pub fn rows(&mut self) -> Result<Option<Vec<Outcome>>, OrderError> {
        if self.next >= self.parts {
            return Ok(None);
        }
        let (number, rows) = (self.next, self.share(self.order.records));
        let seconds = |part: u64| u32::try_from(part * 86_400 / self.parts).unwrap_or(86_400);
        let cards = |part: u64| scaled(self.cards, part, self.parts);
        let part = Part {
            seed: self.order.seed,
            number,
            rows: small(rows),
            cards: cards(number)..cards(number + 1),
            seconds: seconds(number)..seconds(number + 1),
            day: self.order.day,
            day_before: self.day_before,
            escapes: self.order.escapes,
            upgrades: self.order.upgrades,
            duplicates: self.order.duplicates,
            late: self.order.late,
            clones: small(self.share(self.order.clones)),
            forged: small(self.share(self.order.forged)),
            versions: &self.versions,
        };
        self.next += 1;
        let block = block::decide(&part, &mut self.town)?;
        let mut tools = Tools { main: self.main, bulks: &mut self.bulks };
        let rows = render::rows(&block, &mut tools);
        let before = u32::from_be_bytes(self.day_before.to_bytes());
        render::tell(&block, &rows, before, &mut self.truth);
        Ok(Some(rows))
    }

    /// What is right about the rows so far.
    #[must_use]
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// How much of a whole the next part has: as much as of the rows.
    fn share(&self, whole: u64) -> u64 {
        scaled(whole, self.next + 1, self.parts) - scaled(whole, self.next, self.parts)
    }
}

/// `whole * part / parts`.
fn scaled(whole: u64, part: u64, parts: u64) -> u64 {
    let scaled = u128::from(whole) * u128::from(part) / u128::from(parts.max(1));
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

fn small(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
