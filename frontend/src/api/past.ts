/** Calls that look back. Nothing is kept in the browser: whoever signs in next may see less. */
import { problemOf } from './problem';
import type { Difference, FeedItem, PictureView, TimelineView } from './types.gen';

/** A picture as it was: `at` is the moment for which it is judged. */
export type PastPicture = PictureView & { server_time: string; replay: true; at: string };

const ASKING_MS = 15_000;
/** Key moments in one answer. */
const MOMENTS = 500;
/** Entries of the journal in one answer. */
const ENTRIES = 50;

export async function answerTo(path: string): Promise<Response> {
  const answer = await fetch(`/api/v1/crises/${path}`, { cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(ASKING_MS) });
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

export const ask = async <T>(path: string): Promise<T> => (await (await answerTo(path)).json()) as T;
export const query = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

/** `at` is a time or a position. */
export function pictureAt(crisis: string, at: string): Promise<PastPicture> {
  return ask(`${crisis}/picture?${query({ at })}`);
}

/** The whole crisis until now; with `before`, the key moments before that position. */
export function timelineOf(crisis: string, before?: string): Promise<TimelineView> {
  return ask(`${crisis}/timeline?${query({ limit: String(MOMENTS), ...(before === undefined ? {} : { before }) })}`);
}

/** Whether a picture shows an entry: most of the watch log is read there alone (`Event::is_told` of the domain). */
export function isTold(item: FeedItem): boolean {
  if (item.kind === 'handover_offered') return false;
  return item.kind !== 'log_entered' || (item.key_event && (item.tlp === 'green' || item.tlp === 'clear'));
}

/** The next entry after a position that this account was shown on a picture; `null` where none is. */
export async function entryAfter(crisis: string, after: string): Promise<FeedItem | null> {
  const lines = await (await answerTo(`${crisis}/journal?${query({ after, limit: String(ENTRIES) })}`)).text();
  const entries = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line) as FeedItem);
  const last = entries.at(-1);
  return entries.find(isTold) ?? (last === undefined || entries.length < ENTRIES ? null : entryAfter(crisis, last.position));
}

/** `since` is a time or a position. */
export function changesSince(crisis: string, since: string): Promise<Difference> {
  return ask(`${crisis}/changes?${query({ since })}`);
}
