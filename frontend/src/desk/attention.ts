/** What my centre must look at: what is due, what went stale, who asks. Pure. */
import type { EscalationView, HandoverView, QueryView } from '../api/types.gen';
import type { Picture } from '../picture/picture';
import { type Cell, cellOf, clockOf, isOpen } from '../picture/select';
import { dutiesOf, type Duty, pressing } from './duty';

/** So long before its term ends an update is due, however long its term. */
const DUE_MS = 30 * 60_000;

export type Due = { cell: Cell; leftMs: number };

export type Attention = {
  /** Ends soon: first what ends first. */
  due: Due[];
  /** Past its term: first what is longest past. */
  stale: Due[];
  /** Sectors in which the centre has said nothing. */
  silent: Cell[];
  /** Open escalations that ask this centre: first what nobody owns, then what is due first. */
  asks: EscalationView[];
  /** Reports of the reporting cycles that are due soon or overdue: what is due first first. */
  slots: Duty[];
  /** Queries to this centre that wait for an answer: the oldest first. */
  queries: QueryView[];
  /** Handovers that another of this centre offered and nobody signed: the newest first. */
  handovers: readonly HandoverView[];
};

/** `handovers` are on no socket, so whoever asked for them brings them. */
export function attentionOf(picture: Picture, centre: string, now: number, handovers: readonly HandoverView[] = []): Attention {
  const cells = picture.crisis.sectors.map(({ id }) => cellOf(picture, centre, id, now));
  const dated = cells.flatMap((cell) => (cell.view ? [{ cell, leftMs: Date.parse(cell.view.update.valid_until) - now }] : []));
  const byEnd = (a: Due, b: Due): number => a.leftMs - b.leftMs;
  return {
    handovers,
    due: dated.filter(({ cell, leftMs }) => cell.status !== 'stale' && (cell.ageing || leftMs <= DUE_MS)).sort(byEnd),
    stale: dated.filter(({ cell }) => cell.status === 'stale').sort(byEnd),
    silent: cells.filter(({ view }) => view === null),
    slots: pressing(dutiesOf(picture, centre, now)),
    asks: [...picture.escalations.values()].filter((one) => one.asked_of === centre && isOpen(one)).sort(byNeed(now)),
    queries: [...picture.queries.values()]
      .filter((query) => query.centre === centre && query.state === 'open')
      .sort((a, b) => Date.parse(a.asked_at) - Date.parse(b.asked_at)),
  };
}

/** How many things wait for an action. */
export function countOf({ due, stale, slots, asks, queries, handovers }: Attention): number {
  return due.length + stale.length + slots.length + asks.filter(({ owner }) => owner === null).length + queries.length + handovers.length;
}

function byNeed(now: number): (a: EscalationView, b: EscalationView) => number {
  const left = (one: EscalationView): number => {
    const clock = clockOf(one, now);
    return clock.due === 'none' ? Number.MAX_SAFE_INTEGER : clock.leftMs;
  };
  return (a, b) => Number(a.owner !== null) - Number(b.owner !== null) || left(a) - left(b);
}
