/** Notices that this page stood still: the machine slept, or its timers stopped firing. Pure. */
import { elapsed, type Moment } from '../live/connection';

/** Timers fire every second; after a gap of this length the page is not trusted any more. */
export const STOPPED_MS = 60_000;
/** A page that stands still again and again is not loaded more often than this. */
export const AGAIN_MS = 10 * 60_000;

/** Browsers hold back the timers of pages that nobody sees: that is no standstill. */
export function stoodStill(before: Moment, now: Moment, seen: boolean): boolean {
  return seen && elapsed(now, before) >= STOPPED_MS;
}

export function mayReload(last: number | null, now: number): boolean {
  return last === null || Math.abs(now - last) >= AGAIN_MS;
}
