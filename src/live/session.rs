//! One socket: it sends what its audience was told, beats, and ends for a stated reason.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, Session};
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::hub::{Audience, Joined, Next};
use super::protocol;
use crate::accounts::device::SEEN_EVERY;
use crate::clock::Clock;
use crate::domain::ids::AccountId;
use crate::health::Health;
use crate::sign_in::{Credential, SignIn};

/// Largest message a client may send: it has nothing to say but pings.
pub const CLIENT_MESSAGE_BYTES_MAX: usize = 4_096;

/// Of so many frames one is measured: each is sent thousands of times.
const MEASURED_EVERY: u64 = 16;

/// What a socket needs beside its wire.
pub struct Seat {
    pub credential: Credential,
    pub sign_in: Arc<SignIn>,
    pub clock: Clock,
    pub health: Health,
    /// The wall whose socket this is, if it is one's.
    pub wall: Option<AccountId>,
    /// Name of the screens built into this server.
    pub build: String,
    pub beat: Duration,
    pub send_timeout: Duration,
    pub stopping: watch::Receiver<bool>,
}

/// Why a socket ends.
enum End {
    /// The other side is gone; there is nobody to tell.
    Gone,
    /// Tell the other side why.
    Close(u16),
}

/// Serves one socket until it ends; whoever seated it has counted it.
pub async fn run(mut session: Session, mut messages: AggregatedMessageStream, joined: Joined, seat: Seat) {
    let audience = Arc::clone(&joined.audience);
    let end = serve(&mut session, &mut messages, joined, &seat).await;
    audience.leave();
    seat.health.counts().walls.dec();
    if let End::Close(code) = end {
        if code == protocol::TOO_SLOW {
            seat.health.counts().walls_too_slow.inc();
        }
        // A peer that does not read does not hear why either; the wire is dropped all the same.
        let _ = timeout(seat.send_timeout, session.close(Some(protocol::close_reason(code)))).await;
    }
}

async fn serve(session: &mut Session, messages: &mut AggregatedMessageStream, joined: Joined, seat: &Seat) -> End {
    let Joined { audience, snapshot, mut cursor } = joined;
    let mut moved = audience.watch();
    let mut stopping = seat.stopping.clone();
    if let Some(snapshot) = snapshot
        && let Err(end) = send(session, snapshot.frame(seat.clock.now(), &seat.build), seat).await
    {
        return end;
    }
    let mut beats = interval(seat.beat);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sightings = std::pin::pin!(note_sightings(seat));
    loop {
        if let Err(end) = drain(session, &audience, &mut cursor, seat).await {
            return end;
        }
        let outcome = tokio::select! {
            never = &mut sightings => match never {},
            changed = moved.changed() => changed.map_err(|_| End::Close(protocol::RESTARTING)),
            _ = beats.tick() => beat(session, &audience, &mut cursor, seat).await,
            message = messages.next() => hear(session, message).await,
            _ = stopping.wait_for(|stopping| *stopping) => Err(End::Close(protocol::RESTARTING)),
        };
        if let Err(end) = outcome {
            return end;
        }
    }
}

/// Sends everything that the audience has beyond the cursor.
async fn drain(session: &mut Session, audience: &Audience, cursor: &mut u64, seat: &Seat) -> Result<(), End> {
    loop {
        let frames = match audience.since(*cursor) {
            Next::Over => return Err(End::Close(protocol::SCOPED)),
            Next::TooSlow => return Err(End::Close(protocol::TOO_SLOW)),
            Next::Frames(frames) if frames.is_empty() => return Ok(()),
            Next::Frames(frames) => frames,
        };
        for (frame, told) in frames {
            send(session, frame, seat).await?;
            *cursor += 1;
            if cursor.is_multiple_of(MEASURED_EVERY) {
                seat.health.counts().wall_seconds.observe(told.elapsed().as_secs_f64());
            }
        }
    }
}

/// Notes that the wall lives, once a minute, beside whatever else its socket does: no frame waits for it.
async fn note_sightings(seat: &Seat) -> Infallible {
    let every = Duration::try_from(SEEN_EVERY).expect("a minute is no negative time");
    let mut minutes = interval(every);
    minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let Some(wall) = seat.wall else { return std::future::pending().await };
    loop {
        minutes.tick().await;
        seat.sign_in.seen(wall).await;
    }
}

/// A beat names a position, so whatever leads there is sent first.
async fn beat(session: &mut Session, audience: &Audience, cursor: &mut u64, seat: &Seat) -> Result<(), End> {
    let holds = seat.sign_in.holds(&seat.credential).await;
    if !holds {
        return Err(End::Close(protocol::REVOKED));
    }
    let position = audience.position();
    drain(session, audience, cursor, seat).await?;
    if *audience.position() != *position {
        // It moved while we sent: the frames said so, and the next beat will.
        return Ok(());
    }
    send(session, protocol::beat(&position, seat.clock.now(), &seat.build), seat).await
}

async fn hear(
    session: &mut Session,
    message: Option<Result<AggregatedMessage, actix_ws::ProtocolError>>,
) -> Result<(), End> {
    match message {
        None | Some(Err(_) | Ok(AggregatedMessage::Close(_))) => Err(End::Gone),
        Some(Ok(AggregatedMessage::Ping(bytes))) => session.pong(&bytes).await.map_err(|_| End::Gone),
        Some(Ok(AggregatedMessage::Pong(_))) => Ok(()),
        Some(Ok(AggregatedMessage::Text(_) | AggregatedMessage::Binary(_))) => Err(End::Close(protocol::READ_ONLY)),
    }
}

async fn send(session: &mut Session, text: impl Into<bytestring::ByteString>, seat: &Seat) -> Result<(), End> {
    match timeout(seat.send_timeout, session.text(text)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Close(protocol::TOO_SLOW)),
    }
}
