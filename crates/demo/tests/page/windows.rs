//! Windows that come late, that nobody sees, and that see another demo.

use serde_json::json;

use crate::street::{DESK, Street};

const NORTH_1: &str = ".pump[data-station='north'][data-nozzle='1']";
const PAPER: &str = "document.querySelector('.paper[data-grey=\"false\"]')";
const NO_PAPER: &str = "!document.querySelector('.paper')";
/// A window of which the test says whether anybody sees it.
const HIDDEN: &str = "window.isHidden = true; \
    Object.defineProperty(Document.prototype, 'hidden', {get: () => window.isHidden});";

fn is(street: &mut Street, state: &str) {
    street.until(&format!("document.querySelector(\"{NORTH_1}\").dataset.state === '{state}'"));
}

/// What hands do elsewhere: the whole visit, without this window.
fn refuel(street: &mut Street) {
    let world = street.get("/demo/v1/world");
    let asn = world["cards"][0]["asn"].as_str().unwrap();
    let insert = format!("/demo/v1/cards/{asn}/insert");
    street.post(&insert, "{station: 'north', nozzle: 1}");
    let nozzle = |wanted: &str| {
        format!(
            "(async () => {{ for (;;) {{ const answer = await fetch('/stations/north/v1/nozzles/1'); \
             if ((await answer.json()).state === '{wanted}') return true; }} }})()"
        )
    };
    assert_eq!(street.eval(&nozzle("card")), true);
    street.post("/stations/north/v1/nozzles/1/refuel", "{pin: '123456'}");
    street.post("/demo/v1/stations/north/nozzles/1/hose", "{lifted: true}");
    assert_eq!(street.eval(&nozzle("flowing")), true);
    street.post("/demo/v1/stations/north/nozzles/1/hose", "{lifted: false}");
    assert_eq!(street.eval(&nozzle("card")), true);
    street.post(&format!("/demo/v1/cards/{asn}/pull"), "null");
    assert_eq!(street.eval(&nozzle("free")), true);
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn a_window_that_comes_late_or_was_hidden_has_the_receipts_of_this_world() {
    let mut street = Street::open(DESK, "light");
    let first = street.here();
    refuel(&mut street);
    street.until(PAPER);
    street.call("Page.reload", &json!({}));
    street.until(PAPER);
    street.another_window();
    street.until(PAPER);
    street.post("/demo/v1/reset", "null");
    street.until(NO_PAPER);
    street.turn_to(&first);
    street.until(NO_PAPER);
    // Lines of the world before are told again, and its receipts are nobody's.
    street.call("Page.reload", &json!({}));
    street.until(&format!("document.querySelector('.line') && {NO_PAPER}"));
    let is_old =
        "fetch('/demo/v1/world').then((answer) => answer.json()).then((world) => world.reset)";
    assert_eq!(street.eval(is_old), 2);
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn a_window_that_nobody_sees_takes_no_stream_and_is_level_once_it_is_seen() {
    let mut street = Street::open(DESK, "light");
    street.run_first(HIDDEN);
    street.requests.clear();
    street.another_window();
    let streams = |street: &mut Street| {
        street.eval("0");
        street.requests.iter().filter(|url| url.ends_with("/demo/v1/events")).count()
    };
    assert_eq!(streams(&mut street), 0);
    refuel(&mut street);
    assert_eq!(street.eval(NO_PAPER), true, "it hears nothing");
    street.eval(
        "window.isHidden = false; document.dispatchEvent(new Event('visibilitychange')); null",
    );
    street.until(PAPER);
    is(&mut street, "free");
    assert_eq!(streams(&mut street), 1);
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn an_open_page_sees_that_another_demo_is_served() {
    let mut street = Street::open(DESK, "light");
    refuel(&mut street);
    street.until(PAPER);
    street.serve_another();
    street.until(NO_PAPER);
    is(&mut street, "free");
    let words = street.eval("document.querySelector('.lines').innerText");
    assert!(!words.as_str().unwrap().contains("refuel ended"), "{words}");
    // While there was none, the browser said so by itself.
    street.errors.clear();
    street.close();
}
