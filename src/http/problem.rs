//! Every refusal and failure as `application/problem+json` (RFC 9457): one table of what is said.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use jiff::SignedDuration;
use serde::Serialize;

use crate::desk::SubmitError;
use crate::domain::refusal::{FieldFault, Refusal};

/// Seconds after which a client may try again when the server is full.
const RETRY_AFTER_SECONDS: i64 = 1;

/// What every problem is called: the end of its `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Malformed,
    InvalidFields,
    NotSignedIn,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    KeyReused,
    TooLarge,
    UnsupportedMedia,
    TooManyAttempts,
    Busy,
    Unavailable,
}

/// An answer that says what went wrong and what to do about it.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldFault>,
    /// Seconds after which it is worth trying again, where that is known.
    retry_after: Option<i64>,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "<[FieldFault]>::is_empty")]
    errors: &'a [FieldFault],
}

impl Kind {
    /// Every kind, for the documentation and its test.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::InvalidFields,
        Self::NotSignedIn,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::KeyReused,
        Self::TooLarge,
        Self::UnsupportedMedia,
        Self::TooManyAttempts,
        Self::Busy,
        Self::Unavailable,
    ];

    /// Slug, status and title.
    pub const fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Malformed => ("malformed", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::InvalidFields => ("invalid-fields", StatusCode::UNPROCESSABLE_ENTITY, "Some fields do not hold"),
            Self::NotSignedIn => ("not-signed-in", StatusCode::UNAUTHORIZED, "Sign in first"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "This is not yours to do"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such thing here"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "This cannot be done here")
            }
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "The picture has moved on"),
            Self::KeyReused => ("key-reused", StatusCode::CONFLICT, "The Idempotency-Key was used before"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMedia => {
                ("unsupported-media", StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send application/json")
            }
            Self::TooManyAttempts => {
                ("too-many-attempts", StatusCode::TOO_MANY_REQUESTS, "Too many attempts; wait before the next")
            }
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "Too much at once; try again"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not now; try again"),
        }
    }
}

impl Problem {
    /// A problem of a kind, with a sentence for a person.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    /// One or more wrong fields.
    pub fn fields(errors: Vec<FieldFault>) -> Self {
        let detail = match errors.as_slice() {
            [one] => format!("{} {}", one.pointer, one.detail),
            several => format!("{} fields do not hold; each is named in errors", several.len()),
        };
        Self { kind: Kind::InvalidFields, detail, errors, retry_after: None }
    }

    /// The same with when it is worth trying again, in whole seconds from now.
    #[must_use]
    pub fn after(self, wait: SignedDuration) -> Self {
        Self { retry_after: Some(wait.as_secs().max(0) + 1), ..self }
    }

    /// There is no such thing, or none that the asker may know of.
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what} here"))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.row().1
    }

    fn error_response(&self) -> HttpResponse {
        let (slug, status, title) = self.kind.row();
        let body = Body {
            r#type: format!("urn:vigie:problem:{slug}"),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            errors: &self.errors,
        };
        let json = serde_json::to_string(&body).expect("a problem is plain text and numbers");
        let mut answer = HttpResponse::build(status);
        answer.insert_header((header::CONTENT_TYPE, "application/problem+json"));
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        let full = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER_SECONDS);
        if let Some(seconds) = self.retry_after.or(full) {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"vigie\""));
        }
        answer.body(json)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match &refusal {
            Refusal::Fields(faults) => return Self::fields(faults.clone()),
            Refusal::Unknown(_) => Kind::NotFound,
            Refusal::Forbidden(_) => Kind::Forbidden,
            Refusal::StepNotOpen { .. }
            | Refusal::LevelEnds { .. }
            | Refusal::SleptAlready
            | Refusal::AlreadyGone(_)
            | Refusal::CrisisIs(_)
            | Refusal::QueryIs(_)
            | Refusal::NotDue
            | Refusal::HandoverIsSigned
            | Refusal::CycleHasEnded
            | Refusal::SlugTaken => Kind::Conflict,
        };
        Self::new(kind, refusal.to_string())
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let kind = match error {
            SubmitError::Refused(refusal) => return refusal.into(),
            SubmitError::KeyReused => Kind::KeyReused,
            SubmitError::InboxFull | SubmitError::Contended => Kind::Busy,
            SubmitError::Unavailable => Kind::Unavailable,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<crate::accounts::AccountsError> for Problem {
    fn from(error: crate::accounts::AccountsError) -> Self {
        tracing::error!(error = %crate::health::chain(&error), "accounts do not answer");
        Self::new(Kind::Unavailable, "who you are cannot be looked up now")
    }
}

impl From<crate::destinations::DestinationsError> for Problem {
    fn from(error: crate::destinations::DestinationsError) -> Self {
        tracing::error!(error = %crate::health::chain(&error), "destinations do not answer");
        Self::new(Kind::Unavailable, "where notices go cannot be looked up now")
    }
}
