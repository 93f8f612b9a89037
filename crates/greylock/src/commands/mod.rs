//! One file per command: from its arguments to a [`Report`] or an [`Error`].

mod apdu;
mod at_station;
mod audit;
mod bench;
mod bench_centre;
mod bench_escape;
mod bench_refuel;
mod bench_room;
mod bench_station;
mod bench_verify;
mod blank;
mod card_issue;
mod card_show;
mod card_switch;
mod card_unblock;
mod chip_show;
mod clear;
mod day;
mod decide;
mod decode;
mod demo;
mod glance;
mod host;
mod host_backup;
mod host_life;
mod host_serve;
mod host_table;
mod issue_by_host;
mod issuing;
mod keys;
mod migrate;
mod model;
mod personalise;
mod pki;
mod psam;
mod purchase;
mod read_back;
mod readers;
mod refuel;
mod script;
mod serve;
mod shell;
mod sim;
mod size;
mod station;
mod station_export;
mod station_serve;
mod top;
mod transfer;
mod unlock;
mod vectors;
mod verify;
mod who;
mod words;

pub(crate) use issuing::profile_of;
pub use issuing::{CardOrder, PsamOrder, card_profile, psam_profile, write_card, write_psam};

use terminal::transfer::Way;

use crate::cli::{CardCommand, Cli, Command, DemoArgs, KeysCommand, PsamCommand};
use crate::error::Error;
use crate::output::{Context, Report};

/// Does what the command line says.
///
/// # Errors
/// Why it was not done.
pub fn run(cli: &Cli, context: &mut Context<'_>) -> Result<Report, Error> {
    match &cli.command {
        None => demo::run(&DemoArgs::default(), context),
        Some(Command::Demo(args)) => demo::run(args, context),
        Some(Command::Keys(KeysCommand::New(args))) => keys::run(args, context),
        Some(Command::Keys(KeysCommand::Seal(args))) => keys::seal(args, context),
        Some(Command::Keys(KeysCommand::Transport(args))) => blank::transport(args, context),
        Some(Command::Card(CardCommand::Blank(args))) => blank::card(args, context),
        Some(Command::Psam(PsamCommand::Blank(args))) => blank::psam(args, context),
        Some(Command::Card(CardCommand::Issue(args))) => card_issue::run(args, context),
        Some(Command::Card(CardCommand::Show(args))) => card_show::run(args),
        Some(Command::Card(CardCommand::Unblock(args))) => card_unblock::run(args, context),
        Some(Command::Card(CardCommand::Switch(args))) => card_switch::run(args, context),
        Some(Command::Card(CardCommand::Migrate(args))) => migrate::card(args),
        Some(Command::Psam(PsamCommand::Migrate(args))) => migrate::psam(args),
        Some(Command::Card(CardCommand::Serve(args))) => serve::card(args, context),
        Some(Command::Psam(PsamCommand::Issue(args))) => psam::issue(args, context),
        Some(Command::Psam(PsamCommand::Show(args))) => psam::show(args),
        Some(Command::Psam(PsamCommand::Serve(args))) => serve::psam(args, context),
        Some(Command::Readers(_)) => readers::run(),
        Some(Command::Apdu(args)) => apdu::run(args, context),
        Some(Command::Decode(args)) => decode::run(args, context),
        Some(Command::Script(args)) => script::run(args, context),
        Some(Command::Refuel(args)) => refuel::run(args, context),
        Some(Command::Purchase(args)) => purchase::run(args, context),
        Some(Command::Load(args)) => transfer::run(Way::Load, &args.transfer, context),
        Some(Command::Unload(args)) => transfer::run(Way::Unload, &args.transfer, context),
        Some(Command::Unlock(args)) => unlock::run(args, context),
        Some(Command::Host(command)) => host::run(command, context),
        Some(Command::Station(command)) => station::run(command, context),
        Some(Command::Top(args)) => top::run(args, context),
        Some(Command::Pki(command)) => pki::run(command, context),
        Some(Command::Audit(args)) => audit::run(args, context),
        Some(Command::Clear(args)) => clear::run(args, context),
        Some(Command::Sim(args)) => sim::run(args, context),
        Some(Command::Model(args)) => model::run(args, context),
        Some(Command::Bench(args)) => bench::run(args, context),
        Some(Command::Verify(args)) => verify::run(args, context),
        Some(Command::Gen(args)) => day::run(args, context),
        Some(Command::Size(args)) => size::run(args),
        Some(Command::Vectors(args)) => vectors::run(args, context),
        Some(Command::Completions(args)) => shell::completions(args),
        Some(Command::Man(args)) => shell::man(args),
    }
}
