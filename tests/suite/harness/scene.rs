//! The program as a process of its own, with a crisis and a duty officer.

use serde_json::json;
use tempfile::TempDir;

use super::app::CRISIS;
use super::binary::{Process, token};
use super::person::Person;

pub struct Scene {
    _folder: TempDir,
    pub journal: String,
    pub process: Process,
    pub officer: Person,
}

impl Scene {
    pub async fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
        let process = Process::serve("127.0.0.1:0", &journal, &[]);
        let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
        let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
        coordinator.post("/api/v1/crises", &crisis).await.must(201);
        let officer = Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer"));
        Self { _folder: folder, journal, process, officer }
    }
}
