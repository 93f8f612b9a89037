//! Cards and PSAMs as registered things: begun, blocked, found again, as operators do it and stations hear it.

use serde_json::{Value, json};

use crate::events::Ear;
use crate::site::{Answered, Site, operator, south};
use crate::told::give_cards_and_psams;

const CARD: &str = "/v1/cards/1234000000000001";

async fn act(site: &Site, path: &str, measure: &str, seen: u32) -> Answered {
    let body = json!({ "measure": measure, "seen": seen, "reason": "as the form says" });
    site.post(operator("ada"), &format!("{path}/acts"), body).await
}

async fn approve(site: &Site, path: &str, number: u32) -> Answered {
    let path = format!("{path}/acts/{number}/approval");
    site.ask(operator("bob"), "POST", &path, None).await
}

#[tokio::test]
async fn stations_hear_that_a_card_is_blacklisted_and_that_it_is_not_any_more() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let pump = tokio::spawn(server::feed::run(std::sync::Arc::clone(&site.app)));
    let mut live = Ear::open(&site, "").await;
    let asn = "1234000000000001";
    for (seen, measure, event) in [
        (
            0,
            "block",
            json!({ "event": "blacklisted", "asn": asn, "reason": "blocked_by_operator" }),
        ),
        (1, "lift_block", json!({ "event": "cleared", "asn": asn })),
        (
            2,
            "report_lost",
            json!({ "event": "blacklisted", "asn": asn, "reason": "reported_lost" }),
        ),
        (3, "report_found", json!({ "event": "cleared", "asn": asn })),
    ] {
        for repeat in [false, true] {
            let acted = act(&site, CARD, measure, seen).await.json();
            assert_eq!((&acted["number"], &acted["repeat"]), (&json!(seen), &json!(repeat)));
        }
        let listed = site.get(south(), "/v1/blacklist").await.json();
        assert_eq!(listed.as_array().unwrap().len(), usize::from(event["event"] == "blacklisted"));
        assert_eq!(live.next().await.1, event);
    }
    assert_eq!(act(&site, CARD, "block", 0).await.json()["repeat"], true, "late");
    assert_eq!(act(&site, CARD, "report_lost", 1).await.problem(), "history_moved_on");
    let card = site.get(operator("ada"), CARD).await.json();
    assert_eq!(card["life"]["acts"].as_array().unwrap().len(), 4);
    assert_eq!(card["life"]["acts"][0]["maker"], "ada");
    pump.abort();
}

#[tokio::test]
async fn a_number_on_another_chip_is_refused_and_the_first_chip_named() {
    let site = Site::new().await;
    let new = |chip: Option<&str>| {
        json!({
            "asn": "1111111111111111", "ed": { "balance": 5 }, "expiry": "20301231", "chip": chip,
        })
    };
    let path = "/v1/cards/1111111111111111";
    let (first, second) = ("C1C1C1C1C1C1C1C1C1C1", "C2C2C2C2C2C2C2C2C2C2");
    let begin = |chip| site.post(operator("ada"), "/v1/cards", new(chip));
    assert_eq!(begin(Some(first)).await.json()["repeat"], false);
    assert_eq!(begin(Some(first)).await.json()["repeat"], true);
    let refused = begin(Some(second)).await;
    assert_eq!(refused.problem(), "begun_on_another_chip");
    assert!(refused.json()["detail"].as_str().unwrap().contains(first), "{refused:?}");
    act(&site, path, "give_up_chip", 0).await.json();
    assert_eq!(approve(&site, path, 0).await.json()["repeat"], false);
    assert_eq!(begin(Some(second)).await.json()["repeat"], false);
    assert_eq!(begin(Some(first)).await.problem(), "chip_given_up");
    let issued = json!({ "chip": second });
    let confirmed = site.post(operator("ada"), &format!("{path}/issued"), issued).await;
    assert_eq!(confirmed.json()["repeat"], false);
    let card = site.get(operator("ada"), path).await.json();
    assert_eq!((&card["state"], &card["life"]["chip"]), (&json!("active"), &json!(second)));
    assert_eq!(begin(Some("C2")).await.problem(), "malformed");
}

#[tokio::test]
async fn a_psam_is_shown_with_its_state_and_retired_by_two() {
    let site = Site::new().await;
    give_cards_and_psams(&site).await;
    let path = "/v1/psams/000000000002";
    let psam = || site.get(operator("ada"), path);
    assert_eq!(psam().await.json()["state"], "made");
    site.post(operator("ada"), &format!("{path}/issued"), json!({})).await.json();
    assert_eq!(psam().await.json()["state"], "active");
    assert_eq!(act(&site, path, "retire", 0).await.json()["state"], "active");
    let alone = site.ask(operator("ada"), "POST", &format!("{path}/acts/0/approval"), None).await;
    assert_eq!(alone.problem(), "same_person");
    assert_eq!(approve(&site, path, 0).await.json()["state"], "replaced");
    assert_eq!(act(&site, path, "block", 1).await.problem(), "psam_replaced");
    let all = site.get(operator("ada"), "/v1/psams").await.json();
    let states: Vec<&Value> =
        all["items"].as_array().unwrap().iter().map(|psam| &psam["state"]).collect();
    assert_eq!(states, [&json!("made"), &json!("replaced")]);
    for (path, what) in [(path, "eat"), ("/v1/psams/000000000009", "block")] {
        let name = act(&site, path, what, 0).await.problem();
        assert_eq!(name, if what == "eat" { "malformed" } else { "tid_unknown" });
    }
}
