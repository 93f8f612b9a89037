//! A PostgreSQL of the tests' own: made, started on a free port of this machine alone, and gone afterwards.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, Workspace, capture, run};

/// Where Debian has the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// PostgreSQL runs as anybody but root; Debian's package brings this user.
const USER: &str = "postgres";
/// Where the tests look for it.
const ADDRESS: &str = "GREYLOCK_TEST_POSTGRES";
/// So many ports are tried.
const TRIES: u32 = 3;
/// The command by which tests end it without any care and start it again.
const RESTART: &str = "GREYLOCK_TEST_POSTGRES_RESTART";

/// The step: the tests that are ignored without a database.
pub(crate) fn step(workspace: &Workspace) -> Outcome {
    let server = Server::start(workspace)?;
    // As `cargo-test` builds them; every test that wants this server has its name in its own.
    let tests = "test --workspace --all-features --test all -- --ignored --show-output postgres";
    let tested = run(server.told_to(workspace, &mut workspace.cargo_command(tests)));
    let stopped = server.stop(workspace);
    tested.and(stopped)
}

/// A server that runs, with its folder.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    is_root: bool,
}

impl Server {
    /// Makes it in a folder of its own and waits until it takes connections.
    pub(crate) fn start(workspace: &Workspace) -> Outcome<Self> {
        let programs = newest_version()?;
        let id = capture(&mut workspace.command("id", &["-u"]))?;
        let is_root = id.trim_ascii() == b"0";
        let folder = std::env::temp_dir().join(format!("greylock-postgres-{}", std::process::id()));
        let mut server = Self { programs, folder, port: 0, is_root };
        server.make(workspace).and_then(|()| server.run(workspace)).inspect_err(|_| {
            // What was made until then; the reason is on its way already.
            let _ = std::fs::remove_dir_all(&server.folder);
        })?;
        Ok(server)
    }

    fn make(&self, workspace: &Workspace) -> Outcome {
        std::fs::create_dir(&self.folder)
            .map_err(|error| format!("{} cannot be made: {error}", self.folder.display()))?;
        if self.is_root {
            run(workspace.command("chown", &[USER]).arg(&self.folder))?;
        }
        let mut init = self.program(workspace, "initdb");
        let options = ["--auth=trust", "--username=greylock", "--no-locale", "--encoding=UTF8"];
        capture(init.args(options).arg("--pgdata").arg(self.data())).map(drop)
    }

    /// A port that is free may be somebody else's a moment later: then another one is tried.
    fn run(&mut self, workspace: &Workspace) -> Outcome {
        let mut started = Err(String::new());
        for tried in 0..TRIES {
            self.port = free_port(tried)?;
            started = run(&mut self.control(workspace, "start"));
            if started.is_ok() {
                break;
            }
            // Why it did not start.
            eprint!("{}", std::fs::read_to_string(self.log()).unwrap_or_default());
        }
        started
    }

    /// `pg_ctl start` or `restart`, with all that it wants.
    fn control(&self, workspace: &Workspace, act: &str) -> Command {
        let socket = self.folder.display();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={socket}",
            self.port
        );
        let mut command = self.program(workspace, "pg_ctl");
        // `--wait` comes back when the server takes connections.
        command.args([act, "--wait", "--silent", "--options"]).arg(options);
        command.arg("--pgdata").arg(self.data()).arg("--log").arg(self.log());
        command
    }

    /// Tells a command where it is, and how it is ended at once and started again.
    pub(crate) fn told_to<'a>(
        &self,
        workspace: &Workspace,
        command: &'a mut Command,
    ) -> &'a mut Command {
        let mut again = self.control(workspace, "restart");
        again.arg("--mode=immediate");
        let words = [again.get_program()].into_iter().chain(again.get_args());
        let words: Vec<String> = words.map(|word| format!("'{}'", word.display())).collect();
        let folder = self.folder.display();
        command
            .env(ADDRESS, self.url())
            .env(RESTART, format!("cd '{folder}' && {}", words.join(" ")))
    }

    /// Ends it, and removes its folder.
    pub(crate) fn stop(self, workspace: &Workspace) -> Outcome {
        let mut stop = self.program(workspace, "pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode=immediate", "--pgdata"]).arg(self.data());
        run(&mut stop)?;
        std::fs::remove_dir_all(&self.folder)
            .map_err(|error| format!("{} cannot be removed: {error}", self.folder.display()))
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://greylock@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// A program of PostgreSQL, as its user where root may not run it.
    fn program(&self, workspace: &Workspace, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if self.is_root {
            let mut command = workspace.command("runuser", &["--user", USER, "--"]);
            command.arg(program);
            command
        } else {
            workspace.command(&program.display().to_string(), &[])
        };
        // The user need not be able to read the folder of the project.
        command.current_dir(&self.folder);
        command
    }
}

fn newest_version() -> Outcome<PathBuf> {
    let missing = || format!("no PostgreSQL below {VERSIONS}: run `cargo xtask setup`");
    let folders = std::fs::read_dir(Path::new(VERSIONS)).map_err(|_| missing())?;
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = folders.flatten().map(|entry| entry.path());
    let newest = versions.filter_map(|path| Some((number(&path)?, path))).max();
    newest.map(|(_, path)| path.join("bin")).ok_or_else(missing)
}

/// A port that is free now, below those that the system gives to whoever asks for any (they begin at 32768): so nobody
/// gets it while a test starts the server again. Each process begins elsewhere.
fn free_port(tried: u32) -> Outcome<u16> {
    let first = std::process::id().wrapping_add(tried);
    let ports = (0..1_000).map(|place| 30_000 + first.wrapping_add(place) % 1_000);
    let mut ports = ports.filter_map(|port| u16::try_from(port).ok());
    let free = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.ok_or_else(|| "no port from 30000 to 30999 is free".to_owned())
}
