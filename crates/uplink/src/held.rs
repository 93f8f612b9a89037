//! The lists in memory, and their files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use api::lists::Event;
use api::site::ListStanding;
use lists::{Blacklist, Cursor, FileError, GreyList, Kind, ListError, Numbers};
use wire::record::decode;
use wire::{Asn, ClaimedRecord, LockId};

/// Both lists, in their order below.
pub(crate) const KINDS: [Kind; 2] = [Kind::Blacklist, Kind::GreyList];

/// What the centre calls a list.
pub(crate) const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Blacklist => "blacklist",
        Kind::GreyList => "grey",
    }
}

/// A list as it was when the centre was heard last.
#[derive(Default)]
struct Kept<L> {
    list: L,
    /// Up to where the events are in it; nothing before its first base.
    cursor: Option<Cursor>,
    /// When the centre last said that this is the list of now.
    fresh: Option<Instant>,
    /// Since when it is otherwise than its file.
    unsaved: Option<Instant>,
}

/// The lists, looked up by nozzles and changed by the listener.
pub(crate) struct Held {
    folder: PathBuf,
    blacklist: RwLock<Kept<Blacklist>>,
    grey: RwLock<Kept<GreyList>>,
}

/// An event does not follow what the list has: a new base is needed.
#[derive(Debug)]
pub(crate) struct Gap;

impl Held {
    /// The lists of the folder; one that is missing or damaged comes from the centre anew.
    pub(crate) fn open(folder: &Path) -> std::io::Result<Self> {
        fs::create_dir_all(folder)?;
        let black = load(&file(folder, Kind::Blacklist), Blacklist::from_bytes)?;
        let grey = load(&file(folder, Kind::GreyList), GreyList::from_bytes)?;
        let (blacklist, grey) = (RwLock::new(kept(black)), RwLock::new(kept(grey)));
        Ok(Self { folder: folder.to_owned(), blacklist, grey })
    }

    pub(crate) fn is_blacklisted(&self, asn: Asn) -> bool {
        read(&self.blacklist).list.contains(asn)
    }

    pub(crate) fn grey_record(&self, lock: &LockId) -> Option<ClaimedRecord> {
        read(&self.grey).list.get(lock)
    }

    /// Up to where the events are in a list, and how it stands there.
    pub(crate) fn at(&self, kind: Kind) -> Option<(Cursor, Numbers)> {
        match kind {
            Kind::Blacklist => at(&read(&self.blacklist), |list| list.list().numbers()),
            Kind::GreyList => at(&read(&self.grey), |list| list.list().numbers()),
        }
    }

    pub(crate) fn standing(&self, kind: Kind) -> ListStanding {
        let (numbers, fresh) = match kind {
            Kind::Blacklist => {
                let kept = read(&self.blacklist);
                (kept.list.list().numbers(), kept.fresh)
            }
            Kind::GreyList => {
                let kept = read(&self.grey);
                (kept.list.list().numbers(), kept.fresh)
            }
        };
        ListStanding {
            version: numbers.version,
            digest: numbers.digest.to_string(),
            rows: numbers.rows,
            seconds: fresh.map(|fresh| fresh.elapsed().as_secs()),
        }
    }

    /// Puts a base in the place of what was there.
    ///
    /// # Errors
    /// The bytes are no such list.
    pub(crate) fn replace(&self, kind: Kind, bytes: &[u8]) -> Result<(), FileError> {
        let now = Some(Instant::now());
        match kind {
            Kind::Blacklist => {
                let (list, cursor) = Blacklist::from_bytes(bytes)?;
                *write(&self.blacklist) =
                    Kept { list, cursor: Some(cursor), fresh: now, unsaved: now };
            }
            Kind::GreyList => {
                let (list, cursor) = GreyList::from_bytes(bytes)?;
                *write(&self.grey) = Kept { list, cursor: Some(cursor), fresh: now, unsaved: now };
            }
        }
        Ok(())
    }

    /// The centre says that it has nothing newer.
    pub(crate) fn is_fresh(&self, kind: Kind) {
        let now = Some(Instant::now());
        match kind {
            Kind::Blacklist => write(&self.blacklist).fresh = now,
            Kind::GreyList => write(&self.grey).fresh = now,
        }
    }

    /// Takes the event with this number of a lane; true when the list is otherwise now. One that is in it already
    /// changes nothing.
    ///
    /// # Errors
    /// Events are missing before it.
    pub(crate) fn take(
        &self,
        kind: Kind,
        (lane, number): (i64, i64),
        event: &Event,
    ) -> Result<bool, Gap> {
        match kind {
            Kind::Blacklist => {
                take(&mut write(&self.blacklist), (lane, number), |list| black(list, event))
            }
            Kind::GreyList => {
                take(&mut write(&self.grey), (lane, number), |list| grey(list, event))
            }
        }
    }

    /// Writes what changed to its file, when that is due: a long list is written less often.
    pub(crate) fn save(&self, all: bool) -> std::io::Result<()> {
        for kind in KINDS {
            let (due, bytes) = match kind {
                Kind::Blacklist => {
                    let kept = read(&self.blacklist);
                    to_save(&kept, all, kept.list.list().len(), Blacklist::to_bytes)
                }
                Kind::GreyList => {
                    let kept = read(&self.grey);
                    to_save(&kept, all, kept.list.list().len(), GreyList::to_bytes)
                }
            };
            if let Some(bytes) = bytes {
                store(&file(&self.folder, kind), &bytes)?;
                match kind {
                    Kind::Blacklist => saved(&mut write(&self.blacklist), due),
                    Kind::GreyList => saved(&mut write(&self.grey), due),
                }
            }
        }
        Ok(())
    }
}

fn kept<L: Default>(loaded: Option<(L, Cursor)>) -> Kept<L> {
    match loaded {
        Some((list, cursor)) => Kept { list, cursor: Some(cursor), fresh: None, unsaved: None },
        None => Kept::default(),
    }
}

fn at<L>(kept: &Kept<L>, numbers: impl Fn(&L) -> Numbers) -> Option<(Cursor, Numbers)> {
    Some((kept.cursor.clone()?, numbers(&kept.list)))
}

fn take<L>(
    kept: &mut Kept<L>,
    (lane, number): (i64, i64),
    change: impl FnOnce(&mut L) -> Result<bool, ListError>,
) -> Result<bool, Gap> {
    let cursor = kept.cursor.as_mut().ok_or(Gap)?;
    if cursor.has_passed(lane, number) {
        return Ok(false);
    }
    if !cursor.comes_next(lane, number) {
        return Err(Gap);
    }
    let changed = change(&mut kept.list).map_err(|_| Gap)?;
    cursor.pass(lane, number);
    kept.unsaved = kept.unsaved.or_else(|| Some(Instant::now()));
    Ok(changed)
}

fn black(list: &mut Blacklist, event: &Event) -> Result<bool, ListError> {
    let version = list.list().version() + 1;
    let (asn, listed) = match event {
        Event::Blacklisted { asn, .. } => (asn, true),
        Event::Cleared { asn } => (asn, false),
        Event::Grey { .. } | Event::GreyGone { .. } | Event::Unknown => return Ok(false),
    };
    let differs = ListError::Differs { version };
    list.apply(version, asn.parse().map_err(|_| differs)?, listed).map(|()| true)
}

fn grey(list: &mut GreyList, event: &Event) -> Result<bool, ListError> {
    let version = list.list().version() + 1;
    let differs = ListError::Differs { version };
    let bytes = |hex: &str| hex::decode(hex).map_err(|_| differs);
    match event {
        Event::Grey { record } => {
            let record: ClaimedRecord = decode(&bytes(record)?).ok_or(differs)?;
            list.add(version, &record).map(|()| true)
        }
        Event::GreyGone { lock, .. } => {
            let lock: LockId = decode(&bytes(lock)?).ok_or(differs)?;
            list.remove(version, &lock).map(|()| true)
        }
        Event::Blacklisted { .. } | Event::Cleared { .. } | Event::Unknown => Ok(false),
    }
}

fn to_save<L>(
    kept: &Kept<L>,
    all: bool,
    rows: usize,
    bytes: impl Fn(&L, &Cursor) -> Vec<u8>,
) -> (Option<Instant>, Option<Vec<u8>>) {
    let pause = Duration::from_secs(u64::try_from(rows / 10_000).unwrap_or(600).clamp(1, 600));
    let due = kept.unsaved.filter(|since| all || since.elapsed() >= pause);
    let cursor = kept.cursor.as_ref().filter(|_| due.is_some());
    (due, cursor.map(|cursor| bytes(&kept.list, cursor)))
}

/// Only the listener changes a list, and it is the one that saves: nothing came in between.
fn saved<L>(kept: &mut Kept<L>, due: Option<Instant>) {
    if kept.unsaved == due {
        kept.unsaved = None;
    }
}

fn file(folder: &Path, kind: Kind) -> PathBuf {
    folder.join(format!("{}.list", name_of(kind)))
}

fn load<L>(
    path: &Path,
    read: impl Fn(&[u8]) -> Result<(L, Cursor), FileError>,
) -> std::io::Result<Option<(L, Cursor)>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match read(&bytes) {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) => {
            let path = path.display().to_string();
            tracing::warn!(path, %error, "the list is fetched anew");
            Ok(None)
        }
    }
}

/// Whole under its name, or as it was.
fn store(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    let mut written = fs::File::create(&partial)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    fs::rename(&partial, path)?;
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
