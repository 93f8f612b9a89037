//! What a person does: by keys alone, by mouse, by finger; with a paper, and with the switches.

use crate::street::{DESK, PHONE, Street};

const ADA: &str = "#cards li:first-child .face";
const NORTH_1: &str = ".pump[data-station='north'][data-nozzle='1']";
const SOUTH_1: &str = ".pump[data-station='south'][data-nozzle='1']";

/// Presses Tab until the focus is on what the selector means.
fn tab_to(street: &mut Street, selector: &str) {
    for _ in 0..80 {
        street.key("Tab");
        if street.eval(&format!("document.activeElement.matches({selector:?})")) == true {
            let seen = street.eval("document.activeElement.matches(':focus-visible')");
            assert_eq!(seen, true, "the focus on {selector} is not seen");
            return;
        }
    }
    panic!("Tab never comes to {selector}");
}

/// The PIN is typed into the dialog that is open.
fn pin(street: &mut Street) {
    street.until("document.activeElement.id === 'pin'");
    for digit in ["1", "2", "3", "4", "5", "6"] {
        street.key(digit);
    }
}

fn state(pump: &str, state: &str) -> String {
    format!("document.querySelector(\"{pump}\").dataset.state === '{state}'")
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn a_refuelling_goes_by_keys_alone() {
    let mut street = Street::open(DESK, "light");
    tab_to(&mut street, ADA);
    street.key("Enter");
    street.until("document.querySelector('dialog .choice') === document.activeElement");
    street.keep("card-dialog");
    street.key("Enter");
    street.until(&state(NORTH_1, "card"));
    street.until("document.activeElement.matches('.act-pin') && document.activeElement.getAttribute('aria-disabled') === null");
    street.key("Enter");
    pin(&mut street);
    street.keep("pin-pad");
    street.key("Enter");
    street.until("document.activeElement.matches('.act-hose')");
    street.until(&state(NORTH_1, "open"));
    street.key("Enter");
    street.until(&state(NORTH_1, "flowing"));
    street.until(&format!(
        "Number(document.querySelector(\"{NORTH_1} .quantity\").textContent.split(' ')[0]) > 1"
    ));
    street.eval("scrollTo(0, 0)");
    street.keep("keys-flowing");
    street.key("Enter");
    street.until(&state(NORTH_1, "card"));
    street.until("document.querySelector('.paper[data-grey=\"false\"]')");
    street.until(&format!("document.querySelector(\"{ADA}\").dataset.state === 'unlocked'"));
    let said = street.eval("document.getElementById('announcer').textContent");
    assert!(said.as_str().unwrap().contains("settled"), "{said}");
    for _ in 0..2 {
        street.call("Input.dispatchKeyEvent", &serde_json::json!({"type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": 8}),
        );
    }
    street.until("document.activeElement.matches('.act-card')");
    street.key("Enter");
    street.until(&state(NORTH_1, "free"));
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn an_escape_by_mouse_ends_with_the_paper_at_the_other_station() {
    let mut street = Street::open(DESK, "light");
    // Nobody but the paper can bring the record to the other station.
    for station in ["north", "south"] {
        street.click(&format!("[data-station='{station}'] .switch:nth-of-type(2)"));
        street.until(&format!(
            "document.querySelector(\".station[data-station='{station}']\").dataset.link === 'cut'"
        ));
    }
    street.drag(ADA, NORTH_1);
    street.until(&state(NORTH_1, "card"));
    street.click(&format!("{NORTH_1} .act-pin"));
    pin(&mut street);
    street.click("dialog [type='submit']");
    street.until(&state(NORTH_1, "open"));
    street.click(&format!("{NORTH_1} .act-hose"));
    street.until(&state(NORTH_1, "flowing"));
    street.until(&format!(
        "Number(document.querySelector(\"{NORTH_1} .quantity\").textContent.split(' ')[0]) > 2"
    ));
    street.drag(&format!("{NORTH_1} .slot-card"), "#wallet-heading");
    street.until(&format!("document.querySelector(\"{ADA}\").dataset.state === 'grey'"));
    street.until("document.querySelector('.paper[data-grey=\"true\"]')");
    street.keep("escaped");
    street.click(".paper[data-grey='true']");
    street.until("document.querySelector('.receipt-picture')?.complete");
    street.keep("receipt");
    street.click("[data-paper='south']");
    street.until("document.querySelector('.paper-result').textContent.includes('checked')");
    street.keep("paper-shown");
    street.key("Escape");
    street.drag(ADA, SOUTH_1);
    street.until(&format!(
        "['unlocked', 'tac_unread'].includes(document.querySelector(\"{ADA}\").dataset.state)"
    ));
    street.keep("unlocked-from-paper");
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn power_can_go_while_fuel_flows_and_a_refusal_is_said_in_words() {
    let mut street = Street::open(PHONE, "light");
    street.keep("first-sight-phone");
    street.click(&format!("{NORTH_1} .act-card"));
    street.click("dialog .choice");
    street.until(&state(NORTH_1, "card"));
    street.click(&format!("{NORTH_1} .act-pin"));
    street.until("document.activeElement.id === 'pin'");
    street.click("dialog [type='submit']");
    street.until("document.querySelector('dialog .error').textContent.startsWith('Enter the PIN')");
    for digit in 1..=6 {
        street.click(&format!(".pad button:nth-child({digit})"));
    }
    street.keep("pin-pad-phone");
    street.click("dialog [type='submit']");
    street.until(&state(NORTH_1, "open"));
    street.click(&format!("{NORTH_1} .act-hose"));
    street.until(&state(NORTH_1, "flowing"));
    let power = "[data-station='north'] .switch:nth-of-type(1)";
    street.click(power);
    street.until(&state(NORTH_1, "off"));
    street.keep("dark-station-phone");
    street.click(power);
    street
        .until("document.querySelector(\".station[data-station='north']\").dataset.power === 'on'");
    street.until(&format!("document.querySelector(\"{NORTH_1}\").dataset.state !== 'off'"));
    street.until(&format!("document.querySelector(\"{ADA}\").dataset.state !== 'grey'"));
    // Debited; its TAC may still be unread.
    street.until(&format!(
        "['unlocked', 'tac_unread'].includes(document.querySelector(\"{ADA}\").dataset.state)"
    ));
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn three_windows_of_one_browser_follow_the_same_world() {
    let mut street = Street::open(DESK, "light");
    let mut windows = vec![street.here()];
    for _ in 0..2 {
        windows.push(street.another_window());
    }
    let all_see = |street: &mut Street, seen: &str| {
        for window in &windows {
            street.turn_to(window);
            street.until(seen);
        }
    };
    street.click(&format!("{NORTH_1} .act-card"));
    street.click("dialog .choice");
    all_see(&mut street, &state(NORTH_1, "card"));
    street.post("/stations/north/v1/nozzles/1/refuel", "{pin: '123456'}");
    street.post("/demo/v1/stations/north/nozzles/1/hose", "{lifted: true}");
    all_see(&mut street, &state(NORTH_1, "flowing"));
    street.post("/demo/v1/stations/north/nozzles/1/hose", "{lifted: false}");
    all_see(&mut street, "document.querySelector('.paper[data-grey=\"false\"]')");
    // Each has a connection left for what its hands do.
    for window in &windows {
        street.turn_to(window);
        street.books_hold();
    }
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn the_page_is_soon_usable() {
    let mut street = Street::open(DESK, "light");
    let seen = street.eval("performance.getEntriesByName('first-contentful-paint')[0].startTime");
    let usable = street.eval("window.usable");
    let files = street.eval(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')) \
         .filter((one) => !one.name.includes('/v1/')).map((one) => one.encodedBodySize)",
    );
    let bytes: u64 = files.as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).sum();
    println!(
        "opened: first picture after {:.0} ms, usable after {:.0} ms, {} files of {} kB",
        seen.as_f64().unwrap(),
        usable.as_f64().unwrap(),
        files.as_array().unwrap().len(),
        bytes / 1000
    );
    assert!(seen.as_f64() <= usable.as_f64());
    street.close();
}
