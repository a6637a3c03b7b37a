//! What is sent to pair walls, to set them, and to make tokens.

use jiff::SignedDuration;

use crate::accounts::device::{Changes, Setting};
use crate::accounts::{NAME_CHARS_MAX, TOKEN_DAYS_MAX};
use crate::domain::ids::{CentreId, CrisisId};
use crate::domain::text::Lines;
use crate::domain::vocabulary::{Role, Tlp};
use crate::http::form::Form;
use crate::http::problem::Problem;
use crate::pairing::Code;

/// Longest secret that a wall may hold up, in characters: ours have 43.
const SECRET_CHARS_MAX: usize = 200;

/// What an officer says of a wall.
pub struct ConfirmPairing {
    pub code: Code,
    pub name: String,
    pub ceiling: Tlp,
    pub setting: Setting,
    pub centre: Option<CentreId>,
}

/// What a new token is to be.
pub struct CreateToken {
    pub name: String,
    pub role: Role,
    pub expires_in: SignedDuration,
    pub centre: Option<CentreId>,
}

/// `POST /pairings`, `POST /devices/{id}/revoke`, `POST /tokens/{id}/revoke`: nothing is said.
pub fn nothing(body: &[u8]) -> Result<(), Problem> {
    Form::read(body)?.finish(Some(()))
}

/// `POST /pairings/{id}/collect`
pub fn collect_pairing(body: &[u8]) -> Result<String, Problem> {
    let mut form = Form::read(body)?;
    let secret = form.text("secret", Lines::One, SECRET_CHARS_MAX);
    form.finish(secret)
}

/// `POST /pairings/confirm`
pub fn confirm_pairing(body: &[u8]) -> Result<ConfirmPairing, Problem> {
    let mut form = Form::read(body)?;
    let code = form.name("code", Code::parse);
    let name = form.text("name", Lines::One, NAME_CHARS_MAX);
    let ceiling = form.name("ceiling", read_ceiling);
    let layout = form.word("layout");
    let distance_m = form.number("distance_m", Setting::distance);
    let crisis = form.optional_name("crisis", CrisisId::parse);
    let centre = form.optional_name("centre", CentreId::parse);
    let confirm = (|| {
        let setting = Setting { layout: layout?, distance_m: distance_m?, crisis };
        Some(ConfirmPairing { code: code?, name: name?, ceiling: ceiling?, setting, centre })
    })();
    form.finish(confirm)
}

/// `POST /devices/{id}/settings`
pub fn change_device(body: &[u8]) -> Result<Changes, Problem> {
    let mut form = Form::read(body)?;
    let changes = Changes {
        name: form.optional_text("name", Lines::One, NAME_CHARS_MAX),
        layout: form.optional_word("layout"),
        distance_m: form.optional_number("distance_m", Setting::distance),
        crisis: form.nullable_name("crisis", CrisisId::parse),
    };
    form.finish(Some(changes))
}

/// `POST /tokens`
pub fn create_token(body: &[u8]) -> Result<CreateToken, Problem> {
    let mut form = Form::read(body)?;
    let name = form.text("name", Lines::One, NAME_CHARS_MAX);
    let role = form.word("role");
    let expires_in = form.number("expires_days", |days| {
        let fits = (1..=TOKEN_DAYS_MAX).contains(&days);
        if fits { Ok(SignedDuration::from_hours(24 * days)) } else { Err(format!("must be 1 to {TOKEN_DAYS_MAX}")) }
    });
    let centre = form.optional_name("centre", CentreId::parse);
    let create = (|| Some(CreateToken { name: name?, role: role?, expires_in: expires_in?, centre }))();
    form.finish(create)
}

/// What a wall may show at the most: what is for named people alone never stands in a room.
fn read_ceiling(word: &str) -> Result<Tlp, String> {
    match word.parse()? {
        ceiling @ (Tlp::Clear | Tlp::Green | Tlp::Amber) => Ok(ceiling),
        never @ (Tlp::AmberStrict | Tlp::Red) => Err(format!("{} is never shown on a wall", never.label())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::vocabulary::Layout;

    #[test]
    fn everything_wrong_about_a_wall_is_named_at_once() {
        let body = br#"{"code":"0O0","name":"","ceiling":"red","layout":"huge","distance_m":4,"crisis":"A b","x":1}"#;
        let problem = format!("{:?}", confirm_pairing(body).err().expect("much is wrong"));
        for pointer in ["/code", "/name", "/ceiling", "/layout", "/distance_m", "/crisis", "/x"] {
            assert!(problem.contains(&format!("\"{pointer}\"")), "{pointer} in {problem}");
        }
    }

    #[test]
    fn null_unpins_a_wall_and_absent_leaves_it_pinned() {
        let changes = |body: &[u8]| change_device(body).expect("it holds");
        assert_eq!(changes(b"{}"), Changes::default());
        assert_eq!(changes(br#"{"crisis":null}"#).crisis, Some(None));
        let pinned = CrisisId::parse("drill").expect("a slug");
        assert_eq!(changes(br#"{"crisis":"drill"}"#).crisis, Some(Some(pinned)));
        assert_eq!(changes(br#"{"layout":"far"}"#).layout, Some(Layout::Far));
    }

    #[test]
    fn a_token_holds_for_whole_days_within_bounds() {
        let days = |days: &str| {
            let body = format!(r#"{{"name":"Lead","role":"viewer","expires_days":{days}}}"#);
            create_token(body.as_bytes()).map(|create| create.expires_in.as_hours())
        };
        assert_eq!(days("30").ok(), Some(720));
        for bad in ["0", "-1", "3651", "1.5", "\"30\""] {
            assert!(days(bad).is_err(), "{bad}");
        }
    }
}
