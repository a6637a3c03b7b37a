//! "What changed since my shift began": the difference of two pictures of one viewer.

use serde_json::{Value, json};
use vigie::domain::vocabulary::Role;

use crate::harness::app::{App, CRISIS};
use crate::harness::person::{Answer, Person, address, changed, update, will_do};
use crate::harness::{eventually, in_seconds, now};

async fn ask(person: &Person, since: &str) -> Answer {
    person.get(&format!("/api/v1/crises/{CRISIS}/changes?since={since}")).await
}

async fn since(person: &Person, since: &str) -> Value {
    ask(person, since).await.must(200)
}

fn position(picture: &Value) -> String {
    picture["position"].as_str().expect("a position").to_owned()
}

fn reading(value: Value) -> Value {
    json!({ "readings": [{ "indicator": "reception_places_free", "value": value, "as_of": now() }] })
}

/// Nothing is otherwise.
fn is_empty(changes: &Value) -> bool {
    let none = |pointer: &str| changes.pointer(pointer).and_then(Value::as_array).expect("a list").is_empty();
    let lists = [
        "/cells",
        "/readings",
        "/centres",
        "/cycles",
        "/slots",
        "/silent",
        "/queries/new",
        "/queries/answered",
        "/escalations/new",
    ];
    changes["crisis"].is_null() && lists.iter().all(|list| none(list))
}

async fn raise(person: &Person, title: &str) -> String {
    let raised = json!({
        "title": title, "level": "coordination", "severity": "severe", "reason": "Full", "asked_of": "eu-ercc",
        "tlp": "green",
    });
    let receipt = person.post(&format!("/api/v1/crises/{CRISIS}/escalations"), &raised).await.must(201);
    receipt["id"].as_str().expect("an id").to_owned()
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|thing| thing["id"].as_str().expect("an id")).collect()
}

#[actix_web::test]
async fn what_changed_is_told_from_what_it_was_to_what_it_is() {
    let app = App::with_crisis().await;
    let (officer, coordinator) = (app.officer("be-nccn").await, app.person("eu-ercc", Role::Coordinator).await);
    let crisis = format!("/api/v1/crises/{CRISIS}");
    let post = async |sector, headline, more| {
        let body = changed(update("be-nccn", sector, "green", headline), more);
        officer.post_update(&body).await.must(201)
    };
    let stood = post("cyber", "Calm", reading(json!(300))).await;
    let gone = post("displacement", "Wrong", json!({})).await;
    let (kept, ended) = (raise(&officer, "Kept").await, raise(&officer, "Ended").await);
    let query = json!({ "question": "Counted how?" });
    let query = coordinator.post(&format!("{}/queries", address(&stood)), &query).await.must(201);
    let began = position(&officer.picture().await);
    assert!(is_empty(&since(&officer, &began).await));

    post("cyber", "Worse", changed(reading(json!(41)), json!({ "severity": "severe" }))).await;
    officer.post(&format!("{}/withdraw", address(&gone)), &json!({ "reason": "Wrong" })).await.must(201);
    coordinator.post(&format!("{crisis}/escalations/{kept}/acknowledge"), &will_do()).await.must(201);
    coordinator.post(&format!("{crisis}/escalations/{ended}/reject"), &json!({ "note": "Not ours" })).await.must(201);
    let raised = raise(&officer, "New").await;
    let id = query["id"].as_str().expect("an id");
    officer.post(&format!("{crisis}/queries/{id}/answer"), &json!({ "answer": "By hand" })).await.must(201);
    let asked = json!({ "question": "And the other?" });
    let asked = coordinator.post(&format!("{}/queries", address(&stood)), &asked).await.must(201);

    let picture = officer.picture().await;
    let changes = since(&officer, &began).await;
    assert_eq!((changes["since"].as_str(), &changes["upto"]), (Some(began.as_str()), &picture["position"]));
    let cells = changes["cells"].as_array().expect("cells");
    let line = |cell: &Value| {
        let said = |side: &str| cell.pointer(&format!("/{side}/update/headline")).cloned().unwrap_or_default();
        (cell["sector"].as_str().map(str::to_owned), said("from"), said("to"))
    };
    assert_eq!(
        cells.iter().map(line).collect::<Vec<_>>(),
        [
            (Some("cyber".to_owned()), json!("Calm"), json!("Worse")),
            (Some("displacement".to_owned()), json!("Wrong"), Value::Null),
        ]
    );
    assert_eq!(cells[0]["to"], *crate::harness::person::cell(&picture, "be-nccn", "cyber").expect("it stands"));
    let readings = changes["readings"].as_array().expect("readings");
    assert_eq!(readings.len(), 1);
    assert_eq!((&readings[0]["from"]["value"], &readings[0]["to"]["value"]), (&json!(300), &json!(41)));
    assert_eq!(readings[0]["difference"].as_f64(), Some(-259.0));
    let escalations = &changes["escalations"];
    assert_eq!(ids(&escalations["new"]), [raised.as_str()]);
    assert_eq!(ids(&escalations["closed"]), [ended.as_str()]);
    assert_eq!(escalations["changed"][0]["from"]["state"], "raised");
    assert_eq!(
        (&escalations["changed"][0]["to"]["id"], &escalations["changed"][0]["to"]["state"]),
        (&json!(kept), &json!("acknowledged"))
    );
    assert_eq!(escalations["gone"], json!([]));
    assert_eq!(ids(&changes["queries"]["answered"]), [id]);
    assert_eq!(ids(&changes["queries"]["new"]), [asked["id"].as_str().expect("an id")]);
    app.stop().await;
}

#[actix_web::test]
async fn a_viewer_learns_nothing_of_what_it_may_not_see() {
    let app = App::with_crisis().await;
    let (officer, neighbour) = (app.officer("be-nccn").await, app.person("nl-ncc", Role::Viewer).await);
    let open = officer.post_update(&update("be-nccn", "cyber", "green", "Open")).await.must(201)["id"].clone();
    let began = position(&neighbour.picture().await);
    let secret = json!({ "recipients": ["be-nccn"], "supersedes": open, "readings": reading(json!(1))["readings"] });
    officer.post_update(&changed(update("be-nccn", "cyber", "red", "Secret"), secret)).await.must(201);
    let told = since(&neighbour, &began).await;
    assert!(is_empty(&told), "{told}");
    assert_eq!(told["since"], told["upto"]);
    let told = since(&officer, &began).await;
    assert_eq!(told["cells"][0]["from"]["update"]["headline"], "Open");
    assert_eq!(told["cells"][0]["to"]["update"]["headline"], "Secret");
    assert_eq!(told["readings"][0]["from"], Value::Null);
    assert_eq!(told["readings"][0]["difference"], Value::Null);
    app.stop().await;
}

#[actix_web::test]
async fn a_centre_of_which_nothing_holds_any_more_has_fallen_silent() {
    let app = App::with_crisis().await;
    let (officer, neighbour) = (app.officer("be-nccn").await, app.officer("nl-ncc").await);
    let short = json!({ "as_of": in_seconds(-20), "valid_until": in_seconds(1) });
    officer.post_update(&changed(update("be-nccn", "cyber", "green", "For a second"), short)).await.must(201);
    neighbour.post_update(&update("nl-ncc", "cyber", "green", "For hours")).await.must(201);
    let began = position(&neighbour.picture().await);
    let silent = async || {
        let told = since(&neighbour, &began).await;
        (told["silent"] != json!([])).then_some(told)
    };
    let told = eventually("a centre falls silent", silent).await;
    assert_eq!(told["silent"], json!(["be-nccn"]));
    assert_eq!(told["cells"], json!([]), "what it said is the same, it only holds no more");
    app.stop().await;
}

#[actix_web::test]
async fn a_shift_that_began_before_the_crisis_finds_everything_new_and_one_to_come_nothing() {
    let app = App::with_crisis().await;
    let officer = app.officer("be-nccn").await;
    officer.post_update(&update("be-nccn", "cyber", "green", "First")).await.must(201);
    let all = since(&officer, "2022-02-24T04:00:00Z").await;
    assert_eq!(all["crisis"]["from"], Value::Null);
    assert_eq!(all["crisis"]["to"]["slug"], CRISIS);
    assert_eq!(all["cells"][0]["from"], Value::Null);
    assert_eq!(all["since_at"], "2022-02-24T04:00:00Z");
    // The word it was given for "before" is one that can be asked for again.
    let again = since(&officer, all["since"].as_str().expect("a word")).await;
    assert_eq!((&again["cells"], &again["since"]), (&all["cells"], &all["since"]));
    assert!(is_empty(&since(&officer, "2100-01-01T00:00:00Z").await));
    for wrong in ["", "my+shift", "AAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(ask(&officer, wrong).await.problem(422), ["/since"], "{wrong}");
    }
    assert_eq!(officer.get(&format!("/api/v1/crises/{CRISIS}/changes")).await.problem(422), ["/since"]);
    assert_eq!(officer.get("/api/v1/crises/nowhere/changes").await.status.as_u16(), 404);
    app.stop().await;
}
