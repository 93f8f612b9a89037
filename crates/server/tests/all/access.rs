//! Who may do what: every resource with every caller. A resource that is not in the table fails the test.

use std::collections::BTreeSet;

use serde_json::json;
use server::{Caller, resources};

use crate::site::{Site, nobody, north, operator, south};

/// Whom a resource serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum For {
    Anybody,
    Known,
    Stations,
    Operators,
}
use For::{Anybody, Known, Operators, Stations};

const TABLE: &[(&str, &str, For)] = &[
    ("GET", "/health", Anybody),
    ("GET", "/ready", Anybody),
    ("GET", "/metrics", Operators),
    ("POST", "/v1/reports", Stations),
    ("POST", "/v1/unlocks", Stations),
    ("POST", "/v1/receipts", Stations),
    ("POST", "/v1/transfers", Stations),
    ("POST", "/v1/transfers/proofs", Stations),
    ("GET", "/v1/cards/{asn}/transfers/open", Known),
    ("GET", "/v1/grey-records", Known),
    ("GET", "/v1/grey-records/{lock}", Known),
    ("GET", "/v1/blacklist", Known),
    ("GET", "/v1/lists/{list}", Known),
    ("GET", "/v1/lists/{list}/state", Known),
    ("GET", "/v1/events", Known),
    ("POST", "/v1/cards", Operators),
    ("GET", "/v1/cards", Operators),
    ("GET", "/v1/cards/{asn}", Operators),
    ("POST", "/v1/cards/{asn}/unblock", Operators),
    ("POST", "/v1/cards/{asn}/switch", Operators),
    ("POST", "/v1/cards/{asn}/replacement", Operators),
    ("POST", "/v1/cards/{asn}/issued", Operators),
    ("POST", "/v1/cards/{asn}/acts", Operators),
    ("POST", "/v1/cards/{asn}/acts/{number}/approval", Operators),
    ("POST", "/v1/psams/{tid}/issued", Operators),
    ("POST", "/v1/psams/{tid}/acts", Operators),
    ("POST", "/v1/psams/{tid}/acts/{number}/approval", Operators),
    ("GET", "/v1/psams/{tid}", Operators),
    ("POST", "/v1/psams", Operators),
    ("GET", "/v1/psams", Operators),
    ("GET", "/v1/psams/{tid}/holes", Operators),
    ("GET", "/v1/outcomes", Operators),
    ("GET", "/v1/outcomes/{tid}/{ttc}", Operators),
    ("GET", "/v1/purchases", Operators),
    ("GET", "/v1/notices", Operators),
    ("POST", "/v1/rulings", Operators),
    ("GET", "/v1/rulings", Operators),
    ("POST", "/v1/rulings/approvals", Operators),
    ("POST", "/v1/prepaid", Operators),
    ("GET", "/v1/prepaid", Operators),
    ("GET", "/v1/prepaid/{name}", Operators),
    ("POST", "/v1/prepaid/{name}/fundings", Operators),
    ("GET", "/v1/prepaid/{name}/fundings", Operators),
    ("GET", "/v1/accounts", Operators),
    ("GET", "/v1/postings", Operators),
    ("GET", "/v1/books", Operators),
    ("POST", "/v1/cards/{asn}/profile", Operators),
    ("POST", "/v1/psams/{tid}/profile", Operators),
    ("GET", "/v1/operator-log", Operators),
];

#[test]
fn every_resource_is_in_the_table() {
    let there: BTreeSet<(String, String)> = resources().into_iter().collect();
    let named = TABLE.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned()));
    assert_eq!(named.collect::<BTreeSet<_>>(), there);
}

fn filled(path: &str) -> String {
    path.replace("{asn}", "1234000000000001")
        .replace("{tid}", "000000000001")
        .replace("{ttc}", "1")
        .replace("{number}", "0")
        .replace("{name}", "shop")
        .replace("{lock}", "00")
        .replace("{list}", "grey")
}

/// None when the caller was let in, whatever he was answered then.
async fn turned_away(site: &Site, caller: Caller, method: &str, path: &str) -> Option<String> {
    if path == "/v1/events" && caller != Caller::Nobody {
        // The stream has no end; its head says whether the caller was let in.
        let mut request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        request.extensions_mut().insert(caller);
        let status = site.send(request).await.status();
        return (!status.is_success()).then(|| status.to_string());
    }
    let body = (method == "POST").then(|| json!({}));
    let answered = site.ask(caller, method, &filled(path), body).await;
    let name = match answered.status.as_u16() {
        401 | 403 => answered.problem(),
        _ => return None,
    };
    assert!(
        ["not_authenticated", "not_permitted"].contains(&name.as_str()),
        "{method} {path}: {name}"
    );
    Some(name)
}

#[tokio::test]
async fn everybody_gets_what_the_table_says_and_nobody_more() {
    let site = Site::new().await;
    let callers = [nobody(), north(), south(), operator("ada")];
    for (method, path, whom) in TABLE {
        let allowed = match whom {
            Anybody => [true; 4],
            Known => [false, true, true, true],
            Stations => [false, true, true, false],
            Operators => [false, false, false, true],
        };
        for (caller, allowed) in callers.iter().zip(allowed) {
            let away = turned_away(&site, caller.clone(), method, path).await;
            assert_eq!(away.is_none(), allowed, "{method} {path} as {caller:?}: {away:?}");
            if *caller == Caller::Nobody && !allowed {
                assert_eq!(away.as_deref(), Some("not_authenticated"));
            }
        }
    }
}

#[tokio::test]
async fn a_station_does_not_speak_for_another_one() {
    use crate::support::{T1, T2};
    use crate::told::{give_cards_and_psams, report_hex};
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let body = json!({ "reports": [report_hex(&wire::Report::Void(T1, wire::Ttc(1)))] });
    let answered = site.post(south(), "/v1/reports", body).await.json();
    assert_eq!(answered["answers"][0]["problem"]["status"], 403);
    assert_eq!(answered["answers"][0]["final"], true);
    let mut scene = crate::support::Scene::new();
    scene.grey(1_000, 1);
    let asked = crate::told::unlock_document(&scene.card.ask(T2, crate::support::at(3)));
    let refused = site.post(north(), "/v1/unlocks", asked).await;
    assert_eq!(refused.problem(), "station_does_not_own_tid");
}
