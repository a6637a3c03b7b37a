/** The watch log as it is held on a screen: pages put together, what corrects what, and an entry as a form holds it. Pure. */
import type { LogEntryView } from '../api/types.gen';

/** Within this, writing is part of what happened. */
const SAME_TIME_MS = 60_000;

/** Whether it was written down noticeably later than it happened. */
export function isToldLater({ event_time, recorded_at }: Pick<LogEntryView, 'event_time' | 'recorded_at'>): boolean {
  return Math.abs(Date.parse(recorded_at) - Date.parse(event_time)) >= SAME_TIME_MS;
}

/** Which entry puts which right: by the wrong one, the newest that corrects it. */
export function correctionsIn(entries: readonly LogEntryView[]): Map<string, LogEntryView> {
  return new Map(entries.flatMap((entry) => (entry.corrects === null ? [] : [[entry.corrects, entry] as const])));
}
