//! Who may see an entry, decided a second time: from TLP 2.0 and the words of the entry as it is stored.
//!
//! Written from the rules as people know them, not from the program: neither its audiences nor its viewers
//! are used here, so a fault in them does not hide itself.

use std::collections::BTreeSet;

use serde_json::Value;

use super::history::Eyes;

/// The label that stands on an entry, with whom it names and whose words it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub tlp: String,
    recipients: BTreeSet<String>,
    owner: Option<String>,
}

/// The label of an event; `None` where the kind is not known here.
pub fn label(event: &Value) -> Option<Label> {
    let of = |mark: &Value, owner: &Value| {
        let recipients = mark["recipients"].as_array().map(Vec::as_slice).unwrap_or_default();
        Some(Label {
            tlp: mark["tlp"].as_str()?.to_owned(),
            recipients: recipients.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            owner: Some(owner.as_str()?.to_owned()),
        })
    };
    let plain = |tlp: &str| Some(Label { tlp: tlp.to_owned(), recipients: BTreeSet::new(), owner: None });
    let people_of = |centre: &Value| {
        let owner = Some(centre.as_str()?.to_owned());
        Some(Label { tlp: "amber_strict".to_owned(), recipients: BTreeSet::new(), owner })
    };
    match event["type"].as_str()? {
        // That there is a crisis, and how it stands, everybody who is let in may know.
        "crisis_opened" | "crisis_closed" | "crisis_reopened" | "crisis_scoped" | "ipcr_recorded" => plain("clear"),
        // Who owes a report is for those who report.
        "cycle_set" | "cycle_changed" | "cycle_planned" | "cycle_ended" | "slot_excused" | "handover_signed" => {
            plain("green")
        }
        "slot_reminded" | "slot_missed" => people_of(&event["centre"]),
        "handover_offered" => people_of(&event["handover"]["centre"]),
        "update_posted" => of(&event["update"]["mark"], &event["update"]["centre"]),
        "update_withdrawn" | "query_answered" | "query_withdrawn" => of(&event["mark"], &event["centre"]),
        "escalation_raised" => of(&event["escalation"]["mark"], &event["escalation"]["raised_by"]),
        "escalation_stepped" | "escalation_lapsed" | "escalation_woken" => of(&event["mark"], &event["raised_by"]),
        "query_asked" => of(&event["query"]["mark"], &event["query"]["centre"]),
        "log_entered" => of(&event["entry"]["mark"], &event["entry"]["centre"]),
        _ => None,
    }
}

/// Whether screens are told of it at all. A watch log is read in its own room, but for key events that all may know.
pub fn is_told(event: &Value) -> bool {
    match event["type"].as_str() {
        Some("handover_offered") => false,
        Some("log_entered") => {
            let entry = &event["entry"];
            entry["key_event"] == true && (entry["mark"]["tlp"] == "green" || entry["mark"]["tlp"] == "clear")
        }
        _ => true,
    }
}

/// Whether these eyes may see what is so labelled, in a crisis of these centres.
pub fn may_see(eyes: &Eyes, label: &Label, crisis: &BTreeSet<String>) -> bool {
    let named = || label.recipients.contains(&eyes.centre) || label.owner.as_ref() == Some(&eyes.centre);
    let working_on_it = || crisis.contains(&eyes.centre) || label.owner.as_ref() == Some(&eyes.centre);
    match (eyes.role.as_str(), label.tlp.as_str()) {
        ("viewer" | "duty_officer" | "centre_lead" | "coordinator" | "partner", "clear") => true,
        ("viewer" | "duty_officer" | "centre_lead" | "coordinator", "green") => true,
        ("viewer" | "duty_officer" | "centre_lead" | "coordinator", "amber") => {
            if label.recipients.is_empty() {
                working_on_it()
            } else {
                named()
            }
        }
        ("viewer" | "duty_officer" | "centre_lead" | "coordinator", "amber_strict" | "red") => named(),
        // A screen hangs in a room: what is for named people is never on it, whoever wrote it.
        ("wall_device", tlp) => match (eyes.ceiling.as_deref(), tlp) {
            (Some("clear" | "green" | "amber"), "clear") | (Some("green" | "amber"), "green") => true,
            (Some("amber"), "amber") => {
                if label.recipients.is_empty() {
                    working_on_it()
                } else {
                    named()
                }
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_is_that_of_tlp_2_0() {
        let eyes = |centre: &str, role: &str, ceiling: Option<&str>| Eyes {
            centre: centre.to_owned(),
            role: role.to_owned(),
            ceiling: ceiling.map(str::to_owned),
        };
        let crisis = ["be", "nl"].map(str::to_owned).into();
        let all = [
            eyes("be", "duty_officer", None),
            eyes("nl", "viewer", None),
            eyes("fr", "viewer", None),
            eyes("be", "wall_device", Some("amber")),
            eyes("nl", "wall_device", Some("amber")),
            eyes("fr", "wall_device", Some("amber")),
            eyes("nl", "wall_device", Some("green")),
            eyes("nl", "wall_device", Some("clear")),
            eyes("nl", "partner", None),
            eyes("be", "admin", None),
        ];
        // By be: who of these sees it, one letter each.
        for (tlp, recipients, seen) in [
            ("clear", vec![], "xxxxxxxxx-"),
            ("green", vec![], "xxxxxxx---"),
            ("amber", vec![], "xx-xx-----"),
            ("amber", vec!["fr"], "x-xx-x----"),
            ("amber_strict", vec!["fr"], "x-x-------"),
            ("red", vec!["nl"], "xx--------"),
        ] {
            let mark = json!({ "tlp": tlp, "recipients": recipients });
            let label = label(&json!({ "type": "update_posted", "update": { "mark": mark, "centre": "be" } }));
            let label = label.expect("a known kind");
            let saw: String = all.iter().map(|eyes| if may_see(eyes, &label, &crisis) { 'x' } else { '-' }).collect();
            assert_eq!(saw, seen, "{tlp} {recipients:?}");
        }
    }
}
