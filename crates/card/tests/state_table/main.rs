//! Every command in every state (protocol §5, §6, §7), from one table.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod commands;
mod states;
#[path = "../support/mod.rs"]
mod support;
mod table;

use card::{Application, View};
use states::in_state;
use support::*;
use table::TABLE;

fn rows() -> (Vec<&'static str>, Vec<(&'static str, Vec<u16>)>) {
    let mut lines = TABLE.trim().lines().map(|line| line.split_whitespace());
    let columns: Vec<_> = lines.next().unwrap().skip(1).collect();
    let rows = lines.map(|mut line| {
        let name = line.next().unwrap();
        let words = line.map(|word| u16::from_str_radix(word, 16).unwrap()).collect::<Vec<_>>();
        assert_eq!(words.len(), columns.len(), "{name}");
        (name, words)
    });
    (columns.clone(), rows.collect())
}

/// What a refusal may leave in NVM: its own counter, nothing else.
fn counted(before: &View, word: u16) -> View {
    let mut view = before.clone();
    match word {
        0x9302 => view.error_counter += 1,
        0x6988 if view.application == Application::Locked => view.unblock_failures += 1,
        0x6988 => view.message_failures += 1,
        0x63C0..=0x63CF => view.pin_tries -= 1,
        _ => {}
    }
    view
}

#[test]
fn every_command_in_every_state() {
    let (columns, rows) = rows();
    let mut wrong = Vec::new();
    let mut cells = 0;
    for (row, words) in &rows {
        for (column, expected) in columns.iter().zip(words) {
            cells += 1;
            let mut prepared = in_state(column);
            let command = prepared.command(row);
            let (before, writes) = (prepared.card.view(), prepared.card.nvm_mut().writes);
            let (data, found) = transmit(&mut prepared.card, &command);
            if found != *expected {
                wrong.push(format!("{row} in {column}: {found:04X}, table says {expected:04X}"));
            }
            if matches!(found, 0x9000 | 0x6283) {
                continue;
            }
            assert!(data.is_empty(), "{row} in {column} is refused with data");
            let due = counted(&before, found);
            assert_eq!(prepared.card.view(), due, "{row} in {column} changed the card");
            let wrote = prepared.card.nvm_mut().writes != writes;
            assert_eq!(wrote, due != before, "{row} in {column} wrote for nothing");
            assert_eq!(power_cycle(prepared.card).view(), due, "{row} in {column}");
        }
    }
    println!("state table: {} commands x {} states = {cells} cells", rows.len(), columns.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What only the state in RAM allows, and what it is answered without that state.
const NEEDS_RAM_STATE: [(&str, &str, u16); 9] = [
    ("preref", "lock-right", 0x6985),
    ("preunl", "unlock-right", 0x6985),
    ("lchall", "unblock-right", 0x6985),
    ("preld", "load-right", 0x6985),
    ("preun", "unload-right", 0x6985),
    ("prepu", "purchase-right", 0x6985),
    ("preup", "update-right", 0x6985),
    ("chall", "update-file-right", 0x6985),
    ("gchal", "external-right", 0x6985),
];

#[test]
fn every_next_command_leaves_the_states_in_ram_except_get_response() {
    let (_, rows) = rows();
    for (column, allowed, refused) in NEEDS_RAM_STATE {
        for (between, _) in &rows {
            let mut prepared = in_state(column);
            let (step, next) = (prepared.command(between), prepared.command(allowed));
            let (_, first) = transmit(&mut prepared.card, &step);
            let (_, second) = transmit(&mut prepared.card, &next);
            let expected = match (column, *between) {
                (_, "get-response") => 0x9000,
                // A new state of the same kind: then the old code is wrong for another reason.
                ("preref", "init-refuel" | "init-refuel-ep") => 0x9302,
                ("preunl", "init-unlock") => 0x9302,
                ("preld", "init-load") | ("preun", "init-unload") => 0x9302,
                ("prepu", "init-purchase" | "init-purchase-ep") => 0x9302,
                ("preup", "init-update") => 0x9302,
                ("lchall" | "chall" | "gchal", "challenge-4") => 0x6988,
                ("chall", "block-right" | "card-block-right") => 0x6A81,
                ("gchal", "block-right") => 0x6A81,
                _ => refused,
            };
            assert_eq!(second, expected, "{column}: {between} ({first:04X}), then {allowed}");
        }
        let mut prepared = in_state(column);
        let next = prepared.command(allowed);
        prepared.card.reset();
        select(&mut prepared.card);
        assert_eq!(transmit(&mut prepared.card, &next).1, refused, "{column}: reset");
        let mut prepared = in_state(column);
        let mut card = power_cycle(prepared.card);
        select(&mut card);
        prepared.card = card;
        assert_eq!(transmit(&mut prepared.card, &next).1, refused, "{column}: power");
    }
}
