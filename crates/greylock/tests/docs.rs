//! The README is true: its console blocks are run in order in one empty folder, and what they
//! print is what it shows. `…` at the end of a line stands for its rest, alone for any lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(test)]
#[path = "cli/console.rs"]
mod console;

use std::path::Path;
use std::process::Command;

use console::{examples, fits};

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    std::fs::read_to_string(path).unwrap()
}

/// Runs the commands in one shell each, in one folder, with what earlier ones exported.
fn outputs(commands: &[String], folder: &Path) -> Vec<String> {
    let programs = Path::new(env!("CARGO_BIN_EXE_greylock")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let exports: Vec<&String> = commands.iter().filter(|c| c.starts_with("export ")).collect();
    let run = |(at, command): (usize, &String)| {
        let before = exports.iter().filter(|e| commands[..at].contains(e));
        let script: String = before.map(|export| format!("{export}; ")).collect();
        let script = format!("{{ {script}{command}; }} 2>&1");
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(folder).env("PATH", &path).env("NO_COLOR", "1");
        String::from_utf8(shell.env_remove("GREYLOCK_PIN").output().unwrap().stdout).unwrap()
    };
    commands.iter().enumerate().map(run).collect()
}

fn run_as_shown(page: &str, fewest: usize) {
    let examples = examples(page);
    assert!(examples.len() >= fewest);
    let folder = tempfile::tempdir().unwrap();
    let commands: Vec<String> = examples.iter().map(|(command, _)| command.clone()).collect();
    let outputs = outputs(&commands, folder.path());
    for ((command, shown), printed) in examples.iter().zip(&outputs) {
        let lines: Vec<&str> = printed.lines().collect();
        assert!(fits(shown, &lines), "$ {command}\nshows\n{}\nprints\n{printed}", shown.join("\n"));
    }
}

#[test]
fn the_examples_of_the_readme_run_as_shown() {
    run_as_shown(&readme(), 9);
}

#[test]
fn the_examples_of_personalisation_run_as_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/personalisation.md");
    run_as_shown(&std::fs::read_to_string(path).unwrap(), 5);
}

fn page_of(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

#[test]
fn the_examples_of_scale_run_as_shown() {
    run_as_shown(&page_of("docs/scale.md"), 3);
}

/// A table's name and the columns of its primary key.
fn primary_key(create: &str) -> (String, String) {
    let (name, body) = create.split_once(" (").unwrap();
    let line = body.lines().find(|line| line.contains("PRIMARY KEY")).unwrap().trim();
    let key = match line.strip_prefix("PRIMARY KEY (") {
        Some(key) => key.split(')').next().unwrap(),
        None => line.split(' ').next().unwrap(),
    };
    (name.to_owned(), key.to_owned())
}

#[test]
fn the_scale_page_has_every_table_with_its_key() {
    let page = page_of("docs/scale.md");
    let schema = page_of("crates/store/migrations/postgres/0001_books.sql");
    let tables = schema.split("CREATE TABLE ").skip(1).map(primary_key);
    let rows: Vec<String> = tables.map(|(name, key)| format!("| `{name}` | {key} |")).collect();
    for row in &rows {
        assert!(page.contains(row), "{row}");
    }
    let shown =
        page.split("## Which call").next().unwrap().split("## What the books").nth(1).unwrap();
    assert_eq!(shown.lines().filter(|line| line.starts_with("| `")).count(), rows.len());
}

/// What an engine need not have, and what the page says that the books use.
#[test]
fn the_sql_of_the_books_is_what_the_scale_page_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let sheet = std::fs::read_dir(folder.join("sheet")).unwrap().map(|entry| entry.unwrap().path());
    let files = files.chain(sheet).filter(|path| path.is_file());
    let sources: String = files.map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let sql = page_of("crates/store/migrations/postgres/0001_books.sql") + &sources;
    let unused = [
        "REFERENCES",
        "LISTEN",
        "NOTIFY",
        "SAVEPOINT",
        "TEMPORARY",
        "FOR UPDATE",
        "\"UPDATE",
        "RECURSIVE",
        "OVER (",
    ];
    for word in unused {
        assert!(!sql.contains(word), "{word}");
    }
    let used = [
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off",
        "SET enable_bitmapscan = off",
        "SET plan_cache_mode = force_generic_plan; SET jit = off",
        "t.{by}=ANY({array})",
        "\" UNION ALL \"",
        "WITH {} {last}",
        "SELECT set_config(",
        "pg_try_advisory_lock",
        "pg_advisory_xact_lock",
        "FOR EACH STATEMENT",
        "LANGUAGE plpgsql",
        "GENERATED ALWAYS AS IDENTITY",
        "DEFAULT nextval('event_ranks')",
        "nextval('posting_blocks')",
        "generate_series",
        "SELECT * FROM {}{}",
        "ON CONFLICT",
        "DELETE FROM {} AS t USING",
        "RETURNING name",
        "SELECT DISTINCT",
        "events.lane = lanes.lane",
        "UNIQUE (about, code, detail)",
        "WHERE listed IS NOT NULL",
        "WHERE open = 1",
        "--serializable-deferrable",
    ];
    for word in used {
        assert!(sql.contains(word), "{word}");
    }
}

#[test]
fn the_examples_of_records_run_as_shown() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/records.md");
    run_as_shown(&std::fs::read_to_string(path).unwrap(), 4);
}

#[test]
fn the_story_that_the_readme_shows_is_the_one_that_is_told() {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_greylock"));
    let demo = demo.args(["demo", "--script", "all"]).output().unwrap();
    let told = String::from_utf8(demo.stdout).unwrap();
    let readme = readme();
    let (_, story) = readme.split_once("```text\n").unwrap();
    let (story, _) = story.split_once("```").unwrap();
    assert!(told.contains(story), "{story}\nis not told:\n{told}");
}

/// Blocks for a shell are not run: a server in them stays. Their commands are ours all the same.
#[test]
fn every_command_in_a_block_for_a_shell_is_one() {
    use clap::Parser as _;
    let readme = readme();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("greylock "));
    let mut seen = 0;
    for line in lines {
        let words = line.split('#').next().unwrap().split_whitespace();
        assert!(greylock::cli::Cli::try_parse_from(words).is_ok(), "{line}");
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}
