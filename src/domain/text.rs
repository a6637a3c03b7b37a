//! Free text with a length in Unicode scalar values and no control characters.

/// Longest headline of an update, title of an escalation or name of a crisis, in Unicode scalar values.
pub const HEADLINE_CHARS_MAX: usize = 160;
/// Longest body of an update, in Unicode scalar values.
pub const BODY_CHARS_MAX: usize = 4_000;
/// Longest reason or note, in Unicode scalar values.
pub const NOTE_CHARS_MAX: usize = 1_000;

/// Longest question of a query and longest answer to one, in Unicode scalar values.
pub const QUERY_CHARS_MAX: usize = 2_000;

/// Whether several lines are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    One,
    Many,
}

/// Checks a text as it was given; nothing is trimmed or changed, a text is its author's.
pub fn check(text: &str, lines: Lines, chars_max: usize) -> Result<(), String> {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if chars > chars_max {
        return Err(format!("must have at most {chars_max} characters, has {chars}"));
    }
    let forbidden = |c: char| c.is_control() && !(lines == Lines::Many && matches!(c, '\n' | '\r' | '\t'));
    if text.chars().any(|c| forbidden(c) || is_bidi_control(c)) {
        return Err("must not contain control characters".to_owned());
    }
    Ok(())
}

/// Marks that make text read in another order than it is stored: a way to make a headline lie.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_scalar_values_and_control_characters_are_refused() {
        assert!(check(&"é".repeat(160), Lines::One, 160).is_ok());
        assert!(check(&"é".repeat(161), Lines::One, 160).is_err());
        assert!(check("a\nb", Lines::One, 160).is_err());
        assert!(check("a\nb", Lines::Many, 160).is_ok());
        assert!(check("a\u{0}b", Lines::Many, 160).is_err());
        assert!(check("a\u{202E}b", Lines::Many, 160).is_err());
        assert!(check("   ", Lines::One, 160).is_err());
    }
}
