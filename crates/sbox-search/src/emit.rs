//! The circuits as Rust source.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::book::Book;
use crate::boxes::INPUTS;
use crate::net::{Gate, GateSet, Net};
use crate::polarity::{AND, AND_NOT, NOT, OR};
use crate::schedule;

/// The file that holds the circuits of a set.
pub(crate) fn place(set: GateSet) -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    crates.join(format!("crypto/src/bulk/circuits/{}.rs", set.name()))
}

/// The source of a set's circuits.
///
/// # Errors
///
/// The S-box that the book has no circuit for.
pub(crate) fn source(set: GateSet, book: &Book) -> Result<String, String> {
    let mut functions = String::new();
    let mut counts = Vec::new();
    for number in 1..=8 {
        let net = book
            .get(set, number)
            .ok_or_else(|| format!("no {} circuit for S{number}; search one", set.name()))?;
        let net = schedule::scheduled(net, schedule::TRIES);
        counts.push(net.gates.len().to_string());
        functions += &function(set, number, &net);
    }
    let (gates, word) = match set {
        GateSet::Ternary => ("gates of three inputs", "Ternary"),
        GateSet::Binary => ("AND, OR, XOR, AND NOT and NOT", "Binary"),
    };
    Ok(format!(
        "//! The S-boxes of DES in {gates}.
//!
//! Generated: `cargo run --release -p sbox-search -- --emit` writes this file from the circuits that the program found.

use super::{word};

/// Gates of each S-box.
pub(crate) const GATES: [usize; 8] = [{counts}];
{functions}",
        counts = counts.join(", "),
    ))
}

fn function(set: GateSet, number: usize, net: &Net) -> String {
    let word = if set == GateSet::Ternary { "Ternary" } else { "Binary" };
    let mut text = format!(
        "\n#[inline(always)]\npub(crate) fn s{number}<W: {word}>([a, b, c, d, e, f]: [W; 6]) -> [W; 4] {{\n"
    );
    for (place, gate) in net.gates.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    let g{place} = {};", expression(set, *gate));
    }
    let [first, second, third, fourth] = net.outputs.map(name);
    text + &format!("    [{first}, {second}, {third}, {fourth}]\n}}\n")
}

fn expression(set: GateSet, gate: Gate) -> String {
    let gate = if set == GateSet::Ternary { gate.with_latest_first() } else { gate };
    let [a, b, c] = gate.from.map(name);
    match (set, gate.table) {
        (GateSet::Ternary, table) => format!("W::lut::<0x{table:02x}>({a}, {b}, {c})"),
        (GateSet::Binary, NOT) => format!("{a}.not()"),
        (GateSet::Binary, AND) => format!("{a}.and({b})"),
        (GateSet::Binary, OR) => format!("{a}.or({b})"),
        (GateSet::Binary, AND_NOT) => format!("{a}.and_not({b})"),
        (GateSet::Binary, _) => format!("{a}.xor({b})"),
    }
}

/// What a node is called: `a` to `f` are the inputs.
fn name(node: usize) -> String {
    match node {
        input @ 0..INPUTS => ["a", "b", "c", "d", "e", "f"][input].to_owned(),
        gate => format!("g{}", gate - INPUTS),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_files_of_crypto_are_what_this_program_writes() {
        let book = Book::read(&Book::place()).unwrap();
        for set in GateSet::ALL {
            let file = fs::read_to_string(place(set)).unwrap();
            let hint = "run `cargo run --release -p sbox-search -- --emit`";
            assert!(source(set, &book).unwrap() == file, "{}: {hint}", set.name());
        }
    }

    #[test]
    fn each_gate_is_written_as_what_it_is() {
        let gate = |table| Gate { table, from: [0, INPUTS, 0] };
        let written =
            [AND, OR, 0x3C, AND_NOT, NOT].map(|table| expression(GateSet::Binary, gate(table)));
        assert_eq!(written, ["a.and(g0)", "a.or(g0)", "a.xor(g0)", "a.and_not(g0)", "a.not()"]);
        let gate = Gate { table: 0x0A, from: [5, 4, INPUTS + 11] };
        assert_eq!(expression(GateSet::Ternary, gate), "W::lut::<0x50>(g11, e, f)");
    }

    #[test]
    fn a_book_without_a_circuit_says_which() {
        let error = source(GateSet::Binary, &Book::default()).unwrap_err();
        assert_eq!(error, "no binary circuit for S1; search one");
    }
}
