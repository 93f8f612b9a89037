//! `greylock apdu` and `greylock vectors`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use crate::media::Place;

/// `apdu`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  greylock apdu --card card.img 00A404000AA0000000034752455931 E0CA000000\n\n\
        One response with its status word a line, in hex; the exit code is 0 whatever they are.\n\
        `-` reads a command a line from stdin and ends the session at the end of input.",
    group = ArgGroup::new("chip").required(true).args(["card", "psam"])
)]
pub struct ApduArgs {
    /// The card: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "CARD")]
    pub card: Option<Place>,
    /// The PSAM: an image's path or pcsc:READER NAME
    #[arg(long, value_name = "PSAM")]
    pub psam: Option<Place>,
    /// Let write N of the session happen in part, then take the power away: exit code 75
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub tear: Option<u64>,
    /// The trace.
    #[command(flatten)]
    pub trace: super::TraceArgs,
    /// Commands in hex, or `-` for stdin
    #[arg(value_name = "HEX", required = true)]
    pub commands: Vec<String>,
}

/// `vectors`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  greylock vectors < vectors/greylock.json\n\n\
        In: an object or an array of objects with asn, icc, ctc, ttc, trn, tid, balance, date, time,\n\
        amount, end_date, end_time, scheme, mpk, mtk. Out: the same with dpk, dtk, sespk, mac1, mac2,\n\
        gtac, gmac, tac. With --keys, mpk, mtk and scheme come from the file where they are not given.")]
pub struct VectorsArgs {
    /// Main keys for objects that give none
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
}
