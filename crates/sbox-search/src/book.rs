//! The best circuits found, as a file of text: one circuit a line.
//!
//! ```text
//! binary 3 xor(0,5) and(6,1) … -> 52 47 40 31
//! ternary 8 27(4,1,2) 63(2,1,4) … -> 28 19 27 24
//! ```
//!
//! The number is the S-box. Nodes 0 to 5 are its inputs, b1 to b6; each gate is the next node. A ternary gate is its
//! table, in hexadecimal, over three nodes. Behind the arrow are the outputs, the most significant first.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::boxes::{INPUTS, OUTPUTS};
use crate::net::{Gate, GateSet, MOST_NODES, Net};
use crate::polarity::{AND, AND_NOT, NOT, OR, XOR};

/// Names of the gates with two inputs and one.
const NAMES: [(&str, u8); 5] =
    [("and", AND), ("or", OR), ("xor", XOR), ("andnot", AND_NOT), ("not", NOT)];

/// The best circuit of each S-box in each set, where one was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Book {
    circuits: [[Option<Net>; 8]; 2],
}

impl Book {
    /// Where the file is: in this crate's folder.
    pub(crate) fn place() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("circuits.txt")
    }

    /// The circuit of S-box `number` (1 to 8).
    pub(crate) fn get(&self, set: GateSet, number: usize) -> Option<&Net> {
        self.circuits[set as usize][number - 1].as_ref()
    }

    /// Takes this circuit for the best.
    pub(crate) fn put(&mut self, set: GateSet, number: usize, net: Net) {
        self.circuits[set as usize][number - 1] = Some(net);
    }

    /// Reads the file.
    ///
    /// # Errors
    ///
    /// What cannot be read, with its line.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("{} is unreadable: {error}", path.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    ///
    /// What the system says when the file cannot be written.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let beside = path.with_extension("new");
        fs::write(&beside, self.text())
            .and_then(|()| fs::rename(&beside, path))
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }

    /// The book of this text.
    ///
    /// # Errors
    ///
    /// The line that is no circuit, and why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut book = Self::default();
        for (place, line) in text.lines().enumerate() {
            let (set, number, net) =
                circuit(line).map_err(|error| format!("line {}: {error}", place + 1))?;
            book.put(set, number, net);
        }
        Ok(book)
    }

    /// The book as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for set in GateSet::ALL {
            for number in 1..=8 {
                if let Some(net) = self.get(set, number) {
                    text += &line(set, number, net);
                }
            }
        }
        text
    }
}

fn line(set: GateSet, number: usize, net: &Net) -> String {
    let mut line = format!("{} {number}", set.name());
    for gate in &net.gates {
        let [a, b, c] = gate.from;
        let named = NAMES.iter().find(|(_, table)| *table == gate.table);
        // Writing to a string cannot fail.
        let _ = match (set, named) {
            (GateSet::Binary, Some((name, NOT))) => write!(line, " {name}({a})"),
            (GateSet::Binary, Some((name, _))) => write!(line, " {name}({a},{b})"),
            _ => write!(line, " {:02x}({a},{b},{c})", gate.table),
        };
    }
    let [a, b, c, d] = net.outputs;
    line + &format!(" -> {a} {b} {c} {d}\n")
}

fn circuit(line: &str) -> Result<(GateSet, usize, Net), String> {
    let (gates, outputs) = line.split_once(" -> ").ok_or("no ` -> ` with the outputs behind it")?;
    let mut words = gates.split(' ');
    let set = words.next().and_then(GateSet::named).ok_or("begins with no set of gates")?;
    let number = words.next().and_then(|word| word.parse().ok());
    let number = number.filter(|number| (1..=8).contains(number)).ok_or("no S-box from 1 to 8")?;
    let mut net = Net { gates: Vec::new(), outputs: [0; OUTPUTS] };
    for word in words {
        let nodes = net.nodes();
        let gate = gate(set, word).filter(|gate| gate.inputs().all(|from| from < nodes));
        net.gates
            .push(gate.filter(|_| nodes < MOST_NODES).ok_or(format!("`{word}` is no gate here"))?);
    }
    let mut nodes = outputs.split(' ').map(|word| word.parse().ok());
    for output in &mut net.outputs {
        let node: Option<usize> = nodes.next().flatten();
        let node = node.filter(|node| (INPUTS..INPUTS + net.gates.len()).contains(node));
        *output = node.ok_or("an output is no gate")?;
    }
    Ok((set, number, net))
}

fn gate(set: GateSet, word: &str) -> Option<Gate> {
    let (name, nodes) = word.strip_suffix(')')?.split_once('(')?;
    let nodes: Option<Vec<usize>> = nodes.split(',').map(|node| node.parse().ok()).collect();
    let table = match set {
        GateSet::Ternary => u8::from_str_radix(name, 16).ok()?,
        GateSet::Binary => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    let from = match (set, nodes?.as_slice()) {
        (GateSet::Ternary, &[a, b, c]) => [a, b, c],
        (GateSet::Binary, &[a, b]) if table != NOT => [a, b, a],
        (GateSet::Binary, &[a]) if table == NOT => [a; 3],
        _ => return None,
    };
    Some(Gate { table, from })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes;

    const BINARY: &str = "binary 3 xor(0,5) and(6,1) andnot(7,2) or(3,8) not(9) -> 10 9 8 7\n";
    const TERNARY: &str = "ternary 8 27(4,1,2) 0a(2,6,4) -> 7 6 7 6\n";

    #[test]
    fn every_circuit_of_the_book_is_its_s_box() {
        let book = Book::read(&Book::place()).unwrap();
        for set in GateSet::ALL {
            for number in 1..=8 {
                let net = book.get(set, number).unwrap();
                assert!(net.computes(&boxes::targets(number)), "{} S{number}", set.name());
            }
        }
    }

    #[test]
    fn a_book_is_read_as_it_was_written() {
        let text = TERNARY.to_owned() + BINARY;
        assert_eq!(Book::parse(&text).unwrap().text(), text);
        let file = fs::read_to_string(Book::place()).unwrap();
        assert_eq!(Book::parse(&file).unwrap().text(), file);
    }

    #[test]
    fn a_line_that_is_no_circuit_is_named() {
        for (text, why) in [
            ("binary 3 xor(0,5)", "line 1: no ` -> ` with the outputs behind it"),
            ("quaternary 3 xor(0,5) -> 6 6 6 6", "line 1: begins with no set of gates"),
            ("binary 9 xor(0,5) -> 6 6 6 6", "line 1: no S-box from 1 to 8"),
            ("binary 3 xor(0,6) -> 6 6 6 6", "line 1: `xor(0,6)` is no gate here"),
            ("binary 3 27(0,1,2) -> 6 6 6 6", "line 1: `27(0,1,2)` is no gate here"),
            ("binary 3 not(0,1) -> 6 6 6 6", "line 1: `not(0,1)` is no gate here"),
            ("ternary 3 127(0,1,2) -> 6 6 6 6", "line 1: `127(0,1,2)` is no gate here"),
            ("binary 3 xor(0,5) -> 6 6 6", "line 1: an output is no gate"),
            ("binary 3 xor(0,5) -> 6 6 6 5", "line 1: an output is no gate"),
            (&(BINARY.to_owned() + "x"), "line 2: no ` -> ` with the outputs behind it"),
        ] {
            assert_eq!(Book::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
