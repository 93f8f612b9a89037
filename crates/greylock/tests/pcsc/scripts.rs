//! Step scripts in readers run as they do in memory.

use std::path::{Path, PathBuf};

use crate::forecourt::Served;
use crate::service::Service;
use crate::world::{Done, World};

/// The script files of one kind of chip; the one that ends its card comes last.
fn scripts(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(kind);
    let found = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        found.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    found.sort_by_key(|path| (path.ends_with("card-block.toml"), path.clone()));
    found
}

#[test]
#[ignore = "needs a pcscd: cargo xtask pcsc"]
fn every_script_goes_in_a_reader_as_in_memory() {
    let (world, service) = (World::empty(), Service::start());
    let scripts_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
    for keys in ["keys.toml", "two-versions.toml"] {
        std::fs::copy(scripts_folder.join(keys), world.path(keys)).unwrap();
    }
    let two = "card issue --keys two-versions.toml --begin-with 1 --balance 500000";
    world.run(&format!("{two} --asn 6280100000000041 --out two.img")).done();
    let issue = "card issue --keys keys.toml --balance 500000";
    world.run(&format!("{issue} --asn 6280100000000025 --purse ed --out ed.img")).done();
    world.run(&format!("{issue} --asn 6280100000000033 --purse ep --out ep.img")).done();
    world.run("psam issue --keys keys.toml --tid 665544332211 --out psam.img").done();
    let play = |file: &Path, reader: &str| {
        let mut command = world.command("script");
        command.arg(file).args(["--reader", reader]);
        command.env("PCSCLITE_CSOCK_NAME", service.socket());
        let done = Done::of(&command.output().unwrap());
        assert_eq!(done.code, 0, "{}: {done:?}", file.display());
    };
    let psam = Served::start(&world, "psam serve psam.img", &service.vpcd(1));
    for file in scripts("psam") {
        play(&file, "pump 00 01");
    }
    drop(psam);
    let image_of = |file: &Path| {
        let name = file.to_string_lossy();
        if name.contains("switch-keys") {
            "two"
        } else if name.contains("-ep") {
            "ep"
        } else {
            "ed"
        }
    };
    for image in ["two", "ep", "ed"] {
        let serve = format!("card serve {image}.img");
        let card = Served::start(&world, &serve, &service.vpcd(0));
        for file in scripts("card").iter().filter(|file| image_of(file) == image) {
            play(file, "pump 00 00");
        }
        drop(card);
    }
}
