//! Calls into `wire`: every command, answer and record, from bytes and back.

use core::hint::black_box;

use wire::apdu;
use wire::card_command::CardCommand;
use wire::files::{LogRecord, PublicData};
use wire::grey_status::GreyStatus;
use wire::psam_command::PsamCommand;
use wire::report::Report;
use wire::response::{InitRefuel, InitSam, InitUnlock, LockAnswer};
use wire::step::Entry;

/// Decodes and encodes bytes that the compiler cannot foresee.
#[inline(never)]
pub(crate) fn all() {
    let bytes: &[u8] = black_box(&[0; 256]);
    commands(bytes);
    answers(bytes);
    records(bytes);
}

fn commands(bytes: &[u8]) {
    black_box(CardCommand::parse(bytes).map(|command| command.encode()).ok());
    black_box(PsamCommand::parse(bytes).map(|command| command.encode()).ok());
    black_box(apdu::split_response(bytes).map(|(data, status)| apdu::response(data, status)));
}

fn answers(bytes: &[u8]) {
    black_box(GreyStatus::parse(bytes).map(|answer| answer.encode()));
    black_box(InitRefuel::parse(bytes).map(|answer| answer.encode()));
    black_box(LockAnswer::parse(bytes).map(|answer| answer.encode()));
    black_box(InitUnlock::parse(bytes).map(|answer| answer.encode()));
    black_box(InitSam::parse(bytes).map(|answer| answer.encode()));
    black_box(PublicData::parse(bytes).map(|answer| answer.encode()));
    black_box(LogRecord::parse(bytes).map(|answer| answer.encode()));
}

fn records(bytes: &[u8]) {
    black_box(Report::from_bytes(bytes).map(|report| report.to_bytes()));
    black_box(Entry::from_bytes(bytes).map(|entry| entry.to_bytes()));
}
