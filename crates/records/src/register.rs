//! The numbers of stations in a network's register: a file with the columns `number` and `station`, in which a number
//! never changes its station.

use std::collections::{BTreeMap, BTreeSet};

/// The columns of the file.
const NAMES: [&str; 2] = ["number", "station"];
/// The highest number of a station: what is above says in a clearing that there is none.
const MOST: u32 = u32::MAX - 2;

/// Stations and their numbers, from 1.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Register {
    numbers: BTreeMap<String, u32>,
}

/// What is wrong with a register.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RegisterError {
    /// The text is no register.
    #[error("it is no register of stations: {0}")]
    NoRegister(String),
    /// A line that cannot be.
    #[error("line {line}: {what}")]
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Nothing is left for another station.
    #[error("no number is left for another station")]
    Full,
}

impl Register {
    /// Reads the file.
    ///
    /// # Errors
    /// Another file, a number that is none, or one that stands there twice.
    pub fn parse(text: &str) -> Result<Self, RegisterError> {
        let no_register = |error: csv::Error| RegisterError::NoRegister(error.to_string());
        let mut lines = csv::Reader::from_reader(text.as_bytes());
        if lines.headers().map_err(no_register)? != NAMES[..] {
            let what = format!("its first line is not `{}`", NAMES.join(","));
            return Err(RegisterError::NoRegister(what));
        }
        let (mut register, mut taken) = (Self::default(), BTreeSet::new());
        for line in lines.records() {
            let line = line.map_err(no_register)?;
            let at = line.position().map_or(0, csv::Position::line);
            let wrong = |what: String| RegisterError::Line { line: at, what };
            let (number, station) = match (line.get(0), line.get(1)) {
                (Some(number), Some(station)) if !station.is_empty() => (number, station),
                _ => return Err(wrong("a station has no name".to_owned())),
            };
            let number = number.parse().ok().filter(|number| (1..=MOST).contains(number));
            let number = number.ok_or_else(|| wrong(format!("a number is from 1 to {MOST}")))?;
            if !taken.insert(number) {
                return Err(wrong(format!("number {number} stands there twice")));
            }
            if register.numbers.insert(station.to_owned(), number).is_some() {
                return Err(wrong(format!("station {station} stands there twice")));
            }
        }
        Ok(register)
    }

    /// The number of a station.
    #[must_use]
    pub fn number(&self, station: &str) -> Option<u32> {
        self.numbers.get(station).copied()
    }

    /// Stations that have a number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether no station has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Gives the next number to a station that has none. True when it had none.
    ///
    /// # Errors
    /// No number is left.
    pub fn add(&mut self, station: &str) -> Result<bool, RegisterError> {
        if self.numbers.contains_key(station) {
            return Ok(false);
        }
        let last = self.numbers.values().copied().max().unwrap_or(0);
        if last >= MOST {
            return Err(RegisterError::Full);
        }
        self.numbers.insert(station.to_owned(), last.saturating_add(1));
        Ok(true)
    }

    /// The file, by number.
    #[must_use]
    pub fn text(&self) -> String {
        let by_number: BTreeMap<u32, &str> =
            self.numbers.iter().map(|(station, number)| (*number, &**station)).collect();
        let line = |(number, station): (u32, &str)| format!("{number},{}\n", quoted(station));
        let lines: String = by_number.into_iter().map(line).collect();
        format!("{}\n{lines}", NAMES.join(","))
    }
}

/// In quotes where the name would be read otherwise.
fn quoted(station: &str) -> String {
    match station.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", station.replace('"', "\"\"")),
        false => station.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_and_new_stations_get_the_next() {
        let mut register =
            Register::parse("number,station\n7,north\n2,\"a, \"\"b\"\"\"\n").unwrap();
        assert_eq!((register.number("north"), register.number("a, \"b\"")), (Some(7), Some(2)));
        assert_eq!((register.add("south"), register.add("north")), (Ok(true), Ok(false)));
        assert_eq!((register.number("south"), register.len()), (Some(8), 3));
        let text = register.text();
        assert_eq!(text, "number,station\n2,\"a, \"\"b\"\"\"\n7,north\n8,south\n");
        assert_eq!(Register::parse(&text), Ok(register));
        let mut empty = Register::parse(&Register::default().text()).unwrap();
        assert!(empty.is_empty());
        empty.add("first").unwrap();
        assert_eq!(empty.number("first"), Some(1), "0 is nobody");
    }

    #[test]
    fn what_is_no_register_is_told_by_its_line() {
        for (text, words) in [
            ("", "its first line"),
            ("station,number\nnorth,1\n", "its first line"),
            ("number,station\n1,north,x\n", "no register"),
            ("number,station\n0,north\n", "line 2: a number is from 1"),
            ("number,station\n4294967294,north\n", "line 2: a number"),
            ("number,station\n1,north\nx,south\n", "line 3: a number"),
            ("number,station\n1,\n", "line 2: a station has no name"),
            ("number,station\n1,north\n1,south\n", "line 3: number 1 stands there twice"),
            ("number,station\n1,north\n2,north\n", "line 3: station north stands there twice"),
        ] {
            let error = Register::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
        let mut full = Register::parse("number,station\n4294967293,north\n").unwrap();
        assert_eq!(full.add("south"), Err(RegisterError::Full));
    }
}
