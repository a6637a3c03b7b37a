//! Servers that are two, that are killed, and that trust somebody or nobody.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::json;
use tokio_rustls::TlsAcceptor;

use super::{INSIDE, PATH, Scene, hook, ids, raise, titles};
use crate::harness::app::{App, CRISIS};
use crate::harness::binary::{Process, token};
use crate::harness::eventually;
use crate::harness::outside::{Mood, Receiver};
use crate::harness::person::Person;

#[actix_web::test]
async fn of_two_servers_one_sends_and_what_one_leaves_the_other_takes_up() {
    let scene = Scene::set(&[]).await;
    let two = App::on_at(&scene.journal, &INSIDE, &scene.clock).await;
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&scene.lead("nl-ncc").await, &receiver.url).await;
    let belgian = scene.app.officer("be-nccn").await;
    let names: Vec<String> = (0..8).map(|number| format!("Matter {number}")).collect();
    for name in &names {
        raise(&belgian, name).await;
    }
    let heard = receiver.hears(8).await;
    assert_eq!(titles(&heard), names.into_iter().collect());
    let Scene { app, clock, .. } = scene;
    let sent = app.metric("vigie_deliveries_sent_total").await;
    let other = two.metric("vigie_deliveries_sent_total").await;
    assert!(sent + other >= 8 && (sent == 0 || other == 0), "one of them sends: {sent} and {other}");
    // Whichever goes, the other takes over: at once, for it gave the right back.
    let (goes, stays) = if sent == 0 { (two, app) } else { (app, two) };
    goes.stop().await;
    raise(&belgian.at(&stays.base), "The ninth").await;
    let heard = receiver.hears(9).await;
    assert_eq!((heard.len(), ids(&heard).len()), (9, 9), "each of them once");
    drop(clock);
    stays.stop().await;
}

#[actix_web::test]
async fn a_server_that_is_killed_loses_no_notice_and_invents_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let config = folder.path().join("vigie.toml");
    let outward = "[outward]\nallow_private = [\"127.0.0.0/8\"]\nretry_first_seconds = 1\nlease_seconds = 3\n";
    std::fs::write(&config, outward).expect("it can be written");
    let config = config.display().to_string();
    let more = ["--config", config.as_str()];
    let mut process = Process::serve("127.0.0.1:0", &journal, &more);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let lead = Person::new(&process.base, &token(&journal, "nl-ncc", "centre_lead"));
    let belgian = Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer"));
    let receiver = Receiver::open(Mood::Takes).await;
    hook(&lead, &receiver.url).await;
    let mut raised = BTreeSet::new();
    for round in 0..4 {
        // Killed with one on its way, some put down and some only in the journal.
        receiver.turn(if round % 2 == 0 { Mood::Hangs } else { Mood::Takes });
        for number in 0..5 {
            let name = format!("Matter {round}.{number}");
            raise(&belgian.at(&process.base), &name).await;
            raised.insert(name);
        }
        let before = receiver.heard().len();
        receiver.hears(before.max(1)).await;
        process.kill();
        process = Process::serve("127.0.0.1:0", &journal, &more);
    }
    receiver.turn(Mood::Takes);
    let all = eventually("every one arrives", async || {
        let heard = receiver.heard();
        (titles(&heard) == raised).then_some(heard)
    })
    .await;
    assert_eq!(ids(&all).len(), raised.len(), "a second one has the name of the first");
    for message in &all {
        let alike = all.iter().filter(|other| other.id() == message.id());
        assert!(alike.into_iter().all(|other| other.body == message.body));
    }
    let base = process.base.clone();
    eventually("none waits", async || {
        let destinations = lead.at(&base).get(PATH).await.must(200)["destinations"].clone();
        (destinations[0]["waiting"] == 0).then_some(())
    })
    .await;
    assert_eq!(ids(&receiver.heard()), ids(&all), "nothing came that was not due");
}

/// TLS as a receiver has it, and the certificate that it shows.
fn shown_by_a_receiver() -> (TlsAcceptor, String) {
    let shown = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(shown.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has what they need")
        .with_no_client_auth()
        .with_single_cert(vec![shown.cert.der().clone()], key.into())
        .expect("key and certificate belong together");
    (TlsAcceptor::from(Arc::new(config)), shown.cert.pem())
}

#[actix_web::test]
async fn over_tls_only_what_this_machine_trusts_is_sent_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = format!("sqlite:{}", folder.path().join("vigie.db").display());
    let config = folder.path().join("vigie.toml");
    std::fs::write(&config, "[outward]\nallow_private = [\"127.0.0.0/8\", \"::1\"]\nattempts = 1\n").expect("written");
    let ((trusted, pem), (stranger, _)) = (shown_by_a_receiver(), shown_by_a_receiver());
    let authorities = folder.path().join("authorities.pem");
    std::fs::write(&authorities, pem).expect("it can be written");
    let trusts = [("SSL_CERT_FILE", authorities.to_str().expect("UTF-8"))];
    let more = ["--config", config.to_str().expect("UTF-8")];
    let process = Process::serve_in(&trusts, "127.0.0.1:0", &journal, &more);
    let coordinator = Person::new(&process.base, &token(&journal, "eu-ercc", "coordinator"));
    let crisis = json!({ "slug": CRISIS, "name": "A drill", "environment": "test" });
    coordinator.post("/api/v1/crises", &crisis).await.must(201);
    let lead = Person::new(&process.base, &token(&journal, "nl-ncc", "centre_lead"));
    let (trusted, stranger) = (Receiver::over_tls(trusted).await, Receiver::over_tls(stranger).await);
    hook(&lead, &trusted.url).await;
    let (path, _) = hook(&lead, &stranger.url).await;
    raise(&Person::new(&process.base, &token(&journal, "be-nccn", "duty_officer")), "Buses").await;
    assert_eq!(titles(&trusted.hears(1).await), ["Buses".to_owned()].into());
    let dead = eventually("it dies", async || {
        let dead = lead.get(&format!("{path}/dead")).await.must(200)["dead"].clone();
        dead.as_array().is_some_and(|dead| !dead.is_empty()).then_some(dead)
    })
    .await;
    assert_eq!((&dead[0]["fault"], stranger.heard().len()), (&json!("no_connection"), 0));
}
