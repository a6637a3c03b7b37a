/** What time the server has, from its answers: a proxy may leave the `Date` of one out, or spoil it. */
import { elapsed, type Moment } from '../live/connection';

let last: { said: number; at: Moment } | null = null;

/** The time of this answer; where it names none, that of the last one that did, run on. Before any did, this screen's. */
export function timeIn({ headers }: Pick<Response, 'headers'>, now: Moment = { steady: performance.now(), wall: Date.now() }): number {
  const said = Date.parse(headers.get('Date') ?? '');
  if (!Number.isNaN(said)) last = { said, at: now };
  return last === null ? now.wall : last.said + elapsed(now, last.at);
}
