//! How the program gets its keys, and what it says when it gets none.

use std::path::Path;
use std::process::{Command, Output};

use keys_file::SealKey;
use zeroize::Zeroizing;

use crate::maker::{DAY, grey, keys, keys_file, sale, write};

fn clear(folder: &Path, out: &str, flags: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greylock-clear"));
    command.args(["run", "--day", &format!("{DAY:08X}"), "--out"]).arg(folder.join(out));
    for (flag, file) in flags {
        command.arg(flag).arg(folder.join(file));
    }
    command.arg(folder.join("day.parquet")).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn keys_come_out_of_a_file_or_a_sealed_vault() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    write(&at("day.parquet"), &[sale((1, 0, 2, 1, 5_000, 1_200)), grey((2, 7, 2, 2, 900, 300))]);
    let seal_key = SealKey::new(Zeroizing::new([7; 32]));
    std::fs::write(at("keys.toml"), keys_file()).unwrap();
    std::fs::write(at("vault.key"), &*seal_key.render()).unwrap();
    std::fs::write(at("vault"), keys_file::seal(&keys(), &seal_key, [9; 24]).unwrap()).unwrap();
    std::fs::write(at("other.key"), "00".repeat(32)).unwrap();

    let plain = clear(folder.path(), "plain", &[("--keys", "keys.toml")]);
    let vault = [("--vault", "vault"), ("--seal-key", "vault.key")];
    let sealed = clear(folder.path(), "sealed", &vault);
    assert!(plain.status.success() && sealed.status.success(), "{}", told(&sealed));
    for name in ["net.csv", "summary.json", "pending.parquet"] {
        let of = |out: &str| std::fs::read(at(out).join(name)).unwrap();
        assert!(of("plain") == of("sealed"), "{name}");
    }

    for (flags, why) in [
        (&[][..], "--keys is missing"),
        (&[("--keys", "vault")], "a sealed vault and no keys file\n  give it as `--vault`"),
        (&[("--vault", "vault"), ("--seal-key", "other.key")], "its seal does not fit"),
        (&[("--vault", "vault"), ("--seal-key", "keys.toml")], "holds no seal key"),
        (&[("--keys", "none.toml")], "none.toml"),
    ] {
        let refused = clear(folder.path(), "refused", flags);
        assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
        assert!(told(&refused).contains(why), "{}", told(&refused));
        assert!(!at("refused").join("summary.json").exists());
    }
}
