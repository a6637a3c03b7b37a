/**
 * The link to the server as a pure reducer: state × event → state and what to do. It never touches a
 * socket or a clock, so "a wall never lies" is tested with both in hand.
 */
import { apply, begin, type Picture } from '../picture/picture';
import { type Frame, RESTARTING, REVOKED, TOO_SLOW } from './protocol';

/** Two clocks: one that never jumps, one that goes on while the machine sleeps. Milliseconds. */
export type Moment = { steady: number; wall: number };

export type Link = {
  /** `live` only while beats come and the picture is whole. */
  phase: 'connecting' | 'live' | 'lost' | 'refused';
  picture: Picture | null;
  /** When the last frame came, on this screen's clocks. */
  heard: Moment | null;
  /** The server's time in that frame. */
  serverTime: number;
  /** When the present attempt began. */
  since: Moment;
  /** Failed attempts in a row. */
  attempt: number;
  /** How many times the link has come to be live. */
  comings: number;
  /** The server said that it would be back, not long ago. */
  restarting: boolean;
  /** The server's time when it turned this screen away for good. */
  refusedAt: number | null;
  /** The entry script that the server gives out, as it last said. */
  build: string;
};

export type Event =
  | { type: 'frame'; frame: Frame; at: Moment }
  | { type: 'garbled'; at: Moment }
  | { type: 'closed'; code: number; at: Moment }
  | { type: 'tick'; at: Moment };

/** `chance` is drawn by whoever runs the effects: 0 ≤ chance < 1. */
export type Effect = { type: 'connect'; after: string | null; withinMs: number; atLeastMs: number } | { type: 'hang-up' };

export type Outcome = { link: Link; effects: Effect[] };

/** Without a beat for this long, what is shown is no longer live. The server beats every 5 s. */
export const SILENCE_MS = 12_000;
/** A server that said it would be back and is not after this long is not restarting: it is away. */
export const RESTART_MS = 60_000;
const BACKOFF_FIRST_MS = 500;
/** Below the silence, so that an attempt is never given up before it was made. */
const BACKOFF_MAX_MS = 10_000;

/** A screen that has heard nothing yet. */
export function start(at: Moment): Outcome {
  const link: Link = {
    phase: 'connecting', picture: null, heard: null, serverTime: 0, since: at, attempt: 0,
    comings: 0, restarting: false, refusedAt: null, build: '',
  };
  return { link, effects: [{ type: 'connect', after: null, withinMs: 0, atLeastMs: 0 }] };
}

export function step(link: Link, event: Event): Outcome {
  switch (event.type) {
    case 'frame':
      return hear(link, event.frame, event.at);
    case 'garbled':
      return startAnew(link, event.at);
    case 'closed':
      if (event.code === REVOKED) {
        return { link: { ...link, phase: 'refused', refusedAt: serverNow(link, event.at) }, effects: [] };
      }
      return reconnect({ ...link, restarting: link.restarting || event.code === RESTARTING }, event.at, event.code === TOO_SLOW);
    case 'tick':
      return tick(link, event.at);
  }
}

function tick(link: Link, at: Moment): Outcome {
  const silentMs = elapsed(at, link.heard ?? link.since);
  if (link.phase === 'refused' || silentMs < SILENCE_MS) return { link, effects: [] };
  const told = link.restarting && silentMs >= RESTART_MS ? { ...link, restarting: false } : link;
  // Silent: grey now. If the present attempt is as old as the silence, it hangs: try another.
  if (elapsed(at, told.since) >= SILENCE_MS) return hangUpAndReconnect(told, at);
  const phase = lostPhase(told);
  return { link: told.phase === phase ? told : { ...told, phase }, effects: [] };
}

/** The server's time now, as well as this screen can know it. */
export function serverNow(link: Link, now: Moment): number {
  return link.heard ? link.serverTime + elapsed(now, link.heard) : now.wall;
}

/** How far this screen's own clock is from the server's, in milliseconds; positive when it is ahead. */
export function skew(link: Link): number {
  return link.heard ? link.heard.wall - link.serverTime : 0;
}

/** A machine that slept has a steady clock that stood still; the longer of the two spans is the truth. */
export function elapsed(now: Moment, then: Moment): number {
  return Math.max(now.steady - then.steady, now.wall - then.wall, 0);
}

function hear(link: Link, frame: Frame, at: Moment): Outcome {
  const serverTime = Date.parse(frame.server_time);
  if (isBelated(link, serverTime, at)) return hangUpAndReconnect(link, at);
  const comings = link.phase === 'live' ? link.comings : link.comings + 1;
  const heard = { ...link, phase: 'live' as const, heard: at, since: at, serverTime, attempt: 0, comings, restarting: false };
  switch (frame.type) {
    case 'snapshot':
      return { link: { ...heard, picture: begin(frame), build: frame.build ?? '' }, effects: [] };
    case 'change': {
      const picture = link.picture && apply(link.picture, frame);
      return picture ? { link: { ...heard, picture }, effects: [] } : startAnew(link, at);
    }
    case 'beat':
      // A beat names where this screen ought to stand: if it stands elsewhere, it missed something.
      if (link.picture?.position !== frame.position) return startAnew(link, at);
      return { link: { ...heard, build: frame.build ?? '' }, effects: [] };
  }
}

/** A frame that lay in a buffer while this screen slept or the network stood still: what it says is old. */
function isBelated(link: Link, serverTime: number, at: Moment): boolean {
  if (link.phase !== 'live' || link.heard === null) return false;
  return elapsed(at, link.heard) - (serverTime - link.serverTime) >= SILENCE_MS;
}

/** What is held cannot be trusted to be whole: ask for all of it. */
function startAnew(link: Link, at: Moment): Outcome {
  const effects: Effect[] = [{ type: 'hang-up' }, { type: 'connect', after: null, withinMs: 0, atLeastMs: BACKOFF_FIRST_MS }];
  return { link: { ...lost(link), since: at, attempt: link.attempt + 1 }, effects };
}

function hangUpAndReconnect(link: Link, at: Moment): Outcome {
  const { link: next, effects } = reconnect(link, at, false);
  return { link: next, effects: [{ type: 'hang-up' }, ...effects] };
}

function reconnect(link: Link, at: Moment, atOnce: boolean): Outcome {
  const after = link.picture?.position ?? null;
  const withinMs = atOnce ? 0 : Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** link.attempt);
  const effects: Effect[] = [{ type: 'connect', after, withinMs, atLeastMs: 0 }];
  return { link: { ...lost(link), since: at, attempt: link.attempt + 1 }, effects };
}

function lost(link: Link): Link {
  return { ...link, phase: lostPhase(link) };
}

function lostPhase(link: Link): 'lost' | 'connecting' {
  return link.picture ? 'lost' : 'connecting';
}
