//! What the layers make of each other, and what refuses to start.

use super::*;

#[test]
fn the_defaults_hold_and_an_unknown_key_does_not() {
    let settings = Layers::defaults().finish().expect("the defaults hold");
    assert!(settings.catalogue.centres.len() >= 30);
    assert_eq!(settings.catalogue.sectors.len(), 8);
    let unknown = [("VIGIE__SERVER__COLOUR".to_owned(), "red".to_owned())];
    assert!(matches!(Layers::defaults().environment(unknown.into_iter()), Err(SettingsError::Unknown { .. })));
}

#[test]
fn every_default_sector_has_two_templates_in_every_language_of_the_desk() {
    let catalogue = Layers::defaults().finish().expect("the defaults hold").catalogue;
    for sector in &catalogue.sectors {
        let templates: Vec<_> = catalogue.templates.iter().filter(|t| t.sector == sector.id).collect();
        assert_eq!(templates.len(), 2, "{}", sector.id);
        for template in templates {
            for texts in [&template.name, &template.headline, &template.body] {
                let langs: Vec<&str> = texts.keys().map(String::as_str).collect();
                assert_eq!(langs, ["de", "en", "fr", "nl"], "{}", template.id);
            }
        }
    }
}

fn overlaid(text: &str) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("overlay.toml");
    std::fs::write(&path, text).expect("it is written");
    Layers::defaults().file(&path)?.finish()
}

#[test]
fn an_overlay_with_other_sectors_drops_the_default_templates_and_must_fit_its_own() {
    let sectors = "[[sectors]]\nid = \"fire\"\nname = { en = \"Fire\" }\ncadence_minutes = 60\n";
    assert_eq!(overlaid(sectors).expect("it holds").catalogue.templates, []);
    let template = |sector: &str, headline: &str| {
        let texts = format!("headline = {{ en = \"{headline}\" }}\nbody = {{ en = \"Where: …\" }}");
        let head = format!("id = \"one\"\nsector = \"{sector}\"\nname = {{ en = \"One\" }}");
        overlaid(&format!("{sectors}[[templates]]\n{head}\n{texts}\nindicators = []\n"))
    };
    assert_eq!(template("fire", "Fire in …").expect("it fits").catalogue.templates.len(), 1);
    for (sector, headline, reason) in
        [("cyber", "Fire in …", "its sector cyber"), ("fire", "", "headline in en must not be empty")]
    {
        let error = template(sector, headline).expect_err("it does not fit").to_string();
        assert!(error.contains(reason) && error.contains("overlay.toml"), "{error}");
    }
}

#[test]
fn an_indicator_says_why_it_is_not_summed_if_it_is_not() {
    for (aggregation, because) in [("none", ""), ("sum", "not_summed_because = { en = \"Counted twice\" }\n")] {
        let error = overlaid(&format!(
            "[[indicators]]\nid = \"x\"\nname = {{ en = \"X\" }}\ndefinition = {{ en = \"X\" }}\nunit = \"x\"\n\
             measure = \"stock\"\naggregation = \"{aggregation}\"\n{because}direction = \"neutral\"\ndecimals = false\n"
        ));
        assert!(error.expect_err("it must say").to_string().contains("not_summed_because"), "{aggregation}");
    }
}

#[test]
fn what_a_sum_would_count_twice_is_another_indicator_of_the_catalogue() {
    let with = |twice: &str, aggregation: &str, because: &str| {
        overlaid(&format!(
            "[[indicators]]\nid = \"x\"\nname = {{ en = \"X\" }}\ndefinition = {{ en = \"X\" }}\nunit = \"x\"\n\
             measure = \"stock\"\naggregation = \"{aggregation}\"\n{because}counted_twice = \"{twice}\"\n\
             direction = \"neutral\"\ndecimals = false\n"
        ))
    };
    let because = "not_summed_because = { en = \"Twice\" }\n";
    for (twice, aggregation, because) in [("x", "none", because), ("unknown", "none", because), ("x", "sum", "")] {
        let error = with(twice, aggregation, because).expect_err("it cannot be").to_string();
        assert!(error.contains("counted_twice") && error.contains("overlay.toml"), "{error}");
    }
}

#[test]
fn every_duration_says_above_itself_what_it_is_and_why() {
    let mut checked = 0;
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (place, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(" = ") else { continue };
        // A percentage of a duration is one too.
        let of_mode = lines[..place].iter().rev().find(|line| line.starts_with('[')) == Some(&"[cadence]");
        let units = ["_ms", "_seconds", "_minutes", "_hours", "_days"];
        if of_mode || units.iter().any(|unit| key.ends_with(unit)) {
            let above = lines[..place].iter().rev().take_while(|line| line.starts_with('#'));
            let words: usize = above.map(|line| line.split_whitespace().count() - 1).sum();
            assert!(words >= 5, "{key} in line {} does not say why", place + 1);
            checked += 1;
        }
    }
    assert!(checked >= 25, "{checked} durations");
}

#[test]
fn later_layers_win_and_say_where_they_came_from() {
    let variables = [("VIGIE__LIVE__BEAT_SECONDS".to_owned(), "7".to_owned())];
    let layers = Layers::defaults().environment(variables.into_iter()).expect("known");
    let layers = layers.flag("server.listen", Some("127.0.0.1:0"), "--listen").expect("known");
    let rows = layers.in_force();
    let origin = |key: &str| rows.iter().find(|row| row.0 == key).map(|row| row.2.clone());
    assert_eq!(origin("live.beat_seconds").as_deref(), Some("environment VIGIE__LIVE__BEAT_SECONDS"));
    assert_eq!(origin("server.listen").as_deref(), Some("flag --listen"));
    assert_eq!(origin("redis.url").as_deref(), Some("default"));
    assert_eq!(layers.finish().expect("holds").live.beat, Duration::from_secs(7));
}

#[test]
fn a_section_within_a_section_is_merged_key_by_key_and_has_its_terms_in_order() {
    let settings = overlaid("[escalation.watch]\nack_minutes = 7\n").expect("holds");
    let watch = settings.catalogue.escalation.watch;
    assert_eq!((watch.ack.as_secs(), watch.resolve.as_hours()), (7 * 60, 12));
    for (text, reason) in [
        ("[escalation.watch]\nack_minutes = 1000\n", "escalation.watch.start_minutes"),
        ("[escalation.watch]\nack_minutes = 0\n", "escalation.watch.ack_minutes"),
        ("[escalation.watch]\ncolour = 1\n", "escalation.watch.colour"),
        ("[escalation.world]\nack_minutes = 1\n", "escalation.world"),
    ] {
        let error = overlaid(text).expect_err(text).to_string();
        assert!(error.contains(reason), "{error}");
    }
    let variables = [("VIGIE__ESCALATION__WATCH__ACK_MINUTES".to_owned(), "9".to_owned())];
    let layers = Layers::defaults().environment(variables.into_iter()).expect("known");
    assert_eq!(layers.finish().expect("holds").catalogue.escalation.watch.ack.as_secs(), 9 * 60);
}

#[test]
fn no_centre_is_called_as_the_timers_are() {
    let centre = "[[centres]]\nid = \"system\"\ncode = \"SY\"\nkind = \"national\"\nname = { en = \"S\" }\n\
                  timezone = \"UTC\"\nlanguages = []\n";
    assert!(overlaid(centre).expect_err("it is taken").to_string().contains("timers"));
}

#[test]
fn a_value_out_of_bounds_is_named_with_its_origin() {
    let variables = [("VIGIE__LIVE__BEAT_SECONDS".to_owned(), "0".to_owned())];
    let error = Layers::defaults().environment(variables.into_iter()).expect("known").finish().expect_err("too small");
    assert!(error.to_string().contains("VIGIE__LIVE__BEAT_SECONDS"), "{error}");
}

#[test]
fn passwords_are_not_shown() {
    assert_eq!(without_password("redis://me:secret@host:6379/1"), "redis://me:***@host:6379/1");
    assert_eq!(without_password("sqlite:data/vigie.db"), "sqlite:data/vigie.db");
}
