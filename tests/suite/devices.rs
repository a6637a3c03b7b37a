//! Walls and tokens as those who keep them meet them.

use serde_json::{Value, json};
use vigie::domain::ids::AccountId;
use vigie::domain::vocabulary::{Role, Tlp};

use crate::harness::app::{App, CRISIS};
use crate::harness::binary::vigie;
use crate::harness::eventually;
use crate::harness::person::Person;

const DEVICES: &str = "/api/v1/devices";
const TOKENS: &str = "/api/v1/tokens";

async fn listed(keeper: &Person, path: &str, list: &str) -> Vec<Value> {
    keeper.get(path).await.must(200)[list].as_array().expect("a list").clone()
}

fn centres(listed: &[Value]) -> Vec<&str> {
    listed.iter().map(|one| one["centre"].as_str().expect("a centre")).collect()
}

async fn device_of(wall: &Person) -> Value {
    wall.get("/api/v1/session").await.must(200)["account"]["device"].clone()
}

async fn last_seen(keeper: &Person, wall: AccountId) -> Option<String> {
    let devices = listed(keeper, DEVICES, "devices").await;
    let device = devices.into_iter().find(|device| device["id"] == json!(wall)).expect("it is listed");
    device["last_seen"].as_str().map(str::to_owned)
}

#[actix_web::test]
async fn walls_are_listed_to_their_own_centre_newest_first_and_to_admins_all() {
    let app = App::with_crisis().await;
    let (first, _) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let (second, _) = app.account("be-nccn", Role::WallDevice, Tlp::Amber).await;
    app.wall("nl-ncc", Tlp::Green).await;
    for role in [Role::DutyOfficer, Role::CentreLead, Role::Coordinator] {
        let devices = listed(&app.person("be-nccn", role).await, DEVICES, "devices").await;
        let ids: Vec<&str> = devices.iter().map(|device| device["id"].as_str().expect("an id")).collect();
        assert_eq!(ids, [second.to_string(), first.to_string()], "{role}");
    }
    let admin = app.person("eu-ercc", Role::Admin).await;
    assert_eq!(centres(&listed(&admin, DEVICES, "devices").await), ["nl-ncc", "be-nccn", "be-nccn"]);
    for role in [Role::WallDevice, Role::Viewer, Role::Auditor, Role::Partner] {
        app.person("be-nccn", role).await.get(DEVICES).await.problem(403);
    }
}

#[actix_web::test]
async fn a_wall_learns_what_it_is_set_to_show_by_asking_who_it_is() {
    let app = App::with_crisis().await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    assert_eq!(officer.get("/api/v1/session").await.must(200)["account"]["device"], Value::Null);
    let (id, wall) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    assert_eq!(device_of(&wall).await, json!({ "layout": "overview", "distance_m": 3, "crisis": null }));

    let settings = format!("{DEVICES}/{id}/settings");
    let far = json!({ "layout": "far", "distance_m": 8, "crisis": CRISIS, "name": "Wall by the door" });
    let device = officer.post(&settings, &far).await.must(200)["device"].clone();
    assert_eq!((&device["name"], &device["crisis"]), (&json!("Wall by the door"), &json!(CRISIS)));
    assert_eq!(device_of(&wall).await, json!({ "layout": "far", "distance_m": 8, "crisis": CRISIS }));
    officer.post(&settings, &json!({ "crisis": null })).await.must(200);
    assert_eq!(device_of(&wall).await, json!({ "layout": "far", "distance_m": 8, "crisis": null }));
    officer.post(&settings, &json!({})).await.must(200);
    assert_eq!(device_of(&wall).await["layout"], "far", "nothing was said, nothing changed");

    let wrong = json!({ "layout": "round", "distance_m": 1, "crisis": "no-such-crisis", "ceiling": "amber" });
    let mut pointers = officer.post(&settings, &wrong).await.problem(422);
    pointers.sort();
    assert_eq!(pointers, ["/ceiling", "/distance_m", "/layout"]);
    assert_eq!(officer.post(&settings, &json!({ "crisis": "no-such-crisis" })).await.problem(422), ["/crisis"]);
}

#[actix_web::test]
async fn walls_of_another_centre_and_people_are_not_there_to_be_set() {
    let app = App::with_crisis().await;
    let (wall, _) = app.account("nl-ncc", Role::WallDevice, Tlp::Green).await;
    let (person, _) = app.account("be-nccn", Role::Viewer, Tlp::Clear).await;
    let lead = app.person("be-nccn", Role::CentreLead).await;
    for id in [wall.to_string(), person.to_string(), "nothing".to_owned()] {
        lead.post(&format!("{DEVICES}/{id}/settings"), &json!({})).await.problem(404);
        lead.post(&format!("{DEVICES}/{id}/revoke"), &json!({})).await.problem(404);
    }
    for id in [wall.to_string(), "nothing".to_owned()] {
        lead.post(&format!("{TOKENS}/{id}/revoke"), &json!({})).await.problem(404);
    }
    let admin = app.person("eu-ercc", Role::Admin).await;
    admin.post(&format!("{DEVICES}/{wall}/revoke"), &json!({})).await.must(200);
}

#[actix_web::test]
async fn a_revoked_wall_is_closed_and_signed_out() {
    let app = App::with(&[("live.beat_seconds", "1")]).await;
    app.open_crisis(CRISIS).await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    let (id, wall) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let mut socket = wall.listen(None).await;
    socket.until("a snapshot", |socket| socket.snapshots == 1).await;
    // That it lives is noted beside whatever else happens: here before it is revoked, so that nothing else changes.
    eventually("the wall is seen", async || last_seen(&officer, id).await).await;
    let revoked = officer.post(&format!("{DEVICES}/{id}/revoke"), &json!({})).await.must(200);
    assert!(revoked["device"]["revoked_at"].is_string());
    assert_eq!(socket.end().await, Some(4003));
    wall.get("/api/v1/session").await.problem(401);
    let again = officer.post(&format!("{DEVICES}/{id}/revoke"), &json!({})).await.must(200);
    assert_eq!(again, revoked, "revoking twice changes nothing");
    officer.post(&format!("{DEVICES}/{id}/settings"), &json!({ "layout": "far" })).await.problem(409);
}

#[actix_web::test]
async fn a_wall_whose_socket_lives_is_seen() {
    let app = App::with_crisis().await;
    let officer = app.person("be-nccn", Role::DutyOfficer).await;
    let (silent, _) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let (id, wall) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let mut socket = wall.listen(None).await;
    socket.until("a snapshot", |socket| socket.snapshots == 1).await;
    let seen = eventually("the wall is seen", async || last_seen(&officer, id).await).await;
    assert_eq!(last_seen(&officer, silent).await, None);
    let mut again = wall.listen(None).await;
    again.until("a snapshot", |socket| socket.snapshots == 1).await;
    again.until("a beat", |socket| socket.frames.iter().any(|frame| frame["type"] == "beat")).await;
    assert_eq!(last_seen(&officer, id).await, Some(seen), "once a minute is enough");
}

#[actix_web::test]
async fn tokens_are_made_shown_once_listed_and_revoked_by_leads() {
    let app = App::with_crisis().await;
    let lead = app.person("be-nccn", Role::CentreLead).await;
    let new = json!({ "name": "Night desk", "role": "duty_officer", "expires_days": 30 });
    let made = lead.post(TOKENS, &new).await.must(201);
    let officer = Person::new(&app.base, made["token"].as_str().expect("a token"));
    let account = officer.get("/api/v1/session").await.must(200)["account"].clone();
    assert_eq!((&account["centre"], &account["name"]), (&json!("be-nccn"), &json!("Night desk")));

    app.wall("be-nccn", Tlp::Green).await;
    app.person("nl-ncc", Role::Viewer).await;
    let tokens = listed(&lead, TOKENS, "tokens").await;
    assert_eq!(tokens.len(), 2, "the lead and the new one: no walls, no other centre");
    assert_eq!(tokens[0], made["token_info"]);
    assert!(!tokens.iter().any(|token| token.to_string().contains("vigie_")), "a token is shown once");

    let id = made["token_info"]["id"].as_str().expect("an id");
    lead.post(&format!("{TOKENS}/{id}/revoke"), &json!({})).await.must(200);
    officer.get("/api/v1/session").await.problem(401);
    let own = account_id(&lead).await;
    lead.post(&format!("{TOKENS}/{own}/revoke"), &json!({})).await.problem(403);
    lead.get("/api/v1/session").await.must(200);
}

/// No `Idempotency-Key` is kept beside the journal: what sending again does is told of each call.
#[actix_web::test]
async fn what_is_sent_again_makes_a_second_token_that_is_listed_and_revoked_and_changes_nothing_else() {
    let app = App::with_crisis().await;
    let lead = app.person("be-nccn", Role::CentreLead).await;
    let new = json!({ "name": "Night desk", "role": "duty_officer", "expires_days": 30 });
    let mut made = Vec::new();
    for _ in 0..2 {
        made.push(lead.post_with_key(TOKENS, "the-same", &new).await.must(201));
    }
    assert_ne!(made[0]["token"], made[1]["token"]);
    let tokens = listed(&lead, TOKENS, "tokens").await;
    for made in &made {
        assert!(tokens.contains(&made["token_info"]), "{made} in {tokens:?}");
    }
    // The one that nobody received is shut out, and the other goes on.
    let id = made[0]["token_info"]["id"].as_str().expect("an id");
    let revoke = async || lead.post_with_key(&format!("{TOKENS}/{id}/revoke"), "once", &json!({})).await.must(200);
    assert_eq!(revoke().await, revoke().await, "when it was first revoked stays");
    let person = |made: &Value| Person::new(&app.base, made["token"].as_str().expect("a token"));
    person(&made[0]).get("/api/v1/session").await.problem(401);
    person(&made[1]).get("/api/v1/session").await.must(200);

    let (wall, _) = app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let far = json!({ "layout": "far", "distance_m": 8 });
    let set = async || lead.post(&format!("{DEVICES}/{wall}/settings"), &far).await.must(200);
    assert_eq!(set().await, set().await);
    let open =
        async || app.nobody().post_with_key("/api/v1/pairings", "once", &json!({})).await.must(201)["id"].clone();
    assert_ne!(open().await, open().await);
}

async fn account_id(person: &Person) -> String {
    let session = person.get("/api/v1/session").await.must(200);
    session["account"]["id"].as_str().expect("an id").to_owned()
}

#[actix_web::test]
async fn nobody_gives_more_than_they_may() {
    let app = App::with_crisis().await;
    let token = |role: &str| json!({ "name": "Somebody", "role": role, "expires_days": 1 });
    for keeper in [Role::CentreLead, Role::Coordinator] {
        let keeper = app.person("be-nccn", keeper).await;
        for role in ["viewer", "duty_officer", "centre_lead", "partner"] {
            keeper.post(TOKENS, &token(role)).await.must(201);
        }
        for role in ["coordinator", "auditor", "admin"] {
            keeper.post(TOKENS, &token(role)).await.problem(403);
        }
        let mut elsewhere = token("viewer");
        elsewhere["centre"] = json!("nl-ncc");
        keeper.post(TOKENS, &elsewhere).await.problem(403);
    }
    for role in [Role::WallDevice, Role::Viewer, Role::DutyOfficer, Role::Auditor, Role::Partner] {
        let person = app.person("be-nccn", role).await;
        person.post(TOKENS, &token("viewer")).await.problem(403);
        person.get(TOKENS).await.problem(403);
    }
    let admin = app.person("eu-ercc", Role::Admin).await;
    let mut coordinator = token("coordinator");
    coordinator["centre"] = json!("nl-ncc");
    assert_eq!(admin.post(TOKENS, &coordinator).await.must(201)["token_info"]["centre"], "nl-ncc");
    assert_eq!(admin.post(TOKENS, &token("wall_device")).await.problem(422), ["/role"]);
    let wrong = json!({ "name": "", "role": "king", "expires_days": 0, "centre": "X" });
    let mut pointers = admin.post(TOKENS, &wrong).await.problem(422);
    pointers.sort();
    assert_eq!(pointers, ["/centre", "/expires_days", "/name", "/role"]);

    let lead = app.person("eu-ercc", Role::CentreLead).await;
    let own = account_id(&admin).await;
    lead.post(&format!("{TOKENS}/{own}/revoke"), &json!({})).await.problem(403);
}

#[actix_web::test]
async fn the_command_line_sets_what_a_wall_shows_and_nothing_of_people() {
    let app = App::with_crisis().await;
    let create = |more: &[&str]| {
        let wall = ["token", "create", "--journal", &app.journal, "--centre", "be-nccn", "--json", "--role"];
        vigie(&[&wall[..], more].concat())
    };
    let made = create(&["wall_device", "--layout", "far", "--distance", "8", "--crisis", CRISIS]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let set = json!({ "layout": "far", "distance_m": 8, "crisis": CRISIS });
    assert_eq!(made["device"], set);
    let wall = Person::new(&app.base, made["token"].as_str().expect("a token"));
    assert_eq!(device_of(&wall).await, set);
    let usual: Value = serde_json::from_slice(&create(&["wall_device", "--layout", "far"]).stdout).expect("JSON");
    assert_eq!(usual["device"]["distance_m"], 5, "what the layout is made for");
    for wrong in [["viewer", "--layout", "far"], ["viewer", "--distance", "3"], ["wall_device", "--distance", "4"]] {
        assert_eq!(create(&wrong).status.code(), Some(2), "{wrong:?}");
    }
}
