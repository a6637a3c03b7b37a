//! A real reverse proxy before servers, set up by the sample that operators are given.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Nginx,
    Haproxy,
}

pub struct Proxy {
    process: Child,
    _folder: TempDir,
    pub base: String,
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port()
}

impl Kind {
    const fn sample(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../../config/deploy/nginx.conf"),
            Self::Haproxy => include_str!("../../../config/deploy/haproxy.cfg"),
        }
    }

    /// What of the sample is another here: where it listens and what it stands before; there is no certificate.
    fn changed(self, port: u16, servers: [&str; 2]) -> String {
        let listens = format!("127.0.0.1:{port}");
        let changes = match self {
            Self::Nginx => vec![
                ("listen 443 ssl http2;", format!("listen {listens};")),
                ("listen 80;", format!("listen 127.0.0.1:{};", free_port())),
                ("    ssl_certificate     /etc/ssl/vigie/fullchain.pem;\n", String::new()),
                ("    ssl_certificate_key /etc/ssl/vigie/privkey.pem;\n", String::new()),
            ],
            Self::Haproxy => vec![
                ("    bind :80\n", String::new()),
                ("bind :443 ssl crt /etc/ssl/vigie/haproxy.pem alpn h2,http/1.1", format!("bind {listens}")),
                ("    http-request redirect scheme https code 301 unless { ssl_fc }\n", String::new()),
                ("maxconn 50000", "maxconn 500".to_owned()),
            ],
        };
        let [one, two] = servers.map(ToOwned::to_owned);
        let servers = [("127.0.0.1:8080", one), ("127.0.0.1:8081", two)];
        changes.into_iter().chain(servers).fold(self.sample().to_owned(), |sample, (from, to)| {
            assert!(sample.contains(from), "the sample has no {from}");
            sample.replace(from, &to)
        })
    }
}

/// Debian puts both where only root looks.
fn program(name: &str) -> Command {
    let there = format!("/usr/sbin/{name}");
    Command::new(if std::path::Path::new(&there).exists() { &there } else { name })
}

impl Proxy {
    /// Starts one before two servers, given as address and port.
    pub fn start(kind: Kind, servers: [&str; 2]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the proxy");
        let port = free_port();
        let sample = folder.path().join("sample");
        std::fs::write(&sample, kind.changed(port, servers)).expect("it is written");
        let mut command = match kind {
            Kind::Nginx => {
                let around = folder.path().join("nginx.conf");
                let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
                let temporary: String = temporary.iter().map(|of| format!("{of}_temp_path {of};\n")).collect();
                let text = format!(
                    "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents {{}}\n\
                     http {{\naccess_log off;\n{temporary}include sample;\n}}\n"
                );
                std::fs::write(&around, text).expect("it is written");
                let mut command = program("nginx");
                command.arg("-p").arg(folder.path()).arg("-c").arg(around).args(["-e", "stderr"]);
                command
            }
            Kind::Haproxy => {
                let mut command = program("haproxy");
                command.arg("-db").arg("-f").arg(sample);
                command
            }
        };
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("the proxy is installed: run `make test`, which installs it");
        Self { process, _folder: folder, base: format!("http://127.0.0.1:{port}") }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx has workers, which end with it when it is asked to, and not when it is killed.
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.process.wait();
    }
}
