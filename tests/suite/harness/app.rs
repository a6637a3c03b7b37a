//! A real server within the test's process, on its own journal and a free port.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vigie::clock::Clock;
use vigie::domain::ids::{AccountId, CentreId};
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::server::{Server, ServerError, open_stores};
use vigie::settings::Layers;
use vigie::sign_in::{NewAccount, SignIn};

use super::person::Person;

/// The crisis that most tests play in.
pub const CRISIS: &str = "drill";

pub struct App {
    pub base: String,
    pub journal: String,
    sign_in: Arc<SignIn>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServerError>>,
    /// Kept for as long as the server runs on what is in it.
    folder: Option<TempDir>,
}

impl App {
    /// A server with a crisis in it.
    pub async fn with_crisis() -> Self {
        let app = Self::with(&[]).await;
        app.open_crisis(CRISIS).await;
        app
    }

    /// A server with these settings over the defaults.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let mut app = Self::on(&journal, settings).await;
        app.folder = Some(folder);
        app
    }

    /// A server whose time stands where the test puts it.
    pub async fn at(clock: &Clock) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let app = Self { folder: Some(folder), ..Self::on_at(&journal, &[], clock).await };
        app.open_crisis(CRISIS).await;
        app
    }

    /// A server on a journal that exists beyond it.
    pub async fn on(journal: &str, settings: &[(&str, &str)]) -> Self {
        Self::on_at(journal, settings, &Clock::system()).await
    }

    /// The same, with its time where the test puts it.
    pub async fn on_at(journal: &str, settings: &[(&str, &str)], clock: &Clock) -> Self {
        let mut layers = Layers::defaults();
        let own = [("server.listen", "127.0.0.1:0"), ("server.workers", "1"), ("journal.url", journal)];
        for (key, value) in own.iter().chain(settings) {
            layers = layers.flag(key, Some(value), "of the test").expect("a test sets what exists");
        }
        let settings = layers.finish().expect("the settings of a test hold");
        let server = Server::build(settings, clock.clone()).await.expect("the server starts");
        let base = format!("http://{}", server.address);
        let sign_in = Arc::clone(&server.sign_in);
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        Self { base, journal: journal.to_owned(), sign_in, stop, running, folder: None }
    }

    pub async fn open_crisis(&self, slug: &str) {
        self.open(&json!({ "slug": slug, "name": "A drill", "environment": "test" })).await;
    }

    /// Opens a crisis as a coordinator asks for it.
    pub async fn open(&self, crisis: &Value) {
        let coordinator = self.person("eu-ercc", Role::Coordinator).await;
        coordinator.post("/api/v1/crises", crisis).await.must(201);
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Person {
        Person::new(&self.base, "")
    }

    /// A duty officer, which is who most tests need.
    pub async fn officer(&self, centre: &str) -> Person {
        self.person(centre, Role::DutyOfficer).await
    }

    /// What a counter of `/metrics` stands at.
    pub async fn metric(&self, name: &str) -> u64 {
        metric(&self.nobody(), name).await
    }

    pub async fn person(&self, centre: &str, role: Role) -> Person {
        self.account(centre, role, Tlp::Clear).await.1
    }

    pub async fn wall(&self, centre: &str, ceiling: Tlp) -> Person {
        self.account(centre, Role::WallDevice, ceiling).await.1
    }

    pub async fn account(&self, centre: &str, role: Role, ceiling: Tlp) -> (AccountId, Person) {
        let new = NewAccount {
            centre: CentreId::parse(centre).expect("a slug"),
            role,
            name: "Position in a test".to_owned(),
            ceiling,
            // Tests that hold the clock let days pass.
            expires_in: SignedDuration::from_hours(24 * 30),
        };
        let (account, token) = self.sign_in.create(new).await.expect("accounts answer");
        (account.id, Person::new(&self.base, &token))
    }

    pub async fn revoke(&self, id: AccountId) {
        let accounts = open_stores(&self.journal).expect("the stores open").accounts;
        assert!(accounts.revoke(id, Clock::system().now()).await.expect("accounts answer"));
    }

    /// Stops in order and waits until it has.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        self.running.await.expect("the server does not panic").expect("the server stops in order");
        drop(self.folder);
    }
}

/// What a counter or gauge of a server stands at.
pub async fn metric(anybody: &Person, name: &str) -> u64 {
    let text = anybody.get("/metrics").await.text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("there is no {name} in {text}")).parse().expect("a number")
}
