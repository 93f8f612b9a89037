//! A card and a PSAM in two readers, a station and a centre.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::service::Service;
use crate::world::{ASN, Done, TID, World};

pub(crate) const OPENING: u64 = 150_000;
pub(crate) const STATION: &str = "--card CARD --psam PSAM --journal station --host file:centre";

/// Everything there is. The readers are a pcscd's of its own.
pub(crate) struct Forecourt {
    pub(crate) world: World,
    pub(crate) service: Service,
}

impl Forecourt {
    /// A centre, a card and a PSAM of it, nothing in the readers yet.
    pub(crate) fn new() -> Self {
        let world = World::empty();
        world.run("keys new --out keys.toml").done();
        world.run("host init --keys keys.toml --dir centre").done();
        let card = format!("--host file:centre --asn {ASN} --balance {OPENING}");
        world.run(&format!("card issue {card} --out card.img")).done();
        world.run(&format!("psam issue --host file:centre --tid {TID} --out psam.img")).done();
        Self { world, service: Service::start() }
    }

    /// The card in the first reader.
    pub(crate) fn card(&self) -> Served {
        Served::start(&self.world, "card serve card.img", &self.service.vpcd(0))
    }

    /// The PSAM in the second reader.
    pub(crate) fn psam(&self) -> Served {
        Served::start(&self.world, "psam serve psam.img", &self.service.vpcd(1))
    }

    /// A command line in which CARD and PSAM stand for the readers.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = self.world.command("");
        command.args(arguments.split_whitespace().map(|word| match word {
            "CARD" => "pcsc:pump 00 00",
            "PSAM" => "pcsc:pump 00 01",
            word => word,
        }));
        command.env("PCSCLITE_CSOCK_NAME", self.service.socket());
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Done {
        Done::of(&self.command(arguments).output().unwrap())
    }

    /// Waits until the service has seen that the first reader is empty, also while a program still holds it.
    pub(crate) fn sees_no_card(&self) {
        let sees_one = || !self.run("readers --json").document()["readers"][0]["atr"].is_null();
        let looked = (0..500).take_while(|_| sees_one()).count();
        assert!(looked < 500, "the reader still has a card");
    }

    /// A refuelling at the station that settles.
    pub(crate) fn settle(&self, amount: u64) -> Value {
        let done = self.run(&format!("refuel {STATION} --json --amount {amount}"));
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.document()["outcome"], "settled", "{done:?}");
        done.document()
    }

    /// After a break: the money adds up as it is, everything is put back, what is open ends, and one of 100 settles
    /// after it. Then the centre has heard what it `heard` before, how the broken one ended, and that sale.
    pub(crate) fn comes_to_rest(
        &self,
        heard: &mut Vec<&'static str>,
        row: Option<&'static str>,
        what: &str,
    ) {
        self.audited(what);
        let (card, psam) = (self.card(), self.psam());
        let unlock = "unlock --card CARD --psam PSAM --journal station --host file:centre --json";
        // A chip that has just come may be lost once more before anything was said to it: then it is tried again.
        let mut freed = self.run(unlock);
        for _ in 0..4 {
            if freed.code == 3 {
                freed = self.run(unlock);
            }
        }
        assert!([0, 1].contains(&freed.code), "{what}: {freed:?}");
        self.settle(100);
        drop((card, psam));
        heard.extend(row);
        heard.push("sale 100 by tac");
        assert_eq!(&self.outcomes(), heard, "{what}: {freed:?}");
        self.paid(heard.iter().map(|heard| sold(heard)).sum(), &format!("{what}: {freed:?}"));
    }

    /// The card has paid this much, is free, and everything adds up.
    pub(crate) fn paid(&self, amount: u64, what: &str) {
        let shown = self.world.show("card.img");
        assert_eq!(shown["state"], "unlocked", "{what}: {shown}");
        assert_eq!(shown["purses"][0]["balance"], OPENING - amount, "{what}");
        let totals = self.audited(what);
        assert_eq!(totals["settled"], amount, "{what}: {totals}");
        assert_eq!(totals["pending_grey"], 0, "{what}: {totals}");
    }

    /// What the centre heard, a lock each in the order of their TTCs: `sale 900 by tac`. No TTC is missing.
    pub(crate) fn outcomes(&self) -> Vec<String> {
        let document = |what: &str| {
            self.world.run(&format!("host {what} --host file:centre --json")).document()
        };
        assert_eq!(document("holes")["psams"][0]["missing"], serde_json::json!([]));
        let heard = document("outcomes");
        let told = heard["outcomes"].as_array().unwrap().iter().map(|heard| {
            let outcome = heard["outcome"].as_str().unwrap();
            let amount =
                heard["amount"].as_u64().map_or_else(String::new, |amount| format!(" {amount}"));
            let by =
                heard["settled_by"].as_str().map_or_else(String::new, |by| format!(" by {by}"));
            format!("{outcome}{amount}{by}")
        });
        told.collect()
    }

    /// Whatever state it is in, the money adds up.
    pub(crate) fn audited(&self, what: &str) -> Value {
        let all = "--card card.img --psam psam.img --journal station --host file:centre";
        let done = self.world.run(&format!("audit --json {all}"));
        assert_eq!(done.code, 0, "{what}: {done:?}");
        assert_eq!(done.document()["totals"]["difference"], 0, "{what}: {done:?}");
        done.document()["totals"].take()
    }
}

/// The amount of a sale that the centre heard of.
fn sold(heard: &str) -> u64 {
    let amount = heard.strip_prefix("sale ").and_then(|rest| rest.split(' ').next());
    amount.map_or(0, |amount| amount.parse().unwrap())
}

/// A chip that a process of its own serves. Dropping it stops it.
pub(crate) struct Served {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Served {
    /// Puts it in and waits until it is.
    pub(crate) fn start(world: &World, arguments: &str, vpcd: &str) -> Self {
        let mut command = world.command(&format!("{arguments} --vpcd {vpcd}"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut served = Self { child, stderr };
        served.wait_for("is in the reader");
        served
    }

    /// Reads its messages up to one with these words.
    fn wait_for(&mut self, words: &str) {
        wait_for(&mut self.stderr, words);
    }

    /// Its process, which takes the signals of a hand.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Pulls it out.
    pub(crate) fn pull(&mut self) {
        self.signal("-USR1");
        self.wait_for("is out of the reader");
    }

    /// Puts it back.
    pub(crate) fn put_back(&mut self) {
        self.signal("-USR1");
        self.wait_for("is in the reader");
    }

    /// Stops it, of a service with `--json`; how many commands it answered.
    pub(crate) fn answered(mut self) -> u64 {
        let mut out = self.child.stdout.take().unwrap();
        assert_eq!(self.stop("-TERM"), 0);
        let mut document = String::new();
        out.read_to_string(&mut document).unwrap();
        let document: Value = serde_json::from_str(&document).unwrap();
        document["apdus"].as_u64().unwrap()
    }

    /// Stops it; its exit code.
    pub(crate) fn stop(mut self, signal: &str) -> i32 {
        self.signal(signal);
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ended_before = self.child.kill();
        let _status = self.child.wait();
    }
}

fn wait_for(stderr: &mut BufReader<ChildStderr>, words: &str) {
    let mut heard = String::new();
    loop {
        let mut line = String::new();
        let read = stderr.read_line(&mut line).unwrap();
        assert_ne!(read, 0, "it ended without `{words}`: {heard}");
        if line.contains(words) {
            return;
        }
        heard.push_str(&line);
    }
}

/// A refuelling that waits at a journal step.
pub(crate) struct Held {
    child: Child,
    stdin: Option<ChildStdin>,
    stderr: BufReader<ChildStderr>,
}

impl Held {
    pub(crate) fn at(forecourt: &Forecourt, step: &str, amount: u64) -> Self {
        let order = format!("refuel {STATION} --json --amount {amount} --hold-at {step}");
        let mut command = forecourt.command(&order);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut held = Self { child, stdin, stderr };
        wait_for(&mut held.stderr, &format!("holding at {step}"));
        held
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
