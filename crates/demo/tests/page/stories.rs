//! Every story, played by clicking its button.

use crate::street::{DESK, PHONE, Street};

/// Plays them all on one screen; each one begins with a click, and ends with the books.
fn play_all(screen: (u32, u32), scheme: &str, pictures: &str) {
    let mut street = Street::open(screen, scheme);
    let stories = street.get("/demo/v1/world")["stories"].as_array().unwrap().clone();
    assert!(stories.len() >= 10, "{} stories", stories.len());
    for story in &stories {
        let name = story["name"].as_str().unwrap();
        street.click("#tab-stories");
        street.click(&format!("[data-story='{name}']"));
        // A short one may begin and end between two frames, and list and stage are drawn one after the other.
        let list = format!("document.querySelector(\"[data-story='{name}']\")");
        for part in [list.as_str(), "document.getElementById('stage')"] {
            street.until(&format!("['ended', 'failed', 'stopped'].includes({part}.dataset.state)"));
        }
        let state = street.eval("document.getElementById('stage').dataset.state");
        let words = street.eval("document.querySelector('[data-stage=\"words\"]').textContent");
        assert_eq!(state, "ended", "{name}: {words}");
        let holds = story["names"].as_array().unwrap().is_empty();
        if holds {
            street.books_hold();
        } else {
            street.books_name(story["names"][0].as_str().unwrap());
        }
        street.eval("scrollTo(0, 0)");
        street.keep(&format!("{pictures}-{name}"));
        if !holds {
            street.post("/demo/v1/reset", "{}");
        }
    }
    println!("{} stories played by clicking, {} {scheme}", stories.len(), screen.0);
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn every_story_plays_by_its_button_on_a_desk() {
    play_all(DESK, "light", "desk");
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn every_story_plays_by_its_button_on_a_phone_at_night() {
    play_all(PHONE, "dark", "phone");
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn the_large_button_plays_the_escape_and_a_person_can_stop_it() {
    let mut street = Street::open(DESK, "dark");
    street.post("/demo/v1/speed", "{factor: 1}");
    street.keep("first-sight-dark");
    street.click("[data-stage='play']");
    street.until("document.querySelector('.pump[data-state=\"flowing\"]')");
    street.until("document.querySelector('.slot-card.in[data-state=\"grey\"]')");
    street.keep("escape-flows-dark");
    street.click("[data-stage='stop']");
    street.until("document.getElementById('stage').dataset.state === 'stopped'");
    street.close();
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn a_line_of_the_timeline_opens_with_bytes_and_elements() {
    for (screen, scheme, picture) in [(DESK, "light", "desk"), (PHONE, "dark", "phone")] {
        let mut street = Street::open(screen, scheme);
        street.click("#tab-stories");
        street.click("[data-story='refuelling']");
        street.until("document.getElementById('stage').dataset.state === 'ended'");
        let words = street.eval(
            "[...document.querySelectorAll('.line .words')].map((one) => one.textContent).join('\\n')",
        );
        let words = words.as_str().unwrap();
        assert!(words.contains("GET BALANCE: balance 200.00"), "{words}");
        assert!(words.contains("DEBIT FOR REFUEL: debited and unlocked"), "{words}");
        assert!(!words.contains("FCI"), "{words}");
        street.eval(
            "const line = [...document.querySelectorAll('.line details')] \
             .find((one) => one.textContent.includes('DEBIT FOR REFUEL')); \
             line.open = true; line.scrollIntoView({block: 'center'}); null",
        );
        street.until("document.querySelector('.line details[open] dl')");
        let shown = street.eval("document.querySelector('.line details[open] dl').innerText");
        let shown = shown.as_str().unwrap();
        for element in ["Command", "E0 7E 08", "amount", "19.80", "GMAC", "Answer", "TAC"] {
            assert!(shown.contains(element), "{element} in {shown}");
        }
        street.keep(&format!("timeline-open-{picture}"));
        street.eval("document.querySelector('.books-more').open = true; scrollTo(0, 0); null");
        street.keep(&format!("books-open-{picture}"));
        let wide = street.eval("document.documentElement.scrollWidth");
        assert!(wide.as_u64().unwrap() <= u64::from(screen.0), "{wide} pixels wide");
        street.close();
    }
}
