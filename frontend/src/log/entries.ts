/** The watch log as it is held on a screen: pages put together, what corrects what, and an entry as a form holds it. Pure. */
import type { LogEntryView, LogKind, UpdateView } from '../api/types.gen';
import type { Picture } from '../picture/picture';

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

/** The log from its newest entry back to some older one, newest first. Whatever corrects one of these is among them. */
export type Held = { entries: LogEntryView[]; more: boolean };

/** With newer entries put on top. Pages come oldest first; what is held already is not held twice. */
export function withNewer({ entries, more }: Held, page: readonly LogEntryView[]): Held {
  const known = new Set(entries.map(({ id }) => id));
  return { entries: [...page.filter(({ id }) => !known.has(id)).reverse(), ...entries], more };
}

/** With an older page put below. */
export function withOlder({ entries }: Held, page: readonly LogEntryView[], more: boolean): Held {
  return { entries: [...entries, ...[...page].reverse()], more };
}

export type Filter = { kind: LogKind | ''; key: boolean };

export function wanted(entries: readonly LogEntryView[], { kind, key }: Filter): LogEntryView[] {
  return entries.filter((entry) => (kind === '' || entry.kind === kind) && (!key || entry.key_event));
}

/** An update that stands in the picture or that its feed still tells of. */
export function updateIn(picture: Picture, id: string): UpdateView | null {
  for (const { update } of picture.cells.values()) if (update.id === id) return update;
  const line = picture.feed.find((item) => item.kind === 'update_posted' && item.update.id === id);
  return line?.kind === 'update_posted' ? line.update : null;
}
