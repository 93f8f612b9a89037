//! `greylock host serve`: the centre as a process, spoken to over a socket.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};

use crate::served::certificates;
use crate::world::World;

pub(crate) const GREYLOCK: &str = env!("CARGO_BIN_EXE_greylock");

/// A server in development, on a port that the system chose.
pub(crate) struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
    token: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        Self::with(data, &[])
    }

    pub(crate) fn with(data: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(GREYLOCK)
            .args(["host", "serve", "--dev", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended");
            if let Some((_, address)) = line.trim().split_once("serving at http://") {
                break address.to_owned();
            }
        };
        let token = std::fs::read_to_string(data.join("operator.token")).unwrap();
        Self { child, stderr, address, token }
    }

    /// Status and body.
    fn ask(&self, head: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let request = format!(
            "{head}\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}",
            self.address
        );
        // In one piece: a server that refuses by the head alone closes over what comes later, and its answer is lost.
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    pub(crate) fn as_operator(&self, line: &str, body: &Value) -> (u16, String) {
        let head = format!("{line} HTTP/1.1\r\nAuthorization: Bearer {}", self.token);
        self.ask(&head, &body.to_string())
    }

    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        let mut printed = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        (self.child.wait().unwrap().code(), printed)
    }
}

#[test]
fn a_server_in_development_keeps_its_books_over_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("centre");
    let card = json!({ "asn": "6280100000000017", "ed": { "balance": 5_000 } });
    let server = Server::start(&data);
    assert_eq!(server.ask("GET /health HTTP/1.1", "").0, 200);
    assert_eq!(server.ask("GET /ready HTTP/1.1", "").0, 200);
    assert_eq!(server.ask("POST /v1/cards HTTP/1.1", &card.to_string()).0, 401);
    let (status, body) = server.as_operator("POST /v1/cards", &card);
    assert_eq!((status, body.contains("\"repeat\":false")), (200, true), "{body}");
    // An open stream does not keep the server from stopping.
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nGreylock-Station: north\r\n\r\n")
        .unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let (code, printed) = server.stop();
    assert_eq!(code, Some(0));
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["outcome"], "done");

    let server = Server::start(&data);
    let (status, body) = server.as_operator("POST /v1/cards", &card);
    assert_eq!((status, body.contains("\"repeat\":true")), (200, true), "{body}");
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn a_page_of_another_site_is_not_heard_and_a_wrong_token_is_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let foreign =
        "GET /v1/blacklist HTTP/1.1\r\nGreylock-Station: north\r\nOrigin: http://shop.example";
    assert_eq!(server.ask(foreign, "").0, 403);
    let station = "GET /v1/blacklist HTTP/1.1\r\nGreylock-Station: north";
    assert_eq!(server.ask(station, ""), (200, "[]".to_owned()));
    let wrong = "GET /v1/accounts HTTP/1.1\r\nAuthorization: Bearer 00";
    assert_eq!(server.ask(wrong, "").0, 401);
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn what_cannot_be_served_is_said_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("centre");
    let refused = |arguments: &[&str]| {
        let mut command = Command::new(GREYLOCK);
        command.args(["host", "serve", "--data"]).arg(&data).args(arguments);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(!data.exists());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["--dev", "--listen", "0.0.0.0:0"]).contains("without TLS"));
    assert!(refused(&[]).contains("greylock pki"));
    assert!(refused(&["--certificate", "centre"]).contains("--authority"));
    assert!(refused(&["--dev", "--metrics-listen", "0.0.0.0:0"]).contains("--metrics-listen"));
    assert!(refused(&["--config", "/no/such.toml"]).contains("/no/such.toml"));
}

#[test]
fn with_certificates_nobody_without_one_is_let_in() {
    let world = World::empty();
    certificates(&world);
    let mut child = Command::new(GREYLOCK)
        .args(["host", "serve", "--listen", "127.0.0.1:0", "--vault", "vault.sealed"])
        .args(["--seal-key", "vault.key", "--certificate", "centre", "--authority", "pki"])
        .current_dir(world.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().split_once("serving at ").unwrap().1.to_owned();
    let ask = |certificate: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--cacert", "pki/authority.pem", "--write-out", "%{http_code}"]);
        curl.args(["--output", "/dev/null", "--max-time", "20"]).args(certificate);
        let output =
            curl.arg(format!("{address}/v1/accounts")).current_dir(world.folder()).output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    assert_eq!(ask(&["--cert", "ada.pem", "--key", "ada.key"]), "200");
    assert_eq!(ask(&[]), "000", "no handshake");
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
