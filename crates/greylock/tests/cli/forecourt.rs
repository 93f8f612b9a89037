//! What refuellings at a forecourt share: orders, documents, and a terminal that is held and killed.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdin, Stdio};

use serde_json::Value;
use wire::card_command::DebitForRefuel;
use wire::record::decode;
use wire::{CardCommand, ClaimedRecord};

use crate::world::{ASN, Done, SELECT, TID, World};

/// What a new card of [`World::new`] holds.
pub(crate) const OPENING: u64 = 150_000;
/// The card, the PSAM and the station of a world.
pub(crate) const STATION: &str = "--card card.img --psam psam.img --journal station";

/// Whether a JSON value has the type that the interface names.
type Is = fn(&Value) -> bool;

const NUMBER: Is = Value::is_u64;

fn hex_of(value: &Value, digits: usize) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn or_null(value: &Value, is: Is) -> bool {
    value.is_null() || is(value)
}

/// Every field that scripts rely on is there, with its type; those of a lock may be null.
pub(crate) fn has_every_field(document: &Value) {
    let fields: [(&str, Is); 13] = [
        ("outcome", Value::is_string),
        ("amount", NUMBER),
        ("balance_before", NUMBER),
        ("balance_after", NUMBER),
        ("asn", |value| hex_of(value, 16)),
        ("ctc", |value| or_null(value, NUMBER)),
        ("tid", |value| or_null(value, |value| hex_of(value, 12))),
        ("ttc", |value| or_null(value, NUMBER)),
        ("tac", |value| or_null(value, |value| hex_of(value, 8))),
        ("gtac", |value| or_null(value, |value| hex_of(value, 8))),
        ("record", |value| or_null(value, |value| record_of(value).is_some())),
        ("apdus", NUMBER),
        ("reason", |value| or_null(value, Value::is_string)),
    ];
    for (name, is) in fields {
        let value = document.get(name).unwrap_or_else(|| panic!("{name}: {document}"));
        assert!(is(value), "{name}: {document}");
    }
}

fn record_of(value: &Value) -> Option<ClaimedRecord> {
    decode(&hex::decode(value.as_str()?).ok()?)
}

/// The DEBIT FOR REFUEL that a document's grey record allows, as hex for `apdu`.
pub(crate) fn debit_of(document: &Value) -> String {
    let record = record_of(&document["record"]).unwrap();
    let id = record.terms.id;
    let debit = DebitForRefuel {
        purse: id.purse,
        amount: record.delivery.amount,
        ctc: id.ctc + 1,
        tid: id.tid,
        ttc: id.ttc,
        date: record.delivery.at.date,
        time: record.delivery.at.time,
        gmac: record.claim.gmac,
    };
    hex::encode(&*CardCommand::DebitForRefuel(debit).encode())
}

/// The same command with a code that is not the PSAM's.
pub(crate) fn false_debit_of(document: &Value) -> String {
    let debit = debit_of(document);
    let (right, le) = debit.split_at(debit.len() - 2);
    let (head, gmac) = right.split_at(right.len() - 8);
    let other = !u32::from_str_radix(gmac, 16).unwrap();
    format!("{head}{other:08x}{le}")
}

impl World {
    /// With `keys.toml` and a centre that issued `card.img` and `psam.img`.
    pub(crate) fn with_centre() -> Self {
        let world = Self::empty();
        world.run("keys new --out keys.toml").done();
        world.run("host init --keys keys.toml --dir centre").done();
        world.issue_card(ASN, "card.img");
        world.run(&format!("psam issue --host file:centre --tid {TID} --out psam.img")).done();
        world
    }

    /// A card of the centre.
    pub(crate) fn issue_card(&self, asn: &str, image: &str) {
        let order = format!("--host file:centre --asn {asn} --balance {OPENING}");
        self.run(&format!("card issue {order} --out {image}")).done();
    }

    /// A refuelling of `card.img` at `station`, with `--json`.
    pub(crate) fn refuel(&self, arguments: &str) -> Done {
        self.run(&format!("refuel {STATION} --json {arguments}"))
    }

    /// A refuelling that settles.
    pub(crate) fn settle(&self, arguments: &str) -> Value {
        let done = self.refuel(arguments);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.document()["outcome"], "settled", "{done:?}");
        done.document()
    }

    /// A refuelling whose card is pulled when `cents` have flowed.
    pub(crate) fn escape(&self, cents: u32, arguments: &str) -> Value {
        let done = self.refuel(&format!("--amount 5000 --escape-at {cents} {arguments}"));
        assert_eq!(done.code, 3, "{done:?}");
        assert_eq!(done.document()["outcome"], "escaped", "{done:?}");
        done.document()
    }

    pub(crate) fn unlock(&self, arguments: &str) -> Done {
        self.run(&format!("unlock --card card.img --json {arguments}"))
    }

    /// An unlock that frees the card in this way.
    pub(crate) fn freed(&self, how: &str, amount: u64, arguments: &str) -> Value {
        let done = self.unlock(arguments);
        assert_eq!(done.code, 0, "{done:?}");
        let document = done.document();
        assert_eq!(document["outcome"], "settled", "{document}");
        assert_eq!(document["how"], how, "{document}");
        assert_eq!(document["amount"], amount, "{document}");
        has_every_field(&document);
        document
    }

    /// The money adds up over all that is named.
    pub(crate) fn audited(&self, arguments: &str) -> Value {
        let done = self.run(&format!("audit --json {arguments}"));
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.document()["ok"], true, "{done:?}");
        done.document()
    }

    /// What a purse can spend; ED is 0, EP is 1.
    pub(crate) fn balance(&self, image: &str, purse: usize) -> u64 {
        self.show(image)["purses"][purse]["balance"].as_u64().unwrap()
    }

    /// What `card show` says, but for the random numbers drawn and the PIN's counter.
    pub(crate) fn lasting(&self, image: &str) -> Value {
        let mut shown = self.show(image);
        shown["numbers_drawn"].take();
        shown["pin_tries"].take();
        shown
    }

    /// A copy of a file, or of a folder over what is there.
    pub(crate) fn copy(&self, from: &str, to: &str) {
        let (from, to) = (self.path(from), self.path(to));
        if from.is_file() {
            std::fs::copy(&from, &to).unwrap();
            return;
        }
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(&from).unwrap() {
            let name = entry.unwrap().file_name();
            let inside = |folder: &std::path::Path| folder.join(&name).display().to_string();
            self.copy(&inside(&from), &inside(&to));
        }
    }

    /// Sends commands to `card.img` behind a SELECT; the answer to the last one.
    pub(crate) fn to_card(&self, commands: &str) -> String {
        let answers = self.run(&format!("apdu --card card.img {SELECT} {commands}")).done();
        answers.lines().last().unwrap().to_owned()
    }

    /// Brings the world to the moment when LOCK has gone out and its answer was lost: the card
    /// is grey, PSAM and station know of `lock_sent` only.
    pub(crate) fn lose_the_answer_of_lock(&self) {
        let held = Held::at(self, "lock_sent", "--amount 5000 --escape-at 0");
        self.copy("psam.img", "psam.then");
        self.copy("station", "station.then");
        assert_eq!(held.go_on().code, 3);
        std::fs::rename(self.path("psam.then"), self.path("psam.img")).unwrap();
        std::fs::remove_dir_all(self.path("station")).unwrap();
        std::fs::rename(self.path("station.then"), self.path("station")).unwrap();
        assert_eq!(self.show("card.img")["state"], "grey");
    }
}

/// A refuelling that waits at a journal step. Dropping it kills it.
pub(crate) struct Held {
    child: Child,
    stdin: Option<ChildStdin>,
    stderr: BufReader<ChildStderr>,
}

impl Held {
    /// Starts one at `station` and waits until it says that the step is durable.
    pub(crate) fn at(world: &World, step: &str, arguments: &str) -> Self {
        let mut command =
            world.command(&format!("refuel {STATION} --json --hold-at {step} {arguments}"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut held = Self { child, stdin, stderr };
        held.wait_for(&format!("holding at {step}"));
        held
    }

    fn wait_for(&mut self, words: &str) {
        let mut heard = String::new();
        while !heard.ends_with(&format!("{words}\n")) {
            let read = self.stderr.read_line(&mut heard).unwrap();
            assert_ne!(read, 0, "it ended without `{words}`: {heard}");
        }
    }

    /// Takes its power away.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it go on, and takes its power away as soon as it writes to this file.
    pub(crate) fn let_go_and_kill_when_written(mut self, world: &World, file: &str) {
        let before = world.bytes(file);
        drop(self.stdin.take());
        while self.child.try_wait().unwrap().is_none() && world.bytes(file) == before {
            std::thread::yield_now();
        }
        self.kill();
    }

    /// Lets it go on to its end.
    pub(crate) fn go_on(mut self) -> Done {
        drop(self.stdin.take());
        let (mut out, mut err) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        self.stderr.read_to_string(&mut err).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        Done { code, out, err }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}
