//! The command line.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use crypto::bulk::Engine;
use keys_file::SealKey;
use wire::Date;

use crate::bench;
use crate::engine::cluster;
use crate::engine::session::CLUSTER_PARTITIONS;
use crate::error::ClearError;
use crate::files::{Previous, Summary};
use crate::run::{self, Cost, Order, Place};
use records::Checker;

/// Clears a day: a centre's outcomes to what it owes its stations.
#[derive(Parser, Debug)]
#[command(name = "greylock-clear", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Clear a day
    ///
    /// Verifies every code, tells repeats from contradictions, finds how each lock ended, and adds up what each station
    /// is owed. Writes net.csv, exceptions.csv, pending.parquet, heard.parquet, cards.parquet and summary.json into a
    /// folder; the same bytes whatever the threads, here or on a cluster. Exit code 1 when the sums do not add up.
    Run(Run),
    /// Measure a made-up day beside the same job in SQL on PostgreSQL
    Bench(Bench),
    /// Serve as the scheduler of a cluster
    Scheduler(Scheduler),
    /// Serve as an executor of a cluster; needs the keys
    Executor(Executor),
}

/// Where keys come from.
#[derive(Args, Debug)]
struct Keys {
    /// The centre's keys file
    #[arg(long, value_name = "FILE", conflicts_with = "vault")]
    keys: Option<PathBuf>,
    /// The centre's keys as a sealed vault
    #[arg(long, value_name = "FILE", requires = "seal_key")]
    vault: Option<PathBuf>,
    /// The key of that seal
    #[arg(long, value_name = "FILE", requires = "vault")]
    seal_key: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Run {
    /// The day: a table of outcomes, or a folder of them (*.parquet)
    day_table: PathBuf,
    #[command(flatten)]
    keys: Keys,
    /// The day that is cleared; a service that ended before it counts as late
    #[arg(long, value_name = "YYYYMMDD", value_parser = date)]
    day: u32,
    /// The folder that the files are written into
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The folder of the day that was cleared before
    #[arg(long, value_name = "FOLDER")]
    previous: Option<PathBuf>,
    /// Days between --previous and --day were not cleared, since nothing was heard on them
    #[arg(long, requires = "previous")]
    gap: bool,
    /// Run on the cluster of this scheduler, df://HOST:PORT; its executors have the keys
    #[arg(long, value_name = "URL", conflicts_with_all = ["keys", "vault", "memory"])]
    scheduler: Option<String>,
    /// Threads, or partitions of each stage on a cluster
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// The most bytes of memory for rows; a day that does not fit is an error
    #[arg(long, value_name = "BYTES")]
    memory: Option<usize>,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Bench {
    /// Rows of the day
    #[arg(long, value_name = "N", default_value = "10000000", value_parser = clap::value_parser!(u64).range(1000..))]
    records: u64,
    /// Rows of the day that PostgreSQL clears; its time is scaled up
    #[arg(long, value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u64).range(1000..))]
    yardstick_records: u64,
    /// The database of the yardstick: it makes a schema of its own there, and needs pgcrypto
    #[arg(long, value_name = "URL")]
    db: Option<String>,
    /// Threads of the run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Replays the day
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Print a JSON document
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Scheduler {
    /// Where executors and runs find it; it asks nobody who he is, so keep it on a network of its own
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
    listen: SocketAddr,
}

#[derive(Args, Debug)]
struct Executor {
    /// The scheduler, HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050", value_parser = host_and_port)]
    scheduler: (String, u16),
    #[command(flatten)]
    keys: Keys,
    /// Where others fetch what it has shuffled; it asks nobody who he is, so keep it on a network of its own
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Tasks at a time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where it puts what it has shuffled
    #[arg(long, value_name = "FOLDER")]
    work: PathBuf,
    /// The most bytes of memory for the rows of all its tasks
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,
}

fn date(text: &str) -> Result<u32, String> {
    let number = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 8);
    let number = number.filter(|number| Date::from_bytes(number.to_be_bytes()).is_some());
    number.ok_or_else(|| "a day is eight digits, such as 20261123".to_owned())
}

fn host_and_port(text: &str) -> Result<(String, u16), String> {
    let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) = parts.ok_or("an address is HOST:PORT, such as 127.0.0.1:50050")?;
    Ok((host.to_owned(), port))
}

impl Keys {
    /// Reads them into this process: a bulk job needs the main keys themselves.
    fn checker(&self) -> Result<Arc<Checker>, ClearError> {
        let (path, keys) = match (&self.keys, &self.vault, &self.seal_key) {
            (Some(path), ..) => {
                let file = keys_file::read(path)?;
                for warning in &file.warnings {
                    let _unheard = writeln!(std::io::stderr(), "warning: {warning}");
                }
                (path, file.keys)
            }
            (None, Some(path), Some(key)) => (path, keys_file::open(path, &SealKey::read(key)?)?),
            _ => {
                return Err(ClearError::Usage(
                    "--keys is missing: codes are checked with the centre's main keys, out of a keys file or, by --vault and --seal-key, a sealed vault"
                        .to_owned(),
                ));
            }
        };
        let checker = Checker::new(&keys, Engine::best());
        if !checker.has_all_of(&keys) {
            return Err(ClearError::Usage(format!(
                "{}: a set of keys that no code can be made with in bulk: its suite or its levels are unknown",
                path.display()
            )));
        }
        Ok(Arc::new(checker))
    }
}

fn cores() -> u16 {
    std::thread::available_parallelism().map_or(1, |n| u16::try_from(n.get()).unwrap_or(u16::MAX))
}

/// Runs a command line to its end.
///
/// # Errors
/// See [`ClearError`].
pub fn run(cli: Cli) -> Result<(), ClearError> {
    match cli.command {
        Command::Run(told) => told.run(),
        Command::Bench(told) => told.run(),
        Command::Scheduler(told) => runtime(cores())?
            .block_on(cluster::scheduler(told.listen))
            .map_err(|error| ClearError::Cluster(format!("the scheduler ended: {error}"))),
        Command::Executor(told) => {
            let checker = told.keys.checker()?;
            let tasks = told.threads.unwrap_or_else(cores);
            let told = cluster::Executor {
                listen: told.listen,
                scheduler: told.scheduler,
                tasks: usize::from(tasks),
                work: told.work,
                memory: told.memory,
            };
            std::fs::create_dir_all(&told.work)
                .map_err(|error| ClearError::file(&told.work, error))?;
            let ended = runtime(tasks)?.block_on(cluster::executor(told, checker));
            ended.map_err(|error| ClearError::Cluster(format!("the executor ended: {error}")))
        }
    }
}

fn runtime(threads: u16) -> Result<tokio::runtime::Runtime, ClearError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(usize::from(threads))
        .enable_all()
        .build()
        .map_err(|error| ClearError::Cluster(format!("no threads to run on: {error}")))
}

impl Bench {
    fn run(self) -> Result<(), ClearError> {
        let figures = bench::run(&bench::Wanted {
            records: self.records,
            yardstick_records: self.yardstick_records,
            database: self.db,
            threads: self.threads.unwrap_or_else(cores),
            seed: self.seed,
        })?;
        match self.json {
            true => print(&as_json(&figures)?),
            false => print(&bench::words(&figures)),
        }
    }
}

impl Run {
    fn run(self) -> Result<(), ClearError> {
        let threads = self.threads.unwrap_or_else(cores);
        let place = match &self.scheduler {
            Some(scheduler) => Place::Cluster {
                scheduler: scheduler.clone(),
                partitions: self.threads.map_or(CLUSTER_PARTITIONS, usize::from),
            },
            None => Place::Here {
                checker: self.keys.checker()?,
                threads: usize::from(threads),
                memory: self.memory,
            },
        };
        let order = Order {
            day: self.day_table,
            date: self.day,
            previous: self.previous.map(|folder| Previous { folder, gap: self.gap }),
            out: self.out,
            place,
        };
        let (summary, cost) = runtime(threads)?.block_on(run::clear(&order))?;
        match self.json {
            true => print(&document(&summary, &cost)?),
            false => print(&told(&summary, &cost)),
        }
    }
}

/// On stdout; who has gone away needs nothing more.
fn print(text: &str) -> Result<(), ClearError> {
    match std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(ClearError::file(Path::new("stdout"), error))
        }
        _ => Ok(()),
    }
}

fn as_json(document: &impl serde::Serialize) -> Result<String, ClearError> {
    let text = serde_json::to_string(document);
    text.map(|text| text + "\n").map_err(|error| ClearError::Sums(error.to_string()))
}

/// What a run says. What it cost is here alone: the files are the same bytes every time.
fn document(summary: &Summary, cost: &Cost) -> Result<String, ClearError> {
    let document = serde_json::json!({
        "summary": summary,
        "seconds": cost.seconds,
        "peak_bytes": cost.peak_bytes,
        "share_of_checking": cost.share_of_checking,
    });
    as_json(&document)
}

fn told(summary: &Summary, cost: &Cost) -> String {
    let Summary { rows, settled, pending, .. } = summary;
    let mut text = format!(
        "day {}: {} rows, {} of them carried{}\nsettled     {:>12}  {:>16}\npending     {:>12}  {:>16}\nduplicates  {:>12}\nnotices     {:>12}\nquarantined {:>12}\n",
        summary.day,
        rows.read,
        rows.carried,
        summary.previous.as_ref().map_or_else(
            || "; no --previous, so nothing is known of earlier days".to_owned(),
            |day| format!(" from {day}")
        ),
        rows.settled,
        settled.amount,
        rows.pending,
        pending.amount,
        rows.duplicates,
        rows.notices,
        rows.quarantined,
    );
    for (reason, sum) in &summary.exceptions {
        text += &format!("exception {reason}: {}\n", sum.count);
    }
    text += &format!(
        "{:.2} s, {:.0} % of the time for checking codes",
        cost.seconds,
        cost.share_of_checking * 100.0
    );
    if let Some(bytes) = cost.peak_bytes {
        text += &format!(", at most {} MB of memory", bytes / 1_000_000);
    }
    text + "\n"
}
