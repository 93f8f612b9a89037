//! Histories of the rules' tests, told over the interface: the books are those of the rules in memory.

use host::{Answer, Input, MainKeys, Output, Subject, UnlockAnswer};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use server::Caller;

use crate::base::{Base, on_postgres, on_sqlite};
use crate::site::{Answered, Site, north, operator, south};
use crate::support::world::{World, stories, world};
use crate::support::{CARD, NORTH, OPENING, OTHER, SOUTH, T1, T2};

pub fn report_hex(report: &wire::Report) -> String {
    hex::encode(wire::record::encode(report).to_vec())
}

fn station(name: &str) -> Caller {
    if name == NORTH { north() } else { south() }
}

pub async fn give_cards_and_psams(site: &Site) {
    for asn in [CARD, OTHER] {
        let ed = json!({ "balance": OPENING, "ctc": crate::support::FIRST_CTC });
        let card = json!({ "asn": asn.to_string(), "ed": ed });
        assert!(site.post(operator("ada"), "/v1/cards", card).await.status.is_success());
    }
    for (tid, owner) in [(T1, NORTH), (T2, SOUTH)] {
        let psam = json!({ "tid": tid.to_string(), "station": owner });
        assert!(site.post(operator("ada"), "/v1/psams", psam).await.status.is_success());
    }
}

pub fn unlock_document(request: &host::UnlockRequest) -> Value {
    json!({
        "asn": request.asn.to_string(),
        "tid": request.tid.to_string(),
        "status": hex::encode(&*request.status.encode()),
        "init": hex::encode(&*request.init.encode()),
    })
}

fn lock_document(lock: &wire::LockId) -> Value {
    let purse = if lock.purse == wire::Purse::Ed { "ed" } else { "ep" };
    json!({
        "asn": lock.asn.to_string(), "purse": purse, "ctc": lock.ctc,
        "tid": lock.tid.to_string(), "ttc": lock.ttc.0,
    })
}

pub fn ruling_document(lock: &wire::LockId, ruling: host::Ruling, reason: &str) -> Value {
    let (name, amount) = match ruling {
        host::Ruling::Unlock(amount) => ("unlock", i64::from(amount.units())),
        host::Ruling::Debited(amount) => ("debited", i64::from(amount.units())),
        host::Ruling::Claim { amount, accepted: true } => ("claim_accepted", amount),
        host::Ruling::Claim { amount, accepted: false } => ("claim_rejected", amount),
    };
    json!({ "lock": lock_document(lock), "ruling": name, "amount": amount, "reason": reason })
}

/// Tells one call over the interface and compares the answer with that of the rules.
async fn tell(site: &Site, input: &Input, output: &Output) {
    match input {
        Input::Hear { station: name, report, now } => {
            site.time_is(*now);
            let body = json!({ "reports": [report_hex(report)] });
            let answered = site.post(station(name), "/v1/reports", body).await.json();
            let answer = &answered["answers"][0];
            match output {
                Ok(Answer::Heard(heard)) => {
                    assert_eq!(answer["outcome"].as_str(), heard.outcome.map(host::Outcome::name));
                }
                Err(refusal) => {
                    let kind = answer["problem"]["type"].as_str().unwrap();
                    assert!(kind.ends_with(refusal.name()), "{answered}");
                }
                Ok(other) => panic!("{other:?}"),
            }
        }
        Input::Unlock(request) => {
            site.time_is(request.now);
            let owner = if request.tid == T1 { north() } else { south() };
            let answered = site.post(owner, "/v1/unlocks", unlock_document(request)).await;
            match output {
                Ok(Answer::Unlock(UnlockAnswer::Decided(decision))) => {
                    let given = answered.json();
                    assert_eq!(given["decision"]["amount"], decision.amount.units());
                }
                Ok(Answer::Unlock(UnlockAnswer::Wait(code))) => {
                    assert_eq!(answered.json()["wait"], code.name());
                }
                Err(refusal) => assert_eq!(answered.problem(), refusal.name()),
                Ok(other) => panic!("{other:?}"),
            }
        }
        Input::Confirm { asn, otc, mac3, .. } => {
            let body = json!({ "asn": asn.to_string(), "purse": "ed", "otc": otc, "mac3": mac3.to_string() });
            let answered = site.post(south(), "/v1/receipts", body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::Transfer(request) => {
            site.time_is(request.now);
            let init = hex::encode(&*request.init.encode());
            let body = json!({
                "way": way_of(request.way), "asn": request.asn.to_string(), "tid": request.tid.to_string(),
                "purse": "ed", "amount": request.amount.units(), "init": init,
                "account": request.account.map(|name| name.to_string()),
            });
            let decision = match output {
                Ok(Answer::Transfer(decision)) => decision,
                Err(refusal) => {
                    let refused = site.post(south(), "/v1/transfers", body).await;
                    return assert_eq!(refused.problem(), refusal.name());
                }
                Ok(other) => panic!("{other:?}"),
            };
            for _ in 0..2 {
                let answered = site.post(south(), "/v1/transfers", body.clone()).await.json();
                assert_eq!(answered["mac2"], decision.mac2.to_string());
            }
            let path = format!("/v1/cards/{}/transfers/open", request.asn);
            let open = site.get(south(), &path).await.json();
            assert!(open.as_array().unwrap().iter().any(|open| open["otc"] == request.init.otc));
        }
        Input::ConfirmTransfer { way, asn, otc, tac, .. } => {
            let body = json!({
                "way": way_of(*way), "asn": asn.to_string(), "purse": "ed", "otc": otc, "tac": tac.to_string(),
            });
            let answered = site.post(south(), "/v1/transfers/proofs", body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::Propose(proposal) => {
            let body = ruling_document(&proposal.lock, proposal.ruling, &proposal.reason);
            let answered = site.post(operator(&proposal.maker), "/v1/rulings", body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::Approve(approval) => {
            let body = ruling_document(&approval.lock, approval.ruling, "");
            let path = "/v1/rulings/approvals";
            let answered = site.post(operator(&approval.checker), path, body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::RegisterPsam { tid, station, chip, .. } => {
            let chip = chip.map(|chip| chip.to_string());
            let body = json!({ "tid": tid.to_string(), "station": station, "chip": chip });
            let answered = site.post(operator("ada"), "/v1/psams", body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::OpenPrepaid(account) => {
            let body = json!({
                "name": account.name.to_string(), "holder": account.holder,
                "stations": account.stations,
            });
            let answered = site.post(operator("ada"), "/v1/prepaid", body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::FundPrepaid(funding) => {
            let body = json!({ "reference": funding.reference, "amount": funding.amount });
            let path = format!("/v1/prepaid/{}/fundings", funding.name);
            let answered = site.post(operator(&funding.maker), &path, body).await;
            assert_eq!(answered.status.is_success(), output.is_ok(), "{answered:?}");
        }
        Input::Act(order) => {
            site.time_is(order.now);
            let body = json!({
                "measure": order.measure.name(), "seen": order.seen, "reason": order.reason,
            });
            let path = format!("{}/acts", path_of(order.subject));
            let answered = site.post(operator(&order.maker), &path, body).await;
            same_act(&answered, output);
        }
        Input::ApproveAct(approval) => {
            site.time_is(approval.now);
            let of = path_of(approval.subject);
            let path = format!("{of}/acts/{}/approval", approval.number);
            let checker = operator(&approval.checker);
            same_act(&site.ask(checker, "POST", &path, None).await, output);
        }
        _ => {}
    }
}

const fn way_of(way: host::Way) -> &'static str {
    match way {
        host::Way::Load => "load",
        host::Way::Unload => "unload",
    }
}

fn path_of(subject: Subject) -> String {
    match subject {
        Subject::Card(asn) => format!("/v1/cards/{asn}"),
        Subject::Psam(tid) => format!("/v1/psams/{tid}"),
    }
}

fn same_act(answered: &Answered, output: &Output) {
    match output {
        Ok(Answer::Acted(acted)) => {
            let state = acted.state.name();
            let wanted = json!({ "number": acted.number, "state": state, "repeat": acted.repeat });
            assert_eq!(answered.json(), wanted);
        }
        Err(refusal) => assert_eq!(answered.problem(), refusal.name()),
        Ok(other) => panic!("{other:?}"),
    }
}

/// The centre keeps its own time, so what is compared has none.
async fn compare(site: &Site, told: &World) {
    let answered = site.get(operator("ada"), "/v1/accounts").await.json();
    assert_eq!(answered["sum"], 0);
    let wanted = told.host.trial_balance().accounts;
    let wanted: Vec<Value> = wanted
        .iter()
        .map(|(account, balance)| json!({ "account": account.to_string(), "balance": i64::try_from(*balance).unwrap() }))
        .collect();
    assert_eq!(answered["accounts"].as_array().unwrap(), &wanted);
    let mut rows = Vec::new();
    let mut path = "/v1/outcomes?limit=3".to_owned();
    loop {
        let page = site.get(operator("ada"), &path).await.json();
        rows.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/outcomes?limit=3&cursor={next}"),
            None => break,
        }
    }
    let names = |row: &host::OutcomeRow| {
        (row.tid.to_string(), row.ttc.0, row.outcome.map(host::Outcome::name))
    };
    let wanted = told.host.outcomes();
    assert_eq!(rows.len(), wanted.len());
    for (row, wanted) in rows.iter().zip(&wanted) {
        let (tid, ttc, outcome) = names(wanted);
        assert_eq!(
            (row["tid"].as_str().unwrap(), row["ttc"].as_u64().unwrap()),
            (tid.as_str(), ttc.into())
        );
        assert_eq!(row["outcome"].as_str(), outcome);
    }
    let bought = site.get(operator("ada"), "/v1/purchases?limit=500").await.json();
    let wanted = told.host.purchases();
    assert_eq!(bought["items"].as_array().unwrap().len(), wanted.len());
    for (row, wanted) in bought["items"].as_array().unwrap().iter().zip(&wanted) {
        assert_eq!((&row["end"], &row["owed"]), (&json!(wanted.end.name()), &json!(wanted.owed)));
    }
    let listed = site.get(north(), "/v1/blacklist").await.json();
    assert_eq!(listed.as_array().unwrap().len(), told.host.blacklist().len());
    let grey = site.get(north(), "/v1/grey-records?limit=500").await.json();
    assert_eq!(grey["items"].as_array().unwrap().len(), told.host.grey_list().len());
}

async fn histories(base: fn(MainKeys) -> Base, cases: usize) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..cases {
        let stories = stories().new_tree(&mut runner).unwrap().current();
        let told = world(&stories, Some(700));
        let site = Site::on(base).await;
        give_cards_and_psams(&site).await;
        for (input, output) in told.log.iter().skip(4) {
            tell(&site, input, output).await;
        }
        compare(&site, &told).await;
    }
}

#[tokio::test]
async fn what_is_told_over_the_interface_ends_in_the_books_of_the_rules_on_sqlite() {
    histories(on_sqlite, 10).await;
}

#[tokio::test]
#[ignore = "wants a PostgreSQL: cargo xtask databases"]
async fn what_is_told_over_the_interface_ends_in_the_books_of_the_rules_on_postgres() {
    histories(on_postgres, 10).await;
}
