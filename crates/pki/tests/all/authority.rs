//! The authority's folder: what is in it, what it makes, and what it takes back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use pki::{
    Authority, CERTIFICATE, Clients, Facts, Holder, KEY, Kind, Pair, REVOKED, Revoked, Serial,
    ServerNames, Trust, server_config,
};

use crate::world::{DAY, World, in_days, now, operator, server, station};

fn names(world: &World, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(world.path(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_new_authority_has_its_files_and_a_key_of_its_own() {
    let world = World::new();
    assert_eq!(names(&world, "ca"), ["authority.crl", "authority.key", "authority.pem", "issued"]);
    let mode = |name: &str| {
        fs::metadata(world.path("ca").join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(KEY), mode(CERTIFICATE), mode(REVOKED)), (0o600, 0o644, 0o644));
    let facts = Facts::read(&world.path("ca").join(CERTIFICATE)).unwrap();
    assert_eq!(facts.holder, Holder::Authority);
    assert_eq!(facts.subject, "CN=Test-authority");
    assert!(format!("{:?}", world.authority).contains("[elided]"), "the key shows itself nowhere");
}

#[test]
fn nothing_is_overwritten() {
    let world = World::new();
    let before = fs::read(world.path("ca").join(KEY)).unwrap();
    let again = Authority::make(&world.path("ca"), &"Other".parse().unwrap(), 1, now());
    assert!(again.unwrap_err().advice.contains("nothing was overwritten"));
    assert_eq!(fs::read(world.path("ca").join(KEY)).unwrap(), before);
    fs::write(world.path("north.key"), "mine").unwrap();
    let taken = Pair::free(&world.path("north")).unwrap_err();
    assert!(taken.what.contains("north.key"), "{taken}");
    let (issued, _) = world.issue(&station("North"));
    let taken = issued.write(&Pair::of(&world.path("north"))).unwrap_err();
    assert!(taken.what.contains("north.key"), "{taken}");
    assert_eq!(fs::read(world.path("north.key")).unwrap(), b"mine");
    assert!(!world.path("north.pem").exists());
    let nowhere = Pair::free(&world.path("none/north")).unwrap_err();
    assert_eq!(nowhere.advice, "check the path");
}

#[test]
fn a_folder_that_is_not_a_whole_authority_is_not_opened() {
    let open = |world: &World| Authority::open(&world.path("ca")).unwrap_err();
    let world = World::new();
    assert!(open(&world).what.contains("in use"), "one process at a time");
    let (one, two) = (closed(), closed());
    fs::set_permissions(one.join(KEY), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Authority::open(&one).unwrap_err().what.contains("others than its owner"));
    fs::copy(two.join(KEY), one.join(KEY)).unwrap();
    fs::set_permissions(one.join(KEY), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(Authority::open(&one).unwrap_err().what.contains("is not the key"));
    fs::write(one.join(KEY), "-----BEGIN").unwrap();
    assert!(Authority::open(&one).unwrap_err().what.contains("holds no key"));
    fs::remove_file(one.join(KEY)).unwrap();
    assert_eq!(Authority::open(&one).unwrap_err().kind, Kind::Operator);
    fs::remove_file(one.join(CERTIFICATE)).unwrap();
    let none = Authority::open(&one).unwrap_err();
    assert!(none.what.contains("holds no authority") && none.advice.contains("pki init"));
    assert!(Authority::open(&two).is_ok());
    for dir in [one, two] {
        fs::remove_dir_all(dir).unwrap();
    }
}

/// The folder of an authority that nobody has open; the test removes it.
fn closed() -> std::path::PathBuf {
    let dir = tempfile::tempdir().unwrap().keep();
    Authority::make(&dir, &"Closed".parse().unwrap(), 100, now()).unwrap();
    dir
}

#[test]
fn a_certificate_says_whose_it_is_and_ends_in_time() {
    let world = World::new();
    for subject in [server(), station("North"), operator("ada")] {
        let (issued, _) = world.issue(&subject);
        let path = world.path(&format!("{}.pem", issued.facts.serial));
        let facts = Facts::read(&path).unwrap();
        assert_eq!(facts.holder, Holder::Of(subject));
        assert_eq!(facts.authority, "CN=Test-authority");
        let (from, until) = (facts.from.as_secs(), facts.until.as_secs());
        assert_eq!(until - from, 30 * DAY + 3600, "an hour for clocks that are behind");
        assert_eq!(facts, issued.facts);
        let mode = fs::metadata(path.with_extension("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let last = world.authority.facts().until;
    let (long, _) = world.issue_at(&station("North"), now(), 36_500);
    assert_eq!(long.facts.until, last, "none outlives its authority");
    assert!(world.authority.issue(&station("North"), 1, last).is_err());
    assert!(world.authority.issue(&station("North"), 1, in_days(-1)).is_err());
    let all = world.authority.issued().unwrap();
    assert_eq!(all.len(), 4, "a copy of each is kept");
}

#[test]
fn serial_numbers_are_random_and_long() {
    let world = World::new();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let issued = world.authority.issue(&station("North"), 1, now()).unwrap();
        let text = issued.facts.serial.to_string();
        assert_eq!(text.len(), 32);
        assert_eq!(text.parse::<Serial>().unwrap(), issued.facts.serial);
        assert!(seen.insert(text));
    }
}

#[test]
fn what_was_taken_back_stays_so() {
    let world = World::new();
    let (north, _) = world.issue(&station("North"));
    let (south, _) = world.issue(&station("South"));
    let revoke =
        |serial: &Serial| world.authority.revoke(std::slice::from_ref(serial), now()).unwrap();
    assert_eq!(revoke(&north.facts.serial), 1);
    assert_eq!(revoke(&north.facts.serial), 0, "twice is once");
    assert_eq!(revoke(&south.facts.serial), 1);
    let revoked = world.authority.revoked().unwrap();
    assert!(revoked.has(&north.facts.serial) && revoked.has(&south.facts.serial));
    assert_eq!(revoked.rows().len(), 2);
    assert_eq!(names(&world, "ca").len(), 4, "nothing is left beside the list");

    // A list that somebody else made is not taken for the authority's.
    let other = World::new();
    let list = world.path("ca").join(REVOKED);
    fs::copy(other.path("ca").join(REVOKED), &list).unwrap();
    assert!(world.authority.revoked().unwrap_err().what.contains("not signed"));
    assert!(world.authority.revoke(&[north.facts.serial], now()).is_err());
    assert!(Revoked::read(&list, None).is_ok());
    let trust = Trust::read(&world.path("ca").join(CERTIFICATE), Some(&list));
    assert!(trust.unwrap_err().what.contains("not signed"));
}

#[test]
fn a_renewed_certificate_is_of_the_same_holder_with_another_key() {
    let world = World::new();
    for subject in [server(), station("North")] {
        let (old, _) = world.issue(&subject);
        let path = world.path(&format!("{}.pem", old.facts.serial));
        let new = world.authority.renew(&path, None, now()).unwrap();
        assert_eq!(new.facts.holder, old.facts.holder);
        assert_ne!(new.facts.serial, old.facts.serial);
        let key = |serial: &Serial| fs::read(world.path(&format!("{serial}.key"))).unwrap();
        world.write(&new);
        assert_ne!(key(&new.facts.serial), key(&old.facts.serial));
        let other = World::new();
        let foreign = other.authority.renew(&path, None, now()).unwrap_err();
        assert!(foreign.what.contains("is not from the authority"), "{foreign}");
    }
    let own = world.authority.renew(&world.path("ca").join(CERTIFICATE), None, now());
    assert!(own.is_err(), "the authority itself is not renewed so");
}

#[test]
fn what_does_not_fit_together_is_said_before_it_is_used() {
    let world = World::new();
    assert!(ServerNames::new(&[], &[]).is_err());
    for wrong in ["", "a b", "https://example.org", "example.org:7816"] {
        assert!(ServerNames::new(&[wrong.to_owned()], &[]).is_err(), "{wrong}");
    }
    let (one, _) = world.issue(&server());
    let (two, _) = world.issue(&server());
    let file =
        |issued: &pki::Issued, end: &str| world.path(&format!("{}{end}", issued.facts.serial));
    let mixed = Pair { certificate: file(&one, ".pem"), key: file(&two, ".key") };
    let identity = pki::Identity::read(&mixed).unwrap();
    let error = server_config(identity, &world.trust(), Clients::Required).unwrap_err();
    assert!(error.what.contains("cannot be used together"), "{error}");
    let swapped = Pair { certificate: file(&one, ".key"), key: file(&one, ".pem") };
    assert!(pki::Identity::read(&swapped).unwrap_err().what.contains("holds no certificate"));
}
