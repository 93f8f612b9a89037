//! Each mistake in a configuration has one error: where it stands, and what to write.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Config, Door, Given};
use crate::cli::HostServeArgs;
use crate::error::Error;

fn of_file(text: &str) -> Result<Config, Error> {
    Config::of(&Given::of_file(Path::new("/etc/centre.toml"), text)?)
}

#[test]
fn a_mistake_is_told_by_file_line_and_key_with_what_to_write() {
    let tls = "certificate = \"c\"\nauthority = \"p\"\n";
    for (text, says, write) in [
        ("dev = true\nport = 1\n", "line 2: there is no field `port`", "known are data, db"),
        ("dev = true\nlisten = 7816\n", "line 2: `listen` must be a string", ""),
        ("dev = \"yes\"\n", "line 1: `dev` must be true or false", ""),
        (
            "dev = true\n\nlisten = \"here\"\n",
            "line 3: `listen`: `here` is no address",
            "ADDRESS:PORT",
        ),
        (
            "dev = true\nlisten = \"0.0.0.0:1\"\n",
            "line 2: `listen`: 0.0.0.0:1 can be reached",
            "127.0.0.1",
        ),
        (
            "dev = true\nauthority = \"p\"\n",
            "line 2: `authority`: dev serves without TLS",
            "either dev, or",
        ),
        ("certificate = \"c\"\n", "line 1: `certificate`: a certificate alone", "--authority"),
        ("authority = \"c\"\n", "line 1: `authority`: an authority alone", "--certificate"),
        ("dev = true\ndb = \"mysql://h/d\"\n", "line 2: `db`: no database", "postgres://USER@HOST"),
        ("dev = true\nlog = \"loud\"\n", "line 2: `log`: `loud` is no level", "debug or trace"),
        ("dev = true\nlog_format = \"xml\"\n", "line 2: `log_format`: `xml`", "human or json"),
        ("dev = true\ndata == 1\n", "line 2: this is not TOML", "key = \"value\""),
        (
            &format!("{tls}metrics_listen = \"0.0.0.0:9\"\n"),
            "line 3: `metrics_listen`: 0.0.0.0:9 can be",
            "127.0.0.1:PORT",
        ),
    ] {
        let error = of_file(text).unwrap_err();
        assert!(error.what.starts_with("/etc/centre.toml, "), "{error}");
        assert!(error.what.contains(says), "{error}");
        assert!(error.advice.unwrap_or_default().contains(write), "{text}");
    }
    assert!(of_file("").unwrap_err().what.contains("--certificate"));
}

#[test]
fn a_path_in_the_file_is_meant_from_where_the_file_is() {
    let config = of_file(
        "data = \"books\"\ncertificate = \"tls/centre\"\nauthority = \"/pki\"\ndb = \"sqlite:b.sqlite\"\n",
    )
    .unwrap();
    assert_eq!(config.data, Path::new("/etc/books"));
    assert_eq!(config.vault, Path::new("/etc/books/vault.sealed"));
    assert_eq!(config.place, store::Place::Sqlite("/etc/b.sqlite".into()));
    let (certificate, authority) = ("/etc/tls/centre".into(), "/pki".into());
    assert_eq!(config.door, Door::Certificates { certificate, authority });
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("centre.toml");
    std::fs::write(&file, "dev = true\nlisten = \"127.0.0.1:1\"\nlog = \"warn\"\ndata = \"d\"\n")
        .unwrap();
    let mut args = HostServeArgs { config: Some(file.clone()), ..HostServeArgs::default() };
    args.listen = Some("127.0.0.1:3".to_owned());
    let environment = [("LISTEN", "127.0.0.1:2"), ("LOG", "debug")];
    let environment: BTreeMap<String, String> =
        environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let config = Config::of(&Given::gather(&args, &environment).unwrap()).unwrap();
    let text = config.text();
    for line in [
        "listen = \"127.0.0.1:3\" # --listen".to_owned(),
        "log = \"debug\" # GREYLOCK_HOST_LOG".to_owned(),
        format!("data = \"{}\" # {}, line 4", folder.path().join("d").display(), file.display()),
        "log_format = \"human\" # as usual".to_owned(),
        format!("dev = true # {}, line 1", file.display()),
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    // What is printed can be given.
    let again = Config::of(&Given::of_file(Path::new("/x.toml"), &text).unwrap()).unwrap();
    assert_eq!((again.listen, again.level), (config.listen, config.level));
    args.listen = None;
    let wrong = BTreeMap::from([("LISTEN".to_owned(), "x".to_owned())]);
    let error = Config::of(&Given::gather(&args, &wrong).unwrap()).unwrap_err();
    assert!(error.what.starts_with("GREYLOCK_HOST_LISTEN: "), "{error}");
}

#[test]
fn no_password_is_shown() {
    let config = of_file("dev = true\ndb = \"postgres://u:secret@localhost/d\"\n").unwrap();
    assert!(!config.text().contains("secret") && !config.document().to_string().contains("secret"));
}

#[test]
fn the_page_has_every_key_with_its_flag_and_its_variable() {
    const PAGE: &str = include_str!("../../../../docs/operations.md");
    let help = include_str!("../../tests/help/greylock-host-serve.txt");
    for key in super::given::KEYS {
        let (flag, variable) = (key.replace('_', "-"), key.to_uppercase());
        let row = format!("| `{key}` | `--{flag}` | `GREYLOCK_HOST_{variable}` | ");
        assert!(PAGE.contains(&row), "docs/operations.md lacks {row}");
        assert!(help.contains(&format!("  --{flag} ")), "no flag --{flag}");
    }
    assert_eq!(PAGE.matches("` | `GREYLOCK_HOST_").count(), super::given::KEYS.len());
    // The page's own example is one.
    let example = PAGE.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let given = Given::of_file(Path::new("/etc/greylock/centre.toml"), example).unwrap();
    let error = Config::of(&given).unwrap_err();
    assert!(error.what.contains("/etc/greylock/db-root.pem"), "all but its file: {error}");
}
