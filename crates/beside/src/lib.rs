//! The real server beside the rules of a simulated world: whatever the rules are told is told to the server too, over
//! HTTP on a socket, with the clock of the world. Its answers are held against theirs, and in the end all its books.
//!
//! | module | holds |
//! |---|---|
//! | `office` | a server that is opened, killed and opened again on its database |
//! | `words` | calls of the rules as requests, and their answers as documents |
//!
//! Requests are said again now and then, as if their answer had been lost, and the server goes down between two of
//! them. The dice for that come from the world's keys, so that a world can be played again alone.
#![forbid(unsafe_code)]

mod office;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use host::{Answer, Input, MainKeys, News, Output, UnlockAnswer};
use sim::centre::{Beside, Rules};

use office::Office;
pub use office::Where;

/// One request in so many is said again.
const AGAIN: u64 = 8;
/// Before one in so many the server dies and is opened again.
const DIES: u64 = 60;

/// What was done in all worlds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Worlds.
    pub worlds: u64,
    /// Calls whose answers were compared.
    pub calls: u64,
    /// Of them, said again.
    pub again: u64,
    /// Ends of the server.
    pub deaths: u64,
}

/// Makes a server for each world.
pub struct Servers {
    at: Where,
    tally: Arc<Mutex<Tally>>,
}

impl Servers {
    /// On databases of this kind.
    #[must_use]
    pub fn new(at: Where) -> Self {
        Self { at, tally: Arc::default() }
    }

    /// What was done until now.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server with empty books and these keys.
    ///
    /// # Errors
    /// The database cannot be made or opened, or no port can be had.
    pub fn make(&mut self, keys: &MainKeys) -> Result<Box<dyn Beside>, String> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.worlds += 1;
        let office = Office::open(&self.at, keys)?;
        let seed = keys.main.values().flat_map(crypto::Key::check_value);
        let dice = seed.fold(0_u64, |seed, byte| seed.rotate_left(8) ^ u64::from(byte));
        Ok(Box::new(Told { office, dice, tally: Arc::clone(&self.tally) }))
    }
}

struct Told {
    office: Office,
    dice: u64,
    tally: Arc<Mutex<Tally>>,
}

impl Told {
    /// splitmix64.
    fn one_in(&mut self, many: u64) -> bool {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).is_multiple_of(many)
    }

    fn count(&self, count: impl FnOnce(&mut Tally)) {
        count(&mut self.tally.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Beside for Told {
    fn tell(&mut self, rules: &Rules, input: &Input, output: &Output) -> Result<(), String> {
        if self.one_in(DIES) {
            self.office.die_and_open()?;
            self.count(|tally| tally.deaths += 1);
        }
        let asked = words::request(rules, input)
            .ok_or_else(|| format!("the interface has no such call: {input:?}"))?;
        let answered = self.office.ask(&asked, words::time(input))?;
        words::compare(&answered, output).map_err(|why| format!("{input:?}: {why}"))?;
        self.count(|tally| tally.calls += 1);
        if stands(output) && self.one_in(AGAIN) {
            let again = self.office.ask(&asked, words::time(input))?;
            self.count(|tally| tally.again += 1);
            words::repeats(&again, &answered).map_err(|why| format!("{input:?}, again: {why}"))?;
        }
        Ok(())
    }

    fn weigh(&mut self, rules: &Rules) -> Result<(), String> {
        match self.office.everything()? == *rules.books() {
            true => Ok(()),
            false => Err("the server's books are others than those of the rules".to_owned()),
        }
    }
}

/// Whether the same call has the same answer for ever. What waits, is set aside or is refused may be decided otherwise
/// when it comes again, and is told to operators each time.
const fn stands(output: &Output) -> bool {
    match output {
        Ok(Answer::Unlock(UnlockAnswer::Wait(_))) | Err(_) => false,
        Ok(Answer::Heard(heard)) => !matches!(heard.news, News::Quarantined(_)),
        Ok(Answer::Ruled(_) | Answer::Switch(_) | Answer::Unblocked(_)) => false,
        Ok(_) => true,
    }
}
