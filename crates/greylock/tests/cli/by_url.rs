//! Everything that the command line does with a centre in a folder, it does with a server.

use clap::CommandFactory as _;
use greylock::cli::Cli;
use serde_json::json;

use crate::forecourt::{OPENING, STATION, false_debit_of};
use crate::served::{COUNTER, Host, Served, everywhere};
use crate::world::{ASN, Done, TID, World};

fn audited(world: &World, host: &Host) {
    let all = "--card card.img --psam psam.img --journal station";
    world.audited(&format!("{all} {}", host.operator));
}

fn refused(done: &Done, refusal: &str) {
    assert_eq!(done.code, 1, "{done:?}");
    assert_eq!(done.document()["refusal"], refusal, "{done:?}");
}

#[test]
fn a_refuelling_and_an_escape_are_settled_and_audited() {
    everywhere(|world, host| {
        let at = &host.station;
        world.settle(&format!("--amount 300 {at}"));
        world.escape(1234, at);
        // At another station the record of the list unlocks.
        let elsewhere = if at.contains("https") { "station" } else { "elsewhere" };
        world.freed("local", 1234, &format!("--journal {elsewhere} {at}"));
        world.settle(&format!("--amount 10 {at}"));
        let listed = world.run(&format!("host outcomes --json {}", host.operator)).document();
        let rows: Vec<_> = listed["outcomes"].as_array().unwrap().iter().collect();
        assert_eq!(rows.len(), 3, "{listed}");
        assert!(rows.iter().all(|row| row["settled_by"] == "tac" && row["station"] == "station"));
        let text = world.run(&format!("host holes {} --tid {TID}", host.operator)).done();
        assert_eq!(text, "112233445566: heard all up to 3, missing nothing\n");
        assert_eq!(
            world.run(&format!("host notices {}", host.operator)).done(),
            "nothing to list\n"
        );
        audited(world, host);
    });
}

#[test]
fn a_grey_card_whose_record_is_lost_is_unlocked_on_line_after_two_operators() {
    everywhere(|world, host| {
        let at = &host.station;
        world.settle(&format!("--amount 300 {at}"));
        world.escape(1234, "");
        std::fs::remove_dir_all(world.path("station")).unwrap();
        let psam = "--journal new/station --psam psam.img";
        let waits = world.unlock(&format!("{psam} {at}"));
        assert_eq!(waits.code, 1, "{waits:?}");
        assert!(waits.err.contains("(missing)"), "{waits:?}");
        let decide = |options: &str| {
            let order = format!("host decide --tid {TID} --ttc 2 --json {options}");
            world.run(&order)
        };
        let [maker, checker] = host.names;
        let order = format!("--amount 1234 --reason totalizer --maker {maker} {}", host.operator);
        let made = decide(&order).document();
        assert_eq!((&made["state"], &made["maker"]), (&json!("proposed"), &json!(maker)));
        let listed = world.run(&format!("host notices --json {}", host.operator)).document();
        assert_eq!(listed["proposals"][0]["amount"], 1234, "{listed}");
        refused(&decide(&format!("--checker {maker} {}", host.operator)), "same_person");
        if maker == checker {
            // A server in development has one operator.
            return;
        }
        let approved = decide(&format!("--checker {checker} {}", host.other));
        assert_eq!(approved.document()["checker"], checker, "{approved:?}");
        world.freed("online", 1234, &format!("{psam} {at}"));
        let all = "--card card.img --psam psam.img --journal new/station";
        world.audited(&format!("{all} {}", host.operator));
    });
}

#[test]
fn money_is_loaded_and_unloaded_at_a_counter_that_the_centre_knows() {
    everywhere(|world, host| {
        let counter = format!("--tid {COUNTER} --out counter.psam --station station");
        world.run(&format!("psam issue {} {counter}", host.operator)).done();
        let named = if host.station.contains("http:") { "--station-name station" } else { "" };
        let at = format!("{} {named} --tid {COUNTER}", host.station);
        let load = format!("load --card card.img --amount 500 --json {at}");
        let done = world.run(&load).document();
        assert_eq!(
            (&done["outcome"], &done["confirmed"]),
            (&json!("loaded"), &json!(true)),
            "{done}"
        );
        let unload = format!("unload --card card.img --amount 200 --json {at}");
        let done = world.run(&unload).document();
        assert_eq!(
            (&done["outcome"], &done["confirmed"]),
            (&json!("unloaded"), &json!(true)),
            "{done}"
        );
        assert_eq!(world.balance("card.img", 0), OPENING + 300);
        let purchase = format!("purchase {STATION} --amount 450 --json {}", host.station);
        assert_eq!(world.run(&purchase).document()["outcome"], "purchased");
        let listed = world.run(&format!("host outcomes --json {}", host.operator)).document();
        assert_eq!(listed["outcomes"][0]["outcome"], "purchase", "{listed}");
        assert_eq!(listed["outcomes"][0]["station"], "station", "{listed}");
        audited(world, host);
    });
}

#[test]
fn a_locked_application_is_unblocked() {
    everywhere(|world, host| {
        let escaped = world.escape(1234, &host.station);
        for _ in 0..3 {
            assert_eq!(world.to_card(&false_debit_of(&escaped)), "9302");
        }
        let unblock = format!("card unblock --card card.img --json {}", host.operator);
        assert_eq!(world.run(&unblock).document()["grey"], true);
        world.freed("local", 1234, &format!("--journal station {}", host.station));
        let listed = world.run(&format!("host notices --json {}", host.operator)).document();
        assert_eq!(listed["notices"][0]["code"], "application_unblocked", "{listed}");
        let switch = format!("card switch --card card.img --json {}", host.operator);
        assert_eq!(world.run(&switch).document()["outcome"], "current", "no newer keys");
        audited(world, host);
    });
}

#[test]
fn a_number_is_issued_once() {
    everywhere(|world, host| {
        let order = format!("card issue {} --asn {ASN} --json --out", host.operator);
        refused(
            &world.run(&format!("{order} again.img --balance 150000")),
            "begun_on_another_chip",
        );
        refused(&world.run(&format!("{order} again.img --balance 1")), "card_already_registered");
        let order = format!("psam issue {} --tid {TID} --json --out", host.operator);
        refused(
            &world.run(&format!("{order} again.img --station station")),
            "begun_on_another_chip",
        );
        refused(
            &world.run(&format!("{order} again.img --station north")),
            "psam_already_registered",
        );
        assert!(!world.path("again.img").exists() && !world.path("again.img.new").exists());
        // What cannot be made spends no number.
        let order = format!("card issue {} --asn 6280100000000025 --json --out", host.operator);
        assert_eq!(world.run(&format!("{order} nowhere/second.img")).code, 2);
        assert_eq!(world.run(&format!("{order} second.img")).code, 0);
    });
}

#[test]
fn a_blank_chip_is_issued_by_the_centre_and_issued_again() {
    everywhere(|world, host| {
        world.run("keys transport --out transport.key").done();
        let asn = "6280100000000033";
        let blank = |image: &str| {
            world.run(&format!("card blank --transport-key transport.key --out {image}")).done();
        };
        let issue = |image: &str| {
            let order = format!("card issue {} --asn {asn} --balance 500", host.operator);
            world.run(&format!("{order} --transport-key transport.key --json --out {image}"))
        };
        blank("blank.img");
        world.copy("blank.img", "torn.img");
        blank("other.img");
        assert_eq!(issue("blank.img").code, 0);
        // The same chip, as if it had been torn before its last grouping.
        assert_eq!(issue("torn.img").code, 0);
        refused(&issue("other.img"), "begun_on_another_chip");
        assert_eq!(world.show("torn.img")["asn"], asn);
        let order = "refuel --card torn.img --psam psam.img --journal station --amount 100";
        world.run(&format!("{order} {}", host.station)).done();
        let all = "--card torn.img --card card.img --psam psam.img --journal station";
        world.audited(&format!("{all} {}", host.operator));
    });
}

#[test]
fn a_card_and_a_psam_live_and_two_operators_lift_what_one_cannot() {
    everywhere(|world, host| {
        let card = |options: &str| world.run(&format!("host card {ASN} --json {options}"));
        let [ada, grace] = host.names;
        assert_eq!(card(&host.operator).document()["state"], "active", "issuing was confirmed");
        let lost = format!("--act lost --reason telephone --maker {ada} {}", host.operator);
        let document = card(&lost).document();
        assert_eq!((&document["state"], &document["act"]), (&json!("lost"), &json!(0)));
        let refused = world.refuel(&format!("--amount 300 {}", host.station));
        assert_eq!(refused.code, 1, "a lost card gets no new lock: {refused:?}");
        let found = format!("--act found --reason in-the-car --maker {ada} {}", host.operator);
        assert_eq!(card(&found).document()["life"]["acts"][1]["measure"], "report_found");
        world.settle(&format!("--amount 300 {}", host.station));
        let psam = |options: &str| world.run(&format!("host psam {TID} --json {options}"));
        let retire = format!("--act retire --reason broken --maker {ada} {}", host.operator);
        assert_eq!(psam(&retire).document()["state"], "active", "one person is not enough");
        if ada != grace {
            let approve = format!("--approve 0 --checker {grace} {}", host.other);
            assert_eq!(psam(&approve).document()["state"], "replaced");
        }
        let text = world.run(&format!("host psam {TID} {}", host.operator)).done();
        assert!(text.contains(&format!("  0: retire by {ada}")), "{text}");
        audited(world, host);
    });
}

#[test]
fn a_load_is_charged_to_a_prepaid_account() {
    everywhere(|world, host| {
        let account =
            |options: &str| world.run(&format!("host account {options} --json {}", host.operator));
        let open = "open north --holder Fuels --for station";
        assert_eq!(account(open).document()["repeat"], false);
        assert_eq!(account(open).document()["repeat"], true);
        let paid = format!("fund north --paid-in 1000 --reference b1 --maker {}", host.names[0]);
        assert_eq!(account(&paid).document()["balance"], 1_000);
        assert_eq!(
            account(&paid).document(),
            json!({
                "name": "north", "amount": 1_000, "balance": 1_000, "repeat": true
            })
        );
        let named = if host.station.contains("http:") { "--station-name station" } else { "" };
        let load = |cents: u32| {
            let order =
                format!("load --card card.img --amount {cents} --account north --tid {TID}");
            world.run(&format!("{order} --json {named} {}", host.station))
        };
        assert_eq!(load(600).document()["outcome"], "loaded");
        assert_eq!(load(600).code, 1, "there is not so much on it any more");
        let shown = account("show north").document();
        assert_eq!(shown["accounts"][0]["balance"], 400, "{shown}");
        assert_eq!(account("show south").code, 1);
        world.audited(&format!("--card card.img --psam psam.img {}", host.operator));
    });
}

#[test]
fn a_station_works_on_while_the_server_is_away() {
    let world = World::empty();
    let mut host = Host::development(&world);
    host.issue(&world);
    host.served.take().unwrap().stop();
    let done = world.refuel(&format!("--amount 300 {}", host.station));
    assert_eq!((done.code, &done.document()["outcome"]), (0, &json!("settled")), "{done:?}");
    assert!(done.err.contains("the centre is out of reach"), "{done:?}");
    let load = format!("load --card card.img --amount 1 --tid {TID} --json {}", host.station);
    let done = world.run(&load);
    assert_eq!(done.code, 3, "{done:?}");
    let looked = world.run(&format!("host outcomes --json {}", host.operator));
    assert_eq!(looked.code, 3, "{looked:?}");
    // What the journal kept goes up at the next visit, at another port.
    let served = Served::start(&world, "--dev --data centre");
    world.settle(&format!("--amount 10 --host {}", served.url));
    let operator = format!("--host {} --token centre/operator.token", served.url);
    world.audited(&format!("--card card.img --psam psam.img --journal station {operator}"));
    served.stop();
}

#[test]
fn what_the_server_does_not_know_is_refused_and_told() {
    let world = World::new();
    let host = Host::development(&world);
    // Card and PSAM of other keys: a folder would take them in, a server does not.
    let done = world.refuel(&format!("--amount 300 {}", host.station));
    assert!(done.err.contains("nobody registered this TID"), "{done:?}");
    let listed = world.run(&format!("host outcomes --json {}", host.operator)).document();
    assert_eq!(listed["outcomes"], json!([]));
}

#[test]
fn who_one_is_must_be_said_and_be_true() {
    let world = World::empty();
    let host = Host::certified(&world);
    host.issue(&world);
    let url = host.served.as_ref().unwrap().url.clone();
    world.run(&format!("host notices --host {url}")).is_wrong_use("--certificate");
    let half = format!("host notices --host {url} --certificate ada");
    world.run(&half).is_wrong_use("--authority");
    // Nobody decides in the name of another one.
    world.escape(1234, &host.station);
    let order = format!(
        "host decide --tid {TID} --ttc 1 --amount 1 --reason x --maker eve {}",
        host.operator
    );
    world.run(&order).is_wrong_use("ada's");
    // A station is no operator, and an operator no station.
    let done = world.run(&format!("host notices --json {}", host.station));
    refused(&done, "not_permitted");
    // An authority of one's own is not the centre's.
    world.run("pki init --dir other --name Other").done();
    world.run("pki operator --dir other --name ada --out mallory").done();
    let done =
        world.run(&format!("host notices --host {url} --certificate mallory --authority other"));
    done.is_wrong_use("certificates of both ends");
    let done =
        world.run(&format!("host notices --host {url} --certificate mallory --authority pki"));
    done.is_wrong_use("certificates of both ends");
}

#[test]
fn a_token_is_asked_for_and_never_crosses_a_network() {
    let world = World::empty();
    let host = Host::development(&world);
    let url = &host.served.as_ref().unwrap().url;
    world.run(&format!("host notices --host {url}")).is_wrong_use("operator.token");
    world.put("wrong.token", b"00");
    let wrong = world.run(&format!("host notices --host {url} --token wrong.token"));
    wrong.is_wrong_use("say who you are");
    let far = "host notices --host http://centre.example:7816 --token centre/operator.token";
    world.run(far).is_wrong_use("without TLS over a network");
    world.run("host notices --host centre").is_wrong_use("file:DIR");
}

/// Every command that takes --host takes what says who asks; `host init` and `host serve` make a centre.
#[test]
fn every_command_with_a_host_can_say_who_asks() {
    fn look(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        let has = |name: &str| command.get_arguments().any(|argument| argument.get_id() == name);
        if has("host") {
            assert!(has("certificate") && has("authority"), "{path}");
            assert!(has("token") || has("station"), "{path}");
            found.push(path.to_owned());
        }
        for inner in command.get_subcommands() {
            look(inner, format!("{path} {}", inner.get_name()).trim(), found);
        }
    }
    let mut found = Vec::new();
    look(&Cli::command(), "", &mut found);
    for command in [
        "audit",
        "host card",
        "host psam",
        "host account open",
        "host account fund",
        "host account show",
        "card issue",
        "card switch",
        "card unblock",
        "host decide",
        "host holes",
        "host notices",
        "host outcomes",
        "load",
        "psam issue",
        "purchase",
        "refuel",
        "unload",
        "unlock",
    ] {
        assert!(found.iter().any(|known| known == command), "{command}: {found:?}");
    }
}
