//! Finds the circuits of the DES S-boxes that `crypto::bulk` works with, and writes them as Rust source.
//!
//! | module | holds |
//! |---|---|
//! | `boxes` | the S-boxes, as truth tables over all 64 inputs |
//! | `net` | a circuit, and what a gate is |
//! | `fit` | the gates over given nodes that are a wanted function |
//! | `pairs` | the inputs that a gate has to tell apart, and the nodes that do |
//! | `few` | a function with two or three new gates |
//! | `solve` | a function with few new gates: one, two, three, or a division |
//! | `walk` | small changes of a circuit that keep its outputs |
//! | `search` | all of that, over and over, until the time is over |
//! | `polarity` | two-input functions as AND, OR, XOR, AND NOT and NOT |
//! | `schedule` | the order of the gates |
//! | `book`, `emit` | the file of the best circuits, and the Rust source |
#![forbid(unsafe_code)]

mod book;
mod boxes;
mod emit;
mod few;
mod fit;
mod net;
mod pairs;
mod polarity;
mod random;
mod schedule;
mod search;
mod solve;
mod walk;

use std::fs;
use std::process::ExitCode;
use std::time::Duration;

use book::Book;
use net::GateSet;

const USAGE: &str = "Usage: sbox-search --check
       sbox-search --emit
       sbox-search --set ternary|binary --box 1..8 [--seed N] [--seconds N]

--check holds every circuit in circuits.txt against its S-box for all 64 inputs, and prints its
gates, its depth and the most values that are held at once. It fails when one is wrong or missing.

--emit writes the circuits as Rust source into crates/crypto/src/bulk/circuits.

--set and --box look for a circuit with fewer gates, by this seed (1) and for so long (60), from
the one in circuits.txt and from new ones, and write what they find into circuits.txt.";

/// What the program was asked to do.
enum Task {
    Check,
    Emit,
    Search { set: GateSet, number: usize, seed: u64, time: Duration },
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(task) = task(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = match task {
        Task::Check => check(),
        Task::Emit => emit(),
        Task::Search { set, number, seed, time } => search(set, number, seed, time),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sbox-search: {error}");
            ExitCode::FAILURE
        }
    }
}

fn task(words: &[String]) -> Option<Task> {
    match words {
        [word] if word == "--check" => return Some(Task::Check),
        [word] if word == "--emit" => return Some(Task::Emit),
        _ => {}
    }
    let (mut set, mut number, mut seed, mut seconds) = (None, None, 1, 60);
    for pair in words.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--set" => set = Some(GateSet::named(value)?),
            "--box" => number = value.parse().ok().filter(|number| (1..=8).contains(number)),
            "--seed" => seed = value.parse().ok()?,
            "--seconds" => seconds = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(Task::Search { set: set?, number: number?, seed, time: Duration::from_secs(seconds) })
}

fn check() -> Result<(), String> {
    let (table, wrong) = report(&Book::read(&Book::place())?);
    print!("{table}");
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// A line for each circuit, and what is wrong.
fn report(book: &Book) -> (String, Vec<String>) {
    let mut table = String::from("set      box  gates  depth  held\n");
    let mut wrong = Vec::new();
    for set in GateSet::ALL {
        let mut sum = 0;
        for number in 1..=8 {
            let Some(net) = book.get(set, number) else {
                wrong.push(format!("{} S{number} is missing", set.name()));
                continue;
            };
            if !net.computes(&boxes::targets(number)) {
                wrong.push(format!("{} S{number} is wrong", set.name()));
            }
            let (gates, depth) = (net.gates.len(), net.depth());
            let held = schedule::peak(&schedule::scheduled(net, schedule::TRIES));
            let set = set.name();
            table += &format!("{set:<7}   S{number}  {gates:>5}  {depth:>5}  {held:>4}\n");
            sum += gates;
        }
        table += &format!("{:<7}  all  {sum:>5}\n", set.name());
    }
    (table, wrong)
}

fn emit() -> Result<(), String> {
    let book = Book::read(&Book::place())?;
    for set in GateSet::ALL {
        let path = emit::place(set);
        fs::write(&path, emit::source(set, &book)?)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    Ok(())
}

fn search(set: GateSet, number: usize, seed: u64, time: Duration) -> Result<(), String> {
    let path = Book::place();
    let book = Book::read(&path)?;
    let known = book.get(set, number);
    search::search(set, &boxes::targets(number), known, seed, time, &mut |net| {
        println!("{} S{number}: {} gates, depth {}", set.name(), net.gates.len(), net.depth());
        // Read again: another run may have found something for another box meanwhile.
        let mut book = Book::read(&path)?;
        let rank = |net| search::rank(set, net);
        if book.get(set, number).is_none_or(|known| rank(&net) < rank(known)) {
            book.put(set, number, net);
            book.write(&path)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Option<Task> {
        task(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn the_page_has_what_check_prints() {
        let (table, wrong) = report(&Book::read(&Book::place()).unwrap());
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/bulk.md");
        let page = fs::read_to_string(page).unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
        assert!(page.contains(&table), "put this into docs/bulk.md:\n{table}");
    }

    #[test]
    fn a_wrong_and_a_missing_circuit_are_reported() {
        let (table, wrong) = report(&Book::parse("binary 8 xor(0,5) -> 6 6 6 6\n").unwrap());
        assert!(table.contains("binary    S8      1      1     2\n"), "{table}");
        assert_eq!(wrong.len(), 16);
        assert_eq!(wrong[15], "binary S8 is wrong");
        assert_eq!(wrong[14], "binary S7 is missing");
    }

    #[test]
    fn a_line_that_asks_for_nothing_sensible_is_refused() {
        assert!(matches!(words("--check"), Some(Task::Check)));
        assert!(matches!(words("--emit"), Some(Task::Emit)));
        let asked = words("--box 3 --set ternary --seconds 5 --seed 7");
        let time = Duration::from_secs(5);
        assert!(
            matches!(asked, Some(Task::Search { set: GateSet::Ternary, number: 3, seed: 7, time: t }) if t == time)
        );
        for line in [
            "",
            "--check --emit",
            "--set binary",
            "--box 9 --set binary",
            "--set dozen --box 1",
            "--box",
        ] {
            assert!(words(line).is_none(), "{line}");
        }
    }
}
