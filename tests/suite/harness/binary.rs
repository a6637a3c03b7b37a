//! The program itself, as a process that can be killed.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Runs `vigie` with arguments to its end.
pub fn vigie(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigie")).args(arguments).output().expect("vigie runs")
}

/// Runs `vigie` with settings in the environment.
pub fn vigie_with(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    command.envs(environment.iter().copied()).args(arguments).output().expect("vigie runs")
}

/// Runs `vigie` with this on its standard input.
pub fn vigie_reading(input: &[u8], arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vigie"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("vigie starts");
    child.stdin.take().expect("piped").write_all(input).expect("it reads its input");
    child.wait_with_output().expect("it ends")
}

/// Runs `vigie` with its standard output going into a file.
pub fn vigie_into(path: &str, arguments: &[&str]) -> Output {
    let file = std::fs::File::options().write(true).open(path).expect("it opens");
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
    command.args(arguments).stdout(file).stderr(Stdio::piped()).output().expect("vigie runs")
}

/// The exit code and what was said on standard error.
pub fn outcome(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Makes a token in a journal.
pub fn token(journal: &str, centre: &str, role: &str) -> String {
    let made = vigie(&["token", "create", "--journal", journal, "--centre", centre, "--role", role, "--json"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    made["token"].as_str().expect("a token").to_owned()
}

/// A server process.
pub struct Process {
    child: Child,
    pub base: String,
}

impl Process {
    /// Starts `vigie serve` and waits for its address.
    pub fn serve(listen: &str, journal: &str, more: &[&str]) -> Self {
        Self::start(&[], listen, journal, more, Stdio::null())
    }

    /// The same, with what it logs going somewhere.
    pub fn serve_logging(listen: &str, journal: &str, more: &[&str], log: Stdio) -> Self {
        Self::start(&[], listen, journal, more, log)
    }

    /// The same with more in its environment.
    pub fn serve_in(environment: &[(&str, &str)], listen: &str, journal: &str, more: &[&str]) -> Self {
        Self::start(environment, listen, journal, more, Stdio::null())
    }

    fn start(environment: &[(&str, &str)], listen: &str, journal: &str, more: &[&str], log: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vigie"))
            .envs(environment.iter().copied())
            .args(["serve", "--listen", listen, "--journal", journal, "--print-address"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("vigie starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address: Value = serde_json::from_str(&line).expect("the address as JSON");
        Self { child, base: address["address"].as_str().expect("an address").to_owned() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM; answers the exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.wait()
    }

    /// Sends a signal and does not wait.
    pub fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().expect("kill runs").success());
    }

    /// Waits for the end; answers the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
