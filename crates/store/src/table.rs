//! The tables of the books, by name and columns. `migrations/` creates them.

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    Number,
    Text,
}
use Holds::{Number, Text};

/// A column.
pub(crate) type Column = (&'static str, Holds);

/// A table: its columns, of which the first `key` name a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [Column],
    pub(crate) key: usize,
}

impl Table {
    /// The columns of an index or a key: the named ones, in that order.
    pub(crate) fn only(&self, names: &[&str]) -> Vec<Column> {
        let find = |name: &&str| self.columns.iter().find(|column| column.0 == *name).copied();
        names.iter().filter_map(find).collect()
    }

    pub(crate) fn names(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.0).collect()
    }
}

pub(crate) const CARDS: Table = Table {
    name: "cards",
    columns: &[("asn", Text), ("blacklisted", Text), ("data", Text)],
    key: 1,
};

pub(crate) const PSAMS: Table =
    Table { name: "psams", columns: &[("tid", Text), ("station", Text), ("data", Text)], key: 1 };

pub(crate) const PREPAID: Table = Table {
    name: "prepaid",
    columns: &[("name", Text), ("balance", Number), ("data", Text)],
    key: 1,
};

pub(crate) const FUNDINGS: Table = Table {
    name: "fundings",
    columns: &[("name", Text), ("reference", Text), ("data", Text)],
    key: 2,
};

pub(crate) const CASES: Table = Table {
    name: "cases",
    columns: &[("tid", Text), ("ttc", Number), ("asn", Text), ("listed", Text), ("data", Text)],
    key: 2,
};

/// Every lock and purchase of which a case, a TAC, a sighting or a purchase is kept.
pub(crate) const KNOWN_LOCKS: Table = Table { name: "known_locks", columns: LOCK, key: 5 };

pub(crate) const SIGHTINGS: Table = Table { name: "sightings", columns: LOCK_FACT, key: 6 };

pub(crate) const TACS: Table = Table { name: "tacs", columns: LOCK_FACT, key: 6 };

pub(crate) const CHANGES: Table = Table {
    name: "changes",
    columns: &[("asn", Text), ("purse", Number), ("otc", Number), ("data", Text)],
    key: 3,
};

pub(crate) const DECISIONS: Table = Table {
    name: "decisions",
    columns: &[("asn", Text), ("date", Text), ("time", Text), ("data", Text)],
    key: 3,
};

pub(crate) const TRANSFERS: Table = Table {
    name: "transfers",
    columns: &[("asn", Text), ("date", Text), ("time", Text), ("data", Text)],
    key: 3,
};

pub(crate) const PURCHASES: Table = Table {
    name: "purchases",
    columns: &[
        ("tid", Text),
        ("ttc", Number),
        ("asn", Text),
        ("purse", Number),
        ("ctc", Number),
        ("open", Number),
        ("data", Text),
    ],
    key: 2,
};

pub(crate) const WAITING: Table = Table { name: "waiting", columns: LOCK_DATA, key: 5 };

pub(crate) const RULINGS: Table = Table { name: "rulings", columns: LOCK_DATA, key: 5 };

pub(crate) const OPEN_LOCKS: Table = Table { name: "open_locks", columns: LOCK, key: 5 };

pub(crate) const ENTRIES: Table = Table {
    name: "entries",
    columns: &[
        ("lane", Number),
        ("posting", Number),
        ("part", Number),
        ("reason", Text),
        ("asn", Text),
        ("purse", Number),
        ("ctc", Number),
        ("tid", Text),
        ("ttc", Number),
        ("at", Text),
        ("source", Text),
        ("target", Text),
        ("amount", Number),
    ],
    key: 3,
};

pub(crate) const NOTICES: Table = Table {
    name: "notices",
    columns: &[("about", Text), ("code", Text), ("detail", Text), ("at", Text), ("lane", Number)],
    key: 3,
};

pub(crate) const OPERATOR_LOG: Table = Table {
    name: "operator_log",
    columns: &[
        ("operator", Text),
        ("request", Text),
        ("resource", Text),
        ("call", Text),
        ("about", Text),
        ("answer", Text),
        ("at", Text),
        ("lane", Number),
    ],
    key: 2,
};

/// Lines of the operator log with the numbers that the database gave them.
pub(crate) const NUMBERED_OPERATIONS: Table = Table {
    name: "operator_log",
    columns: &[
        ("lane", Number),
        ("id", Number),
        ("operator", Text),
        ("request", Text),
        ("resource", Text),
        ("call", Text),
        ("about", Text),
        ("answer", Text),
        ("at", Text),
    ],
    key: 2,
};

/// Notices with the numbers that the database gave them.
pub(crate) const NUMBERED_NOTICES: Table = Table {
    name: "notices",
    columns: &[
        ("lane", Number),
        ("id", Number),
        ("about", Text),
        ("code", Text),
        ("detail", Text),
        ("at", Text),
    ],
    key: 2,
};

pub(crate) const EVENTS: Table = Table {
    name: "events",
    columns: &[
        ("lane", Number),
        ("number", Number),
        ("data", Text),
        ("blacklist", Text),
        ("grey_list", Text),
    ],
    key: 2,
};

pub(crate) const LANES: Table = Table { name: "lanes", columns: &[("lane", Number)], key: 1 };

const LOCK: &[Column] =
    &[("asn", Text), ("purse", Number), ("ctc", Number), ("tid", Text), ("ttc", Number)];

const LOCK_DATA: &[Column] = &[
    ("asn", Text),
    ("purse", Number),
    ("ctc", Number),
    ("tid", Text),
    ("ttc", Number),
    ("data", Text),
];

const LOCK_FACT: &[Column] = &[
    ("asn", Text),
    ("purse", Number),
    ("ctc", Number),
    ("tid", Text),
    ("ttc", Number),
    ("fact", Text),
];
