/**
 * A wall that asks to be let in, as a pure reducer: it shows a code until an officer confirms it, asks
 * for a new one when it runs out, and goes on by itself when the server was away.
 */
import { elapsed, type Moment } from '../live/connection';

export type Offer = {
  id: string;
  /** Six characters without look-alikes. */
  code: string;
  secret: string;
  /** How long the code holds from when it came, so that this screen's own clock may be wrong. */
  holdsMs: number;
};

export type Pairing = {
  offer: Offer | null;
  offeredAt: Moment;
  /** Why nothing goes on: the server does not answer, or has too many open codes. */
  trouble: 'none' | 'away' | 'full';
  /** The offer is gone: it may have been collected by an answer that was lost on the way. */
  unsure: boolean;
};

export type Event =
  | { type: 'offered'; offer: Offer; at: Moment }
  | { type: 'waiting' }
  | { type: 'gone' }
  | { type: 'stranger' }
  | { type: 'full'; retryMs: number }
  | { type: 'away' }
  | { type: 'tick'; at: Moment };

export type Call = 'ask' | 'collect' | 'who';
/** `callInMs` is when to make the next call, `null` when one is under way already. */
export type Outcome = { pairing: Pairing; callInMs: number | null };

export const COLLECT_EVERY_MS = 2_000;
/** A server that answers "gone" to fresh codes is not asked in a storm. */
const ASK_AGAIN_MS = 1_000;

export function start(at: Moment): Outcome {
  return { pairing: { offer: null, offeredAt: at, trouble: 'none', unsure: false }, callInMs: 0 };
}

/** What to ask the server now. */
export function nextCall({ offer, unsure }: Pairing): Call {
  if (unsure) return 'who';
  return offer === null ? 'ask' : 'collect';
}

export function step(pairing: Pairing, event: Event): Outcome {
  switch (event.type) {
    case 'offered':
      return { pairing: { offer: event.offer, offeredAt: event.at, trouble: 'none', unsure: false }, callInMs: COLLECT_EVERY_MS };
    case 'waiting':
      return { pairing: { ...pairing, trouble: 'none' }, callInMs: COLLECT_EVERY_MS };
    case 'gone':
      return { pairing: { ...pairing, offer: null, trouble: 'none', unsure: true }, callInMs: 0 };
    case 'stranger':
      return { pairing: { ...pairing, trouble: 'none', unsure: false }, callInMs: ASK_AGAIN_MS };
    case 'full':
      return { pairing: { ...pairing, trouble: 'full' }, callInMs: event.retryMs };
    case 'away':
      return { pairing: { ...pairing, trouble: 'away' }, callInMs: COLLECT_EVERY_MS };
    case 'tick':
      if (pairing.offer === null || leftMs(pairing, event.at) > 0) return { pairing, callInMs: null };
      // The call that is due then asks for a new one.
      return { pairing: { ...pairing, offer: null }, callInMs: null };
  }
}

/** How long the code still holds. */
export function leftMs({ offer, offeredAt }: Pairing, now: Moment): number {
  return offer === null ? 0 : Math.max(0, offer.holdsMs - elapsed(now, offeredAt));
}

/** A code as it is read out: two groups of three. */
export function grouped(code: string): [string, string] {
  const middle = Math.ceil(code.length / 2);
  return [code.slice(0, middle), code.slice(middle)];
}
