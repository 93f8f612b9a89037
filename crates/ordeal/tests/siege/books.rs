//! Every cent: what the cards were debited is what the stations are owed, in the books and by their own journals.

use ordeal::client::{Client, Who};
use serde_json::Value;

use crate::pumps::{Journals, journals};
use crate::town::{CARDS, NOZZLES, STATIONS, Town, psam};

/// Over every chip, journal and book; the stations have stopped. Their money, and what the journals have.
///
/// Nothing may be open any more, so there is nothing to state either: no lock or purchase without its end, no report that
/// waits or is kept aside, no change that nothing tells about.
pub fn audit(town: &Town, run: u64) -> (Value, Journals) {
    let mut words = "audit --json".to_owned();
    for card in 0..CARDS {
        words.push_str(&format!(" --card card-{card}.img"));
    }
    for (number, name) in STATIONS.into_iter().enumerate() {
        words.push_str(&format!(" --journal {name}"));
        for nozzle in NOZZLES {
            words.push_str(&format!(" --psam {}", psam(number, nozzle)));
        }
    }
    let printed = town.by_operator(&words).unwrap_or_else(|why| panic!("run {run}: {why}"));
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["ok"], true, "run {run}: {document:#}");
    assert_eq!(document["statements"], Value::Array(Vec::new()), "run {run}: {document:#}");
    let totals = document["totals"].clone();
    for nothing in
        ["difference", "not_covered", "pending_grey", "debited_unheard", "claims", "unproved"]
    {
        assert_eq!(totals[nothing], 0, "run {run}: {nothing}: {document:#}");
    }
    assert_eq!(totals["owed_to_stations"], totals["debits_by_cards"], "run {run}: {document:#}");
    let journals = journals(town);
    let sold = journals.amounts.iter().sum::<i64>();
    assert_eq!(totals["settled"], sold, "run {run}: the exports have {sold}: {document:#}");
    owed(town, run, &journals);
    nothing_waits(town, run);
    (totals, journals)
}

/// To each station the centre owes what its own journal says, and its purchases.
fn owed(town: &Town, run: u64, journals: &Journals) {
    let purchases = all(town, "/v1/purchases");
    let accounts = asked(town, "/v1/accounts");
    for (name, sold) in STATIONS.into_iter().zip(journals.amounts) {
        let paid = purchases.iter().filter(|row| row["station"] == name && row["owed"] == true);
        let paid = paid.map(|row| row["amount"].as_i64().unwrap()).sum::<i64>();
        let payable = format!("station_payable/{name}");
        let mut accounts = accounts["accounts"].as_array().unwrap().iter();
        let account = accounts.find(|row| row["account"] == payable.as_str());
        let booked = account.map_or(0, |row| row["balance"].as_i64().unwrap());
        assert_eq!(booked, sold + paid, "run {run}: {payable}: sold {sold}, purchases {paid}");
    }
}

/// No operator has to decide or look at anything: what was noticed asks for nothing, or is about locks that have ended since.
fn nothing_waits(town: &Town, run: u64) {
    let printed = town.by_operator("host notices --json").unwrap();
    let document: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(document["proposals"], Value::Array(Vec::new()), "run {run}: {document:#}");
    for notice in document["notices"].as_array().unwrap() {
        let is_past = notice["lock_settled"] == true || notice["what_to_do"] == "nothing";
        let is_harmless =
            ["information", "claim", "wait"].contains(&notice["class"].as_str().unwrap());
        assert!(is_past && is_harmless, "run {run}: {notice:#}");
    }
}

/// Every page of a list.
fn all(town: &Town, path: &str) -> Vec<Value> {
    let (mut rows, mut page) = (Vec::new(), asked(town, path));
    loop {
        rows.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else { return rows };
        page = asked(town, &format!("{path}?after={next}"));
    }
}

/// The numbers of a card's loads that the centre waits to hear of.
pub fn open_loads(town: &Town, asn: &str) -> Vec<u64> {
    let station = Who::Station(STATIONS[0].to_owned());
    let open = asked_by(&station, town, &format!("/v1/cards/{asn}/transfers/open"));
    open.as_array().unwrap().iter().map(|load| load["otc"].as_u64().unwrap()).collect()
}

/// What the centre answers an operator.
fn asked(town: &Town, path: &str) -> Value {
    let operator = Who::Operator(town.read("centre/operator.token").trim().to_owned());
    asked_by(&operator, town, path)
}

fn asked_by(who: &Who, town: &Town, path: &str) -> Value {
    let url = town.centre.lines[0].url();
    let answered = Client::new(url.trim_start_matches("http://")).get(who, path).unwrap();
    assert_eq!(answered.status, 200, "{path}: {:#}", answered.document);
    answered.document
}
