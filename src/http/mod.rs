//! The request edge: every route in one table, in the order of the API page.
//!
//! Handlers read what was sent, ask the desk or look through the hub, and answer. They decide nothing.

pub mod assets;
pub mod destinations;
pub mod devices;
pub mod duty;
pub mod extract;
pub mod form;
pub mod health;
pub mod pairing;
pub mod past;
pub mod problem;
pub mod reads;
pub mod session;
pub mod tokens;
pub mod wire;
pub mod writes;

use std::future::ready;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::QueryConfig;
use actix_web::{HttpResponse, Resource, ResponseError, guard, web};
use tokio::sync::watch;

use self::problem::{Kind, Problem};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::destinations::Destinations;
use crate::domain::decide::Catalogue;
use crate::health::Health;
use crate::live::hub::Hub;
use crate::pairing::Pairing;
use crate::past::Past;
use crate::reader::Reader;
use crate::settings::Settings;
use crate::sign_in::SignIn;

/// What handlers work with.
pub struct App {
    pub desk: Desk,
    pub hub: Arc<Hub>,
    pub reader: Reader,
    pub past: Arc<Past>,
    pub destinations: Arc<dyn Destinations>,
    pub sign_in: Arc<SignIn>,
    pub pairing: Pairing,
    pub catalogue: Arc<Catalogue>,
    pub settings: Arc<Settings>,
    pub clock: Clock,
    pub health: Health,
    pub stopping: watch::Receiver<bool>,
}

/// One call: method, path and what serves it.
pub struct Call {
    pub method: Method,
    pub path: &'static str,
    handler: fn() -> actix_web::Route,
}

macro_rules! calls {
    ($($method:ident $path:literal => $handler:path),+ $(,)?) => {
        vec![$(Call {
            method: Method::$method,
            path: $path,
            handler: || web::to($handler),
        }),+]
    };
}

/// Every call of the API.
pub fn calls() -> Vec<Call> {
    calls![
        GET "/api/v1/session" => session::show,
        POST "/api/v1/session" => session::begin,
        DELETE "/api/v1/session" => session::end,
        POST "/api/v1/pairings" => pairing::open,
        POST "/api/v1/pairings/confirm" => pairing::confirm,
        POST "/api/v1/pairings/{id}/collect" => pairing::collect,
        GET "/api/v1/devices" => devices::list,
        POST "/api/v1/devices/{id}/settings" => devices::change,
        POST "/api/v1/devices/{id}/revoke" => devices::revoke,
        GET "/api/v1/tokens" => tokens::list,
        POST "/api/v1/tokens" => tokens::create,
        POST "/api/v1/tokens/{id}/revoke" => tokens::revoke,
        GET "/api/v1/destinations" => destinations::list,
        POST "/api/v1/destinations" => destinations::create,
        POST "/api/v1/destinations/{id}/pause" => destinations::pause,
        POST "/api/v1/destinations/{id}/resume" => destinations::resume,
        POST "/api/v1/destinations/{id}/remove" => destinations::remove,
        GET "/api/v1/destinations/{id}/dead" => destinations::dead,
        POST "/api/v1/destinations/{id}/dead/{delivery}/retry" => destinations::retry,
        GET "/api/v1/catalogue" => reads::catalogue,
        GET "/api/v1/centres" => reads::centres,
        GET "/api/v1/crises" => reads::crises,
        POST "/api/v1/crises" => writes::open_crisis,
        GET "/api/v1/crises/{crisis}" => reads::crisis,
        POST "/api/v1/crises/{crisis}/ipcr" => writes::record_ipcr,
        POST "/api/v1/crises/{crisis}/close" => writes::close_crisis,
        POST "/api/v1/crises/{crisis}/reopen" => writes::reopen_crisis,
        POST "/api/v1/crises/{crisis}/scope" => writes::scope_crisis,
        POST "/api/v1/crises/{crisis}/updates" => writes::post_update,
        GET "/api/v1/crises/{crisis}/updates/{id}" => reads::update,
        POST "/api/v1/crises/{crisis}/updates/{id}/withdraw" => writes::withdraw,
        POST "/api/v1/crises/{crisis}/updates/{id}/queries" => writes::ask_query,
        POST "/api/v1/crises/{crisis}/queries/{id}/answer" => writes::answer_query,
        POST "/api/v1/crises/{crisis}/queries/{id}/withdraw" => writes::withdraw_query,
        POST "/api/v1/crises/{crisis}/escalations" => writes::raise_escalation,
        POST "/api/v1/crises/{crisis}/escalations/{id}/{step}" => writes::step_escalation,
        POST "/api/v1/crises/{crisis}/cycles" => writes::set_cycle,
        POST "/api/v1/crises/{crisis}/cycles/{id}/change" => writes::change_cycle,
        POST "/api/v1/crises/{crisis}/cycles/{id}/end" => writes::end_cycle,
        POST "/api/v1/crises/{crisis}/cycles/{id}/excuse" => writes::excuse_slot,
        GET "/api/v1/crises/{crisis}/slots" => reads::slots,
        GET "/api/v1/crises/{crisis}/log" => duty::log,
        POST "/api/v1/crises/{crisis}/log" => duty::write,
        GET "/api/v1/crises/{crisis}/handovers" => duty::handovers,
        POST "/api/v1/crises/{crisis}/handovers" => duty::offer,
        GET "/api/v1/crises/{crisis}/handovers/draft" => duty::draft,
        GET "/api/v1/crises/{crisis}/handovers/{id}" => duty::handover,
        POST "/api/v1/crises/{crisis}/handovers/{id}/sign" => duty::sign,
        GET "/api/v1/crises/{crisis}/cells/{centre}/{sector}/history" => reads::cell_history,
        GET "/api/v1/crises/{crisis}/picture" => reads::picture,
        GET "/api/v1/crises/{crisis}/timeline" => past::timeline,
        GET "/api/v1/crises/{crisis}/changes" => past::changes,
        GET "/api/v1/crises/{crisis}/journal" => reads::journal,
        GET "/api/v1/crises/{crisis}/live" => reads::live,
        GET "/healthz" => health::live,
        GET "/readyz" => health::ready,
        GET "/metrics" => health::metrics,
        GET "/api/openapi.json" => health::openapi,
    ]
}

/// Registers every call; a known path with another method answers 405, not 404. Where there is GET there is
/// HEAD, with which load balancers ask: the same answer, of which the connection sends no body.
pub fn configure(config: &mut web::ServiceConfig) {
    let calls = calls();
    let mut paths: Vec<&str> = calls.iter().map(|call| call.path).collect();
    paths.dedup();
    for path in paths {
        let mut resource: Resource = web::resource(path);
        let mut methods = Vec::new();
        for call in calls.iter().filter(|call| call.path == path) {
            let mut asked = guard::Any(guard::Method(call.method.clone()));
            methods.push(call.method.as_str());
            if call.method == Method::GET {
                asked = asked.or(guard::Head());
                methods.push(Method::HEAD.as_str());
            }
            resource = resource.route((call.handler)().guard(asked));
        }
        let allow = methods.join(", ");
        config.service(resource.default_service(web::to(move || ready(method_not_allowed(&allow)))));
    }
    config.app_data(
        QueryConfig::default().error_handler(|error, _| {
            Problem::new(Kind::Malformed, format!("the query cannot be read: {error}")).into()
        }),
    );
    config.default_service(web::to(assets::serve));
}

fn method_not_allowed(allow: &str) -> HttpResponse {
    let mut answer = Problem::new(Kind::MethodNotAllowed, "this path has other methods").error_response();
    let allow = HeaderValue::from_str(allow).expect("methods are ASCII");
    answer.headers_mut().insert(header::ALLOW, allow);
    answer
}
