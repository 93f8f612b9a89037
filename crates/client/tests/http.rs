//! What the client does with answers that are late, broken or none, by a server of a few lines.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use api::lists::Event;
use api::operate::{Ruling, RulingState};
use api::site::{Happened, RefuelAsked};
use client::{Caller, Client, Kind, Limits, SiteClient, Wanted};
use serde_json::{Value, json};

/// A request as it came.
#[derive(Debug)]
struct Asked {
    line: String,
    head: String,
    body: String,
}

/// What a connection is given for its first request; then it is closed.
type Script = Vec<String>;

fn answer(status: &str, media: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn done(body: &Value) -> String {
    answer("200 OK", "application/json", &body.to_string())
}

fn read(stream: &TcpStream) -> Asked {
    let mut lines = BufReader::new(stream);
    let (mut line, mut head) = (String::new(), String::new());
    lines.read_line(&mut line).unwrap();
    loop {
        let mut next = String::new();
        if lines.read_line(&mut next).unwrap() == 0 || next == "\r\n" {
            break;
        }
        head.push_str(&next.to_lowercase());
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    lines.read_exact(&mut body).unwrap();
    Asked { line: line.trim().to_owned(), head, body: String::from_utf8(body).unwrap() }
}

/// Gives each connection its answer; an empty one breaks the connection after the request.
fn serve(script: Script) -> (String, JoinHandle<Vec<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        let one = |answer: String| {
            let (mut stream, _) = listener.accept().unwrap();
            let asked = read(&stream);
            stream.write_all(answer.as_bytes()).unwrap();
            asked
        };
        script.into_iter().map(one).collect()
    });
    (url, serving)
}

fn client(url: &str, caller: Caller) -> Client {
    Client::new(url.parse().unwrap(), caller, Limits::default()).unwrap()
}

fn operator(url: &str) -> Client {
    client(url, Caller::Operator("secret".to_owned().into()))
}

fn lock() -> Value {
    json!({ "asn": "6280100000000017", "purse": "ed", "ctc": 1, "tid": "112233445566", "ttc": 7 })
}

#[test]
fn who_asks_is_said_in_one_header() {
    let (url, serving) = serve(vec![done(&json!([])), done(&json!([]))]);
    operator(&url).rulings().unwrap();
    client(&url, Caller::Station("north".to_owned())).blacklist().unwrap();
    let asked = serving.join().unwrap();
    assert_eq!(asked[0].line, "GET /v1/rulings HTTP/1.1");
    assert!(asked[0].head.contains("authorization: bearer secret\r\n"), "{asked:?}");
    assert!(!asked[0].head.contains("greylock-station"));
    assert!(asked[1].head.contains("greylock-station: north\r\n"), "{asked:?}");
    assert!(!asked[1].head.contains("authorization"));
}

#[test]
fn a_write_whose_connection_broke_is_sent_once_more_and_no_third_time() {
    let state = json!({ "lock": lock(), "ruling": "unlock", "amount": 5, "maker": "ada", "checker": null, "reason": "x" });
    let ruling = Ruling {
        lock: serde_json::from_value(lock()).unwrap(),
        ruling: "unlock".to_owned(),
        amount: 5,
        reason: "x".to_owned(),
    };
    let (url, serving) = serve(vec![String::new(), done(&state)]);
    let made: RulingState = operator(&url).propose(&ruling).unwrap();
    assert_eq!(made.maker, "ada");
    let asked = serving.join().unwrap();
    assert_eq!(asked[0].body, asked[1].body);

    let (url, serving) = serve(vec![String::new(), "HTTP/1.1 200 OK\r\nContent-Le".to_owned()]);
    let error = operator(&url).propose(&ruling).unwrap_err();
    assert_eq!((error.kind, error.is_out_of_reach()), (Kind::OutOfReach, true), "{error}");
    assert_eq!(serving.join().unwrap().len(), 2);
}

#[test]
fn a_problem_is_told_as_the_server_states_it() {
    let problem = json!({
        "type": "urn:greylock:problem:same_person", "title": "maker and checker must be two persons",
        "status": 409, "detail": "ada", "fault": "operator"
    });
    let problem = answer("409 Conflict", "application/problem+json", &problem.to_string());
    let other = answer("502 Bad Gateway", "text/html", "<html>");
    let (url, serving) = serve(vec![problem, other, done(&json!({ "items": 1 }))]);
    let client = operator(&url);
    let error = client.rulings().unwrap_err();
    assert_eq!((error.kind, error.name()), (Kind::Refused, Some("same_person")));
    assert_eq!(error.to_string(), "maker and checker must be two persons (ada)");
    assert_eq!(client.rulings().unwrap_err().kind, Kind::Centre);
    assert_eq!(client.rulings().unwrap_err().kind, Kind::Centre, "an answer of another kind");
    serving.join().unwrap();
}

#[test]
fn a_server_that_is_not_there_is_out_of_reach() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = operator(&url).rulings().unwrap_err();
    assert!(error.is_out_of_reach() && error.what.contains("cannot be reached"), "{error}");
}

#[test]
fn a_server_that_hangs_is_out_of_reach_after_its_time() {
    // Accepted by the system, answered by nobody.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let limits = Limits { call: std::time::Duration::from_millis(100), ..Limits::default() };
    let client = Client::new(url.parse().unwrap(), Caller::Nobody, limits).unwrap();
    let error = client.rulings().unwrap_err();
    assert!(error.is_out_of_reach() && error.what.contains("in time"), "{error}");
}

#[test]
fn pages_are_asked_for_as_they_are_wanted() {
    let life = json!({ "alarms": [], "acts": [] });
    let psam =
        |tid: &str| json!({ "tid": tid, "station": "north", "state": "active", "life": life });
    let (url, serving) = serve(vec![
        done(&json!({ "items": [psam("1"), psam("2")], "next": "2/7" })),
        done(&json!({ "items": [psam("3")] })),
        done(&json!({ "items": [] })),
    ]);
    let client = operator(&url);
    let tids: Vec<String> = client.psams().map(|psam| psam.unwrap().tid).collect();
    assert_eq!(tids, ["1", "2", "3"]);
    let wanted = Wanted { asn: Some("6280100000000017".to_owned()), tid: None };
    assert_eq!(client.outcomes(&wanted).count(), 0);
    let lines: Vec<String> = serving.join().unwrap().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/psams?limit=500 HTTP/1.1",
            "GET /v1/psams?limit=500&cursor=2%2F7 HTTP/1.1",
            "GET /v1/outcomes?asn=6280100000000017&limit=500 HTTP/1.1",
        ]
    );
}

#[test]
fn events_are_read_on_from_the_last_one() {
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n\
        : sign of life\n\nid: 0:1\ndata: {\"event\":\"grey\",\"record\":\"00\"}\n\n\
        id: 0:2\ndata: {\"event\":\"something_new\",\"x\":1}\n\n\
        id: 0:3\ndata: {\"event\":\"grey_gone\",\"tid\":\"112233445566\",\"ttc\":7,\"lock\":\"00\"}\n\n:\n\n\
        id: 0:4\ndata: {\"event\":\"cleared\",\"asn\":\"6280100000000017\"}\n\n";
    let (url, serving) = serve(vec![stream.to_owned()]);
    let client = client(&url, Caller::Station("north".to_owned()));
    let told: Vec<(String, Event)> = client
        .events(Some("0:0"))
        .unwrap()
        .map(|told| told.map(|told| (told.cursor, told.event)).unwrap())
        .collect();
    let expected = [
        ("0:1", Event::Grey { record: "00".to_owned() }),
        ("0:2", Event::Unknown),
        ("0:3", Event::GreyGone { tid: "112233445566".to_owned(), ttc: 7, lock: "00".to_owned() }),
        ("0:4", Event::Cleared { asn: "6280100000000017".to_owned() }),
    ];
    assert_eq!(told, expected.map(|(cursor, event)| (cursor.to_owned(), event)));
    let asked = serving.join().unwrap();
    assert!(asked[0].head.contains("last-event-id: 0:0\r\n"), "{asked:?}");
}

fn station(url: &str) -> SiteClient {
    SiteClient::new(client(url, Caller::Nobody))
}

#[test]
fn a_visit_is_asked_for_once_even_when_the_connection_breaks() {
    // A second answer would be given to whoever asks again.
    let (url, serving) = serve(vec![String::new(), done(&json!({ "name": "north" }))]);
    let asked = RefuelAsked {
        pin: "123456".to_owned(),
        purse: None,
        amount: Some(900),
        vehicle: None,
        card: None,
    };
    let north = station(&format!("{url}/stations/north"));
    let error = north.refuel(2, &asked).unwrap_err();
    assert!(error.is_out_of_reach(), "{error}");
    // Fails, as this is no whole document, but it is the second request that the server hears.
    assert!(north.site().is_err());
    let asked = serving.join().unwrap();
    assert_eq!(asked[0].line, "POST /stations/north/v1/nozzles/2/refuel HTTP/1.1");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!((&body["pin"], &body["amount"]), (&json!("123456"), &json!(900)));
    assert_eq!(asked[1].line, "GET /stations/north/v1/site HTTP/1.1");
}

#[test]
fn a_visit_that_runs_has_no_outcome_yet() {
    let problem = |name: &str, status: u16| json!({ "type": format!("urn:greylock:problem:{name}"), "title": "so", "status": status });
    let of = |name: &str| {
        answer("404 Not Found", "application/problem+json", &problem(name, 404).to_string())
    };
    let begun = answer("202 Accepted", "application/json", "{\"visit\":7}");
    let stopped = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_owned();
    let (url, serving) = serve(vec![
        begun,
        of("visit_runs"),
        of("not_found"),
        stopped,
        done(&json!({ "items": [] })),
    ]);
    let station = station(&url);
    assert_eq!(station.unlock(1).unwrap().visit, 7);
    assert_eq!(station.outcome(1, 7), Ok(None));
    assert!(station.outcome(1, 8).unwrap_err().is_not_found());
    station.stop(1).unwrap();
    assert_eq!(station.open_locks().count(), 0);
    let lines: Vec<String> = serving.join().unwrap().into_iter().map(|asked| asked.line).collect();
    assert_eq!(
        lines,
        [
            "POST /v1/nozzles/1/unlock HTTP/1.1",
            "GET /v1/nozzles/1/visits/7 HTTP/1.1",
            "GET /v1/nozzles/1/visits/8 HTTP/1.1",
            "POST /v1/nozzles/1/stop HTTP/1.1",
            "GET /v1/locks?open=true&limit=500 HTTP/1.1",
        ]
    );
}

#[test]
fn what_happens_at_a_station_is_read_as_it_comes() {
    let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n\
        id: 5\ndata: {\"event\":\"journal\",\"nozzle\":1,\"step\":\"locked\",\"lock\":null,\"words\":\"x\"}\n\n\
        id: 6\ndata: {\"event\":\"of_next_year\"}\n\n";
    let (url, serving) = serve(vec![stream.to_owned()]);
    let told: Vec<_> =
        station(&url).happenings(Some("4")).unwrap().map(|told| told.unwrap()).collect();
    assert!(
        matches!(&told[0].event, Happened::Journal { nozzle: Some(1), step, .. } if step == "locked"),
        "{told:?}"
    );
    assert_eq!((told[1].cursor.as_str(), &told[1].event), ("6", &Happened::Unknown));
    assert!(serving.join().unwrap()[0].head.contains("last-event-id: 4\r\n"));
}
