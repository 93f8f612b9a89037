//! `greylock host table`: what the books hold of locks, as the table that clearing takes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use host::{Piece, Psam};
use records::{Damage, Kind, Outcome, Register, RegisterError, TableWriter, rows_of};
use serde_json::{Map, Value, json};
use store::{Place, Snapshot, StoreError, shown_url};
use wire::{Date, Tid};

use crate::centre::{FolderCentre, look_at_centre};
use crate::cli::{HostServeArgs, HostTableArgs};
use crate::error::{Error, Fault};
use crate::media::{Birth, FileNvm, Growth};
use crate::output::{Context, Report};
use crate::serving::{Config, Given};

/// Rows of the books that are read at a time.
const PAGE: usize = 1024;

/// Writes the table of one state of the books, and before it the numbers of its stations.
///
/// # Errors
/// No books, a name that is taken, numbers that cannot be read, or a full disk.
pub(super) fn run(args: &HostTableArgs, context: &Context<'_>) -> Result<Report, Error> {
    let birth = Birth::begin(&args.out)?;
    let (mut books, from) = Source::open(args, context)?;
    let owners = books.owners()?;
    let beside = || args.out.with_file_name("stations.csv");
    let numbers = Numbers::open(&args.stations.clone().unwrap_or_else(beside), &owners)?;
    let mut table = Table::begin(&birth, args.since)?;
    let number = |tid: Tid| owners.get(&tid).map_or(0, |station| numbers.of(station));
    books.pieces(&mut |piece| table.add(&piece, number))?;
    let told = table.finish(&args.out)?;
    // A number stands in the file of numbers before it stands in a table.
    let (stations, new) = (numbers.register.len(), numbers.new);
    let numbered = numbers.keep()?;
    birth.finish()?;
    let mut text = format!("{} rows of {from} in {}: {}\n", told.rows(), args.out.display(), told);
    if told.left_out > 0 {
        text.push_str(&format!("{} of settled locks left out\n", told.left_out));
    }
    let numbers = numbered.display();
    text.push_str(&format!("numbers of stations in {numbers}: {stations}, {new} of them new\n"));
    let document = json!({
        "outcome": "done",
        "out": args.out.display().to_string(),
        "records": told.rows(),
        "kinds": told.kinds(),
        "left_out": told.left_out,
        "stations": stations,
        "new_stations": new,
        "stations_file": numbered.display().to_string(),
    });
    Ok(Report::done(document, text))
}

/// Where the books are.
enum Source {
    /// In a folder; opening it has read them into memory.
    Folder(Box<FolderCentre>),
    /// In a database.
    Database(Snapshot),
}

impl Source {
    /// The books, and how they are called.
    fn open(args: &HostTableArgs, context: &Context<'_>) -> Result<(Self, String), Error> {
        if let Some(dir) = &args.dir {
            return Ok((Self::Folder(Box::new(look_at_centre(dir)?)), dir.display().to_string()));
        }
        let (config, data, db) = (args.config.clone(), args.data.clone(), args.db.clone());
        let asked = HostServeArgs { config, data, db, ..HostServeArgs::default() };
        let place = Config::place_of(&Given::gather(&asked, &context.io.settings.host)?)?;
        let name = match &place {
            Place::Sqlite(path) => path.display().to_string(),
            Place::Postgres(url) => shown_url(url),
        };
        let books = Snapshot::open(&place, PAGE).map_err(|error| unread(&name, &error))?;
        Ok((Self::Database(books), name))
    }

    /// The station of every terminal.
    fn owners(&mut self) -> Result<BTreeMap<Tid, String>, Error> {
        let mut owners = BTreeMap::new();
        match self {
            Self::Folder(centre) => {
                let owned = |psam: &Psam| (psam.tid, psam.station.0.clone());
                owners.extend(centre.books().psams().map(owned));
            }
            Self::Database(books) => {
                let owned = books.psams(|psam| drop(owners.insert(psam.tid, psam.station.0)));
                owned.map_err(|error| unread("the books", &error))?;
            }
        }
        Ok(owners)
    }

    fn pieces(&mut self, each: &mut dyn FnMut(Piece) -> Result<(), Error>) -> Result<(), Error> {
        match self {
            Self::Folder(centre) => centre.books().held().try_for_each(each),
            Self::Database(books) => {
                let mut refused = Ok(());
                let read = books.held(|piece| {
                    refused = each(piece);
                    refused.is_ok()
                });
                read.map_err(|error| unread("the books", &error)).and(refused)
            }
        }
    }
}

fn unread(name: &str, error: &StoreError) -> Error {
    let fault = match error.kind {
        store::Kind::Unavailable | store::Kind::Conflict => Fault::System,
        store::Kind::Damaged => Fault::Centre,
        store::Kind::OurBug => Fault::Program,
    };
    Error::new(fault, format!("{name} cannot be read: {}", error.what)).advice(
        "check where the books are: --data, --db or --config of a server, --dir of a folder",
    )
}

/// The numbers of stations, and the file that keeps them.
struct Numbers {
    path: PathBuf,
    register: Register,
    new: usize,
    /// The file as it was, which nobody else has meanwhile.
    old: Option<FileNvm>,
}

impl Numbers {
    /// Those of the file, where it is there, and the next ones for all others, by their names.
    fn open(path: &Path, owners: &BTreeMap<Tid, String>) -> Result<Self, Error> {
        let wrong = |error: RegisterError| {
            Error::usage(format!("{}: {error}", path.display()))
                .advice("give a file with the columns number and station, or a name that is free")
        };
        let there = path.symlink_metadata().is_ok();
        let old = there.then(|| FileNvm::open(path, Growth::Fixed)).transpose()?;
        let mut register = match &old {
            Some(_) => {
                let text = fs::read_to_string(path);
                let text = text.map_err(|error| Error::file("read", path, &error))?;
                Register::parse(&text).map_err(wrong)?
            }
            None => Register::default(),
        };
        let mut new = 0;
        for station in owners.values().collect::<BTreeSet<_>>() {
            new += usize::from(register.add(station).map_err(wrong)?);
        }
        Ok(Self { path: path.to_owned(), register, new, old })
    }

    fn of(&self, station: &str) -> u32 {
        self.register.number(station).unwrap_or_default()
    }

    /// Durable under its name; an old file stays whole until then. Where it is.
    fn keep(self) -> Result<PathBuf, Error> {
        let mut birth = match &self.old {
            Some(_) if self.new == 0 => return Ok(self.path),
            Some(old) => Birth::in_place_of(old)?,
            None => Birth::begin(&self.path)?,
        };
        birth.fill(self.register.text().as_bytes())?;
        birth.finish()?;
        Ok(self.path)
    }
}

/// The table in the making.
struct Table {
    writer: TableWriter<File>,
    out: PathBuf,
    since: Option<Date>,
    told: Told,
}

impl Table {
    fn begin(birth: &Birth, since: Option<Date>) -> Result<Self, Error> {
        let out = birth.path().to_owned();
        let writer = TableWriter::new(birth.pieces()?).map_err(|error| unwritten(&out, error))?;
        Ok(Self { writer, out, since, told: Told::default() })
    }

    fn add(&mut self, piece: &Piece, number: impl Fn(Tid) -> u32) -> Result<(), Error> {
        let rows = rows_of(&piece.held, number);
        if self.since.is_some_and(|since| piece.settled.is_some_and(|ended| ended < since)) {
            self.told.left_out += rows.len();
            return Ok(());
        }
        rows.iter().filter_map(Outcome::kind).for_each(|kind| self.told.count(kind));
        self.writer.write(&rows).map_err(|error| unwritten(&self.out, error))
    }

    fn finish(self, out: &Path) -> Result<Told, Error> {
        self.writer.finish().map_err(|error| unwritten(out, error))?;
        Ok(self.told)
    }
}

fn unwritten(path: &Path, damage: Damage) -> Error {
    match damage {
        Damage::Io(error) => Error::file("write", path, &error),
        other => Error::new(Fault::System, format!("cannot write {}: {other}", path.display())),
    }
}

/// What was written, and what was not.
#[derive(Default)]
struct Told {
    counts: BTreeMap<Kind, usize>,
    left_out: usize,
}

impl Told {
    fn count(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    fn of(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    fn rows(&self) -> usize {
        self.counts.values().sum()
    }

    fn kinds(&self) -> Value {
        let count = |kind: Kind| (kind.name().to_owned(), self.of(kind).into());
        Value::Object(Kind::ALL.into_iter().map(count).collect::<Map<_, _>>())
    }
}

/// The kinds that are there, in the order of their numbers.
impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let there = self.counts.iter().map(|(kind, count)| format!("{count} {}", kind.name()));
        f.write_str(&there.collect::<Vec<_>>().join(", "))
    }
}
