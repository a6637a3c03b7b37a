//! What is told, and no more than its label lets out: by webhook and by mail.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vigie::domain::vocabulary::{Role, Tlp};

use super::{ESCALATIONS, KINDS, PATH, Scene, failed, hook, ids, matter, minutes, raise};
use crate::harness::eventually;
use crate::harness::outside::{MailMood, MailServer, Message, Mood, Receiver};
use crate::harness::person::{Person, changed};

/// The settings of a server whose mail goes to a port of this machine.
fn by_mail(port: &str) -> [(&str, &str); 4] {
    [("smtp.host", "127.0.0.1"), ("smtp.port", port), ("smtp.tls", "none"), ("smtp.from", "vigie@example.org")]
}

/// Raises one under each label, and waits for what the last of them must bring.
async fn under_each_label(belgian: &Person) {
    for tlp in ["red", "amber_strict"] {
        let recipients = json!({ "recipients": ["nl-ncc"] });
        belgian.post(ESCALATIONS, &changed(matter("Zugzwang", "nl-ncc", tlp), recipients)).await.must(201);
    }
    belgian.post(ESCALATIONS, &matter("Zwischenzug", "nl-ncc", "amber")).await.must(201);
    belgian.post(ESCALATIONS, &matter("Clear words", "nl-ncc", "clear")).await.must(201);
}

#[actix_web::test]
async fn nothing_leaves_that_its_label_keeps_by_webhook_or_mail() {
    let mail = MailServer::open(MailMood::Takes).await;
    let port = mail.port.to_string();
    let scene = Scene::set(&by_mail(&port)).await;
    let receiver = Receiver::open(Mood::Takes).await;
    let lead = scene.lead("nl-ncc").await;
    hook(&lead, &receiver.url).await;
    let mailbox = json!({ "channel": "mail", "address": "duty@nl.example.org", "kinds": KINDS });
    let made = lead.post(PATH, &mailbox).await.must(201);
    assert_eq!(made["secret"], Value::Null);
    let belgian = scene.app.officer("be-nccn").await;
    under_each_label(&belgian).await;
    let heard = receiver.hears(2).await;
    let letters = mail.takes(2).await;
    // They go up too, with the same labels.
    scene.clock.hold(minutes(30));
    receiver.hears(4).await;
    mail.takes(4).await;
    raise(&belgian, "The last").await;
    let all = receiver.hears(5).await;
    let all_letters = mail.takes(5).await;
    assert_eq!((all.len(), all_letters.len()), (5, 5), "of RED and AMBER+STRICT not even that there is one");
    for secret in ["Zugzwang", "Zwischenzug", "\"red\"", "amber_strict", "TLP:RED", "STRICT"] {
        assert!(all.iter().all(|message| !message.body.contains(secret)), "{secret} left by webhook");
        assert!(
            all_letters
                .iter()
                .all(|letter| !letter.text().contains(secret) && !letter.header("Subject").contains(secret)),
            "{secret} left by mail"
        );
    }
    let amber = heard.iter().map(Message::json).find(|body| body["data"]["tlp"] == "amber").expect("that there is one");
    assert_eq!(amber["data"]["told"], Value::Null);
    let keys: Vec<&String> = amber["data"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["at", "centre", "crisis", "kind", "subject", "tlp", "told"]);
    let link = amber["link"].as_str().expect("a link");
    let letter = letters.iter().find(|letter| letter.text().contains(link)).expect("it links to it");
    assert_eq!(letter.to, "duty@nl.example.org");
    assert_eq!(letter.header("Subject"), "TEST — Vigie: an escalation is asked of nl-ncc");
    assert!(letter.text().contains("TLP:AMBER") && letter.text().contains("does not leave Vigie"), "{}", letter.text());
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    assert!(letter.header("From").contains("<vigie@example.org>"));
    let clear = letters.iter().find(|letter| letter.text().contains("Clear words")).expect("it may leave");
    assert_eq!(clear.header("Subject"), "TEST — Vigie: an escalation is asked of nl-ncc: Clear words");
    assert!(clear.text().contains("Reason: Because of Clear words"));
    let names: BTreeSet<String> = letters.iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.starts_with("<msg_") && name.ends_with("@example.org>")), "{names:?}");
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_mail_server_that_refuses_hangs_or_breaks_off_is_tried_again() {
    let mail = MailServer::open(MailMood::Refuses(450)).await;
    let port = mail.port.to_string();
    let scene = Scene::set(&by_mail(&port)).await;
    let lead = scene.lead("nl-ncc").await;
    let mailbox = json!({ "channel": "mail", "address": "duty@nl.example.org", "kinds": ["escalation_asked"] });
    lead.post(PATH, &mailbox).await.must(201);
    raise(&scene.app.officer("be-nccn").await, "Buses").await;
    failed(&scene.app, 1).await;
    let moods = [MailMood::Refuses(550), MailMood::BreaksOff, MailMood::Hangs];
    for (mood, tried) in moods.into_iter().zip(2_i64..) {
        mail.turn(mood);
        scene.clock.hold(minutes(tried * 8 * 60));
        failed(&scene.app, tried.unsigned_abs()).await;
    }
    assert_eq!(mail.letters().len(), 0);
    mail.turn(MailMood::Takes);
    scene.clock.hold(minutes(5 * 8 * 60));
    let letters = mail.takes(1).await;
    assert!(letters[0].text().contains("Title: Buses"));
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_slot_is_told_when_it_is_due_and_when_it_was_missed() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&scene.lead("nl-ncc").await, &receiver.url).await;
    let cycle = json!({
        "name": "Situation report", "sectors": ["cyber"], "centres": ["be-nccn", "nl-ncc"], "starts_at": minutes(120),
        "rrule": "FREQ=HOURLY;INTERVAL=4", "grace_minutes": 30, "reminder_minutes": [60],
    });
    let coordinator = scene.app.person("eu-ercc", Role::Coordinator).await;
    coordinator.post("/api/v1/crises/drill/cycles", &cycle).await.must(201);
    scene.clock.hold(minutes(60));
    let due = receiver.hears(1).await[0].json();
    assert_eq!((&due["type"], &due["link"]), (&json!("slot_due"), &json!("https://vigie.example.org/desk/drill")));
    let told = json!({ "slot": { "cycle": "Situation report", "due_at": minutes(120).to_string() } });
    assert_eq!(due["data"]["told"], told);
    scene.clock.hold(minutes(151));
    let missed = receiver.hears(2).await[1].json();
    assert_eq!((&missed["type"], &missed["data"]["told"]), (&json!("slot_missed"), &told));
    scene.app.stop().await;
}

#[actix_web::test]
async fn a_wall_that_is_not_seen_any_more_is_told_once_for_each_time() {
    let scene = Scene::set(&[]).await;
    let receiver = Receiver::open(Mood::Takes).await;
    let lead = scene.lead("be-nccn").await;
    hook(&lead, &receiver.url).await;
    let (id, wall) = scene.app.account("be-nccn", Role::WallDevice, Tlp::Green).await;
    let seen = async |at: i64| {
        let mut socket = wall.listen(None).await;
        socket.next().await;
        eventually("it is seen", async || {
            let devices = lead.get("/api/v1/devices").await.must(200)["devices"].clone();
            (devices[0]["last_seen"] == json!(minutes(at).to_string())).then_some(())
        })
        .await;
    };
    seen(0).await;
    scene.clock.hold(minutes(10));
    let lost = receiver.hears(1).await[0].json();
    assert_eq!((&lost["type"], &lost["data"]["crisis"]), (&json!("device_lost"), &Value::Null));
    assert_eq!(lost["data"]["subject"], json!(id.to_string()));
    assert_eq!(lost["data"]["told"]["wall"]["last_seen"], json!(minutes(0).to_string()));
    assert_eq!(lost["link"], "https://vigie.example.org/coordination#devices");
    scene.clock.hold(minutes(12));
    seen(12).await;
    scene.clock.hold(minutes(22));
    let heard = receiver.hears(2).await;
    assert_eq!((heard.len(), ids(&heard).len()), (2, 2), "once for each loss, not once a minute");
    scene.app.stop().await;
}
