//! Screens of every kind of eyes: what hangs in rooms and what people have open, following docs/protocol.md.

use std::sync::Arc;

use vigie::domain::ids::{CentreId, CrisisId};
use vigie::domain::mark::Viewer;
use vigie::domain::vocabulary::{Role, Tlp};
use vigie::live::hub::{Audience, Hub, Joined, Next};
use vigie::live::protocol::{RESTARTING, SCOPED, TOO_SLOW, beat};

use super::people;
use super::recorder::Recorder;
use crate::checker::history::{Eyes, Record};

/// Every screen: its name, centre, role and ceiling, and which crisis it follows.
const SCREENS: [(&str, &str, Role, Tlp, usize); 10] = [
    ("be-green", "be-nccn", Role::WallDevice, Tlp::Green, 0),
    ("be-amber", "be-nccn", Role::WallDevice, Tlp::Amber, 0),
    ("nl-amber", "nl-ncc", Role::WallDevice, Tlp::Amber, 0),
    ("nl-amber-2", "nl-ncc", Role::WallDevice, Tlp::Amber, 0),
    ("nl-clear", "nl-ncc", Role::WallDevice, Tlp::Clear, 0),
    ("be-desk", "be-nccn", Role::DutyOfficer, Tlp::Clear, 0),
    ("pl-desk", "pl-ncc", Role::Viewer, Tlp::Clear, 0),
    ("fr-partner", "fr-ncc", Role::Partner, Tlp::Clear, 0),
    ("fr-amber", "fr-ncc", Role::WallDevice, Tlp::Amber, 1),
    ("ercc-desk", "eu-ercc", Role::Coordinator, Tlp::Clear, 1),
];

/// A screen with its line, if it has one.
pub struct Screen {
    name: &'static str,
    eyes: Eyes,
    viewer: Viewer,
    pub crisis: CrisisId,
    /// Which server it goes to.
    pub server: usize,
    pub asleep: bool,
    position: Option<String>,
    line: Option<Line>,
}

struct Line {
    number: u64,
    audience: Arc<Audience>,
    cursor: u64,
}

/// The eyes of a screen or person, as the protocol spells them.
pub fn eyes(centre: &str, role: Role, ceiling: Tlp) -> Eyes {
    let ceiling = (role == Role::WallDevice).then(|| ceiling.to_string());
    Eyes { centre: centre.to_owned(), role: role.to_string(), ceiling }
}

pub fn all() -> Vec<Screen> {
    let screen = |(name, centre, role, ceiling, crisis): (&'static str, &str, Role, Tlp, usize)| Screen {
        name,
        eyes: eyes(centre, role, ceiling),
        viewer: Viewer::of(CentreId::parse(centre).expect("a slug"), role, ceiling),
        crisis: people::crisis(crisis),
        server: 0,
        asleep: false,
        position: None,
        line: None,
    };
    SCREENS.map(screen).into()
}

impl Screen {
    /// Takes what there is on its line, and opens one where it has none.
    pub fn takes(&mut self, hub: &Hub, recorder: &Recorder, bent: impl Fn(Viewer) -> Viewer) {
        if self.asleep {
            return;
        }
        // At most once for each way in which a line can end.
        for _ in 0..3 {
            if self.line.is_none() && !self.joins(hub, recorder, bent(self.viewer.clone())) {
                return;
            }
            match self.drain(recorder) {
                None => return,
                Some(code) => self.ends(recorder, Some(code)),
            }
        }
    }

    fn joins(&mut self, hub: &Hub, recorder: &Recorder, viewer: Viewer) -> bool {
        let after = self.position.as_deref().and_then(|word| hub.unseal(word));
        let Some(Joined { audience, snapshot, cursor }) = hub.join(&self.crisis, &viewer, after) else { return false };
        let number = recorder.number();
        recorder.note(Record::Joined {
            socket: number,
            wall: self.name.to_owned(),
            server: None,
            eyes: self.eyes.clone(),
            crisis: self.crisis.to_string(),
            after: self.position.clone(),
        });
        self.line = Some(Line { number, audience, cursor });
        if let Some(snapshot) = snapshot {
            self.hears(recorder, &snapshot.frame(recorder.now(), "build"));
        }
        true
    }

    /// Takes everything that the audience has beyond the cursor; answers the close code where the line ends.
    fn drain(&mut self, recorder: &Recorder) -> Option<u16> {
        loop {
            let Line { audience, cursor, .. } = self.line.as_mut()?;
            match audience.since(*cursor) {
                Next::Over => return Some(SCOPED),
                Next::TooSlow => return Some(TOO_SLOW),
                Next::Frames(frames) if frames.is_empty() => return None,
                Next::Frames(frames) => {
                    *cursor += frames.len() as u64;
                    for (frame, _) in frames {
                        self.hears(recorder, &frame);
                    }
                }
            }
        }
    }

    fn hears(&mut self, recorder: &Recorder, text: &str) {
        let Some(Line { number, .. }) = &self.line else { return };
        let frame: serde_json::Value = serde_json::from_str(text).expect("frames are JSON");
        let position = frame["upto"].as_str().or(frame["picture"]["position"].as_str());
        if let Some(position) = position {
            self.position = Some(position.to_owned());
        }
        recorder.note(Record::Told { socket: *number, frame });
    }

    /// A beat, as a socket sends it: whatever leads to its position has been sent before.
    pub fn beats(&mut self, recorder: &Recorder) {
        if self.asleep {
            return;
        }
        let Some(Line { audience, .. }) = &self.line else { return };
        let position = audience.position();
        if self.drain(recorder).is_none() {
            self.hears(recorder, &beat(&position, recorder.now(), "build"));
        }
    }

    /// Its line is over: cut, or ended by the server with a code.
    pub fn ends(&mut self, recorder: &Recorder, code: Option<u16>) {
        if let Some(Line { number, audience, .. }) = self.line.take() {
            audience.leave();
            recorder.note(Record::Ended { socket: number, code });
        }
    }

    /// Its server is gone; it goes to another.
    pub fn loses_server(&mut self, recorder: &Recorder, servers: usize) {
        self.ends(recorder, Some(RESTARTING));
        self.server = (self.server + 1) % servers;
    }

    /// It goes to a server with what it holds, or with nothing.
    pub fn moves(&mut self, recorder: &Recorder, server: usize, fresh: bool) {
        self.ends(recorder, None);
        self.server = server;
        if fresh {
            self.position = None;
        }
    }
}
