//! Every problem has its heading in docs/problems.md, with its status and whose fault it is.

use host::Refusal;
use server::problem::{OWN, of_refusal};

const PAGE: &str = include_str!("../../../../docs/problems.md");

/// What stands under a heading, without line breaks.
fn section(name: &str) -> String {
    let heading = format!("\n### `{name}`\n");
    let (_, rest) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("{name} has no heading"));
    rest.split("\n#").next().unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A row's words as the page writes them.
fn sentence(words: &str) -> String {
    let (what, act) = words.split_once(": ").map_or((words, None), |(what, act)| (what, Some(act)));
    let act = act.map_or(String::new(), |act| format!(" What to do: {act}."));
    format!("{}{}.{act}", what[..1].to_uppercase(), &what[1..])
}

#[test]
fn the_page_has_every_problem_as_it_is_answered() {
    for (name, status, words) in OWN {
        assert_eq!(section(name), format!("Status {status}. {}", sentence(words)));
    }
    for (refusal, name, _, words) in Refusal::TABLE {
        let problem = of_refusal(*refusal);
        let fault = problem.fault.unwrap();
        let wanted = format!("Status {}, fault `{fault}`. {}", problem.status, sentence(words));
        assert_eq!(section(name), wanted);
    }
}

#[test]
fn the_page_has_no_other() {
    assert_eq!(PAGE.matches("\n### `").count(), OWN.len() + Refusal::TABLE.len());
}

#[test]
fn a_problem_that_is_worth_another_try_says_when() {
    use axum::response::IntoResponse as _;
    let refused = |status: u16| {
        let mut problem = of_refusal(Refusal::CardUnknown);
        problem.status = status;
        server::problem::Refused(Box::new(problem)).into_response()
    };
    assert_eq!(refused(503).headers()["retry-after"], "1");
    assert!(!refused(404).headers().contains_key("retry-after"));
}
