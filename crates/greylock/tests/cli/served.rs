//! A centre that is served, and the options by which stations and operators reach it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Stdio};

use crate::forecourt::OPENING;
use crate::world::{ASN, TID, World};

/// A centre's server, at a port that the system chose. It ends with the test.
pub(crate) struct Served {
    child: Child,
    stderr: BufReader<ChildStderr>,
    pub(crate) url: String,
}

impl Served {
    /// `host serve` with these options, once it serves.
    pub(crate) fn start(world: &World, options: &str) -> Self {
        let mut command = world.command(&format!("host serve --listen 127.0.0.1:0 {options}"));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let url = loop {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended: {said}");
            if let Some((_, url)) = line.trim().split_once("serving at ") {
                break url.to_owned();
            }
            said.push_str(&line);
        };
        Self { child, stderr, url }
    }

    /// Ends it by SIGTERM; what it still said.
    pub(crate) fn stop(mut self) -> String {
        signal(&self.child);
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
        rest
    }
}

fn signal(child: &Child) {
    let id = child.id().to_string();
    let _gone = std::process::Command::new("kill").args(["-TERM", &id]).status();
}

impl Drop for Served {
    fn drop(&mut self) {
        // Its number may be another process's once it ended.
        if matches!(self.child.try_wait(), Ok(None)) {
            signal(&self.child);
            let _ended = self.child.wait();
        }
    }
}

/// A centre of either kind, and how it is reached.
pub(crate) struct Host {
    /// The options of a station's command.
    pub(crate) station: String,
    /// The options of an operator's command.
    pub(crate) operator: String,
    /// The options of another operator's.
    pub(crate) other: String,
    /// The operators' names.
    pub(crate) names: [&'static str; 2],
    pub(crate) served: Option<Served>,
}

/// A counter's TID, which a server has to know.
pub(crate) const COUNTER: &str = "998877665544";

impl Host {
    /// In a folder.
    pub(crate) fn folder(world: &World) -> Self {
        world.run("keys new --out keys.toml").done();
        world.run("host init --keys keys.toml --dir centre").done();
        let at = "--host file:centre".to_owned();
        let (operator, other, names) = (at.clone(), at.clone(), ["ada", "grace"]);
        Self { station: at, operator, other, names, served: None }
    }

    /// A server in development.
    pub(crate) fn development(world: &World) -> Self {
        let served = Served::start(world, "--dev --data centre");
        let station = format!("--host {}", served.url);
        let operator = format!("{station} --token centre/operator.token");
        let (other, names) = (operator.clone(), ["developer", "developer"]);
        Self { station, operator, other, names, served: Some(served) }
    }

    /// A server that knows everybody by certificates.
    pub(crate) fn certified(world: &World) -> Self {
        certificates(world);
        let keys = "--vault vault.sealed --seal-key vault.key --data data";
        let served = Served::start(world, &format!("{keys} --certificate centre --authority pki"));
        let by = |stem: &str| format!("--host {} --certificate {stem} --authority pki", served.url);
        let (station, operator, other) = (by("station-cert"), by("ada"), by("grace"));
        Self { station, operator, other, names: ["ada", "grace"], served: Some(served) }
    }

    /// `card.img` and `psam.img`, issued by the centre.
    pub(crate) fn issue(&self, world: &World) {
        let card = format!("--asn {ASN} --balance {OPENING} --out card.img");
        world.run(&format!("card issue {} {card}", self.operator)).done();
        let psam = format!("--tid {TID} --station station --out psam.img");
        world.run(&format!("psam issue {} {psam}", self.operator)).done();
    }
}

/// Sealed keys, and certificates of a centre, a station and two operators.
pub(crate) fn certificates(world: &World) {
    for command in [
        "keys new --out keys.toml",
        "keys seal --keys keys.toml --seal-key vault.key --out vault.sealed",
        "pki init --dir pki --name Test",
        "pki server --dir pki --ip 127.0.0.1 --out centre",
        "pki station --dir pki --name station --out station-cert",
        "pki operator --dir pki --name ada --out ada",
        "pki operator --dir pki --name grace --out grace",
    ] {
        world.run(command).done();
    }
}

/// The same test over a folder, a server in development, and one with certificates.
pub(crate) fn everywhere(test: impl Fn(&World, &Host)) {
    for make in [Host::folder, Host::development, Host::certified] {
        let world = World::empty();
        let host = make(&world);
        host.issue(&world);
        test(&world, &host);
        if let Some(served) = host.served {
            served.stop();
        }
    }
}
