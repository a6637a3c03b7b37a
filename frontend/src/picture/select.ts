/** What the screens show, derived from the picture and the server's time. Pure. */
import type { CellView, CentreView, EscalationState, EscalationView, FeedItem, Severity } from '../api/types.gen';
import { freshness, turns } from './freshness';
import type { Picture } from './picture';

/** What a cell is seen as. Silence and age are statuses of their own, never a colour of severity. */
export type Status = Severity | 'nil' | 'no_report' | 'stale';

export type Cell = {
  centre: string;
  sector: string;
  status: Status;
  /** What it said before it became stale. */
  said: Severity | 'nil' | null;
  ageing: boolean;
  /** Twice past its term: nothing of it may be relied on. */
  expired: boolean;
  /** When what it says was true. */
  asOf: number | null;
  /** Changed within the last minutes. */
  fresh: boolean;
  view: CellView | null;
  /** For how long it stands as it does. */
  from: number;
  until: number;
};

/** How long what changed stays marked. */
export const MARKED_MS = 5 * 60_000;

/** Worst first. Not knowing comes before calm: a screen must not look better for it. */
const WEIGHT: Record<Status, number> = {
  extreme: 7,
  severe: 6,
  moderate: 5,
  unknown: 4,
  stale: 3,
  no_report: 2,
  minor: 1,
  nil: 0,
};

export function cellOf(picture: Picture, centre: string, sector: string, now: number): Cell {
  return standingOf(picture.cells.get(`${centre}/${sector}`) ?? null, centre, sector, now);
}

export function standingOf(view: CellView | null, centre: string, sector: string, now: number): Cell {
  const none = { centre, sector, said: null, ageing: false, expired: false, fresh: false, asOf: null, from: now, until: Infinity, view };
  if (view === null) return { ...none, status: 'no_report' };
  const { update } = view;
  const [asOf, validUntil] = [Date.parse(update.as_of), Date.parse(update.valid_until)];
  const unmarked = Date.parse(update.recorded_at) + MARKED_MS;
  const age = freshness(asOf, validUntil, now);
  const said = update.nil ? 'nil' : update.severity;
  return {
    ...none,
    status: age === 'stale' || age === 'expired' ? 'stale' : said,
    said,
    ageing: age === 'ageing',
    expired: age === 'expired',
    fresh: now < unmarked,
    asOf,
    until: Math.min(...[...turns(asOf, validUntil), unmarked].filter((at) => at > now)),
  };
}

/** How old what it says is; `null` where it says nothing. */
export function ageOf({ asOf }: Cell, now: number): number | null {
  return asOf === null ? null : Math.max(0, now - asOf);
}

/** Where it goes, if it goes anywhere; what is stale goes nowhere. */
export function wayOf({ status, view }: Cell): 'worsening' | 'improving' | null {
  const outlook = status === 'stale' ? undefined : view?.update.outlook;
  return outlook === 'worsening' || outlook === 'improving' ? outlook : null;
}

/** The worst of what is said now. Where nothing is said now, the silence. */
export function worstOf(cells: readonly Pick<Cell, 'status'>[]): Status {
  return cells.reduce<Status>((worst, { status }) => (worstFirst(status, worst) < 0 ? status : worst), 'no_report');
}

/** Sorts what is said now by its weight; silence comes after all of it. */
export function worstFirst(a: Status, b: Status): number {
  return Number(isSilent(a)) - Number(isSilent(b)) || WEIGHT[b] - WEIGHT[a];
}

export function isSilent(status: Status): boolean {
  return status === 'no_report' || status === 'stale';
}

/** How many stand at each status. */
export function countsOf(statuses: Iterable<Status>): Record<Status, number> {
  const counts: Record<Status, number> = {
    extreme: 0, severe: 0, moderate: 0, minor: 0, unknown: 0, nil: 0, stale: 0, no_report: 0,
  };
  for (const status of statuses) counts[status] += 1;
  return counts;
}

const GROUP: Record<CentreView['kind'], number> = { national: 0, observer: 1, eu: 2, regional: 2 };
/** Members of the union's mechanism that are no member states stand with their neighbours. */
const NEIGHBOURS = new Set(['CH', 'NO']);

export function groupOf(centre: CentreView): number {
  return centre.country !== null && NEIGHBOURS.has(centre.country) ? 1 : GROUP[centre.kind];
}

/** Members by code, then neighbours, then bodies: an order that never moves. */
export function inOrder(a: CentreView, b: CentreView): number {
  return groupOf(a) - groupOf(b) || (a.code < b.code ? -1 : 1);
}

const OPEN: readonly EscalationState[] = ['raised', 'acknowledged', 'assigned', 'in_progress'];
const LEVEL = { political: 2, coordination: 1, watch: 0 };

export function isOpen({ state }: EscalationView): boolean {
  return OPEN.includes(state);
}

/** Open escalations: highest level first, then those that nobody owns, then the oldest. */
export function openEscalations({ escalations }: Pick<Picture, 'escalations'>): EscalationView[] {
  return [...escalations.values()].filter(isOpen).sort(
    (a, b) =>
      LEVEL[b.level] - LEVEL[a.level] ||
      Number(a.owner !== null) - Number(b.owner !== null) ||
      (a.raised_at < b.raised_at ? -1 : 1),
  );
}

/** The clock of an escalation: until it must be answered, then until it must be resolved. */
export function clockOf(escalation: EscalationView, now: number): { due: 'answer' | 'resolve' | 'none'; leftMs: number } {
  const answer = escalation.state === 'raised' ? escalation.ack_due : null;
  const due = answer ?? escalation.resolve_due;
  if (due === null) return { due: 'none', leftMs: now - Date.parse(escalation.raised_at) };
  return { due: answer === null ? 'resolve' : 'answer', leftMs: Date.parse(due) - now };
}

/** Whether the time to answer or to resolve has passed. */
export function isLate(escalation: EscalationView, now: number): boolean {
  const { due, leftMs } = clockOf(escalation, now);
  return due !== 'none' && leftMs < 0 && isOpen(escalation);
}

export type Line = {
  item: FeedItem;
  centre: string;
  at: number;
  marked: boolean;
  /** What the cell said before, where the entry still stands in its cell and changed it. */
  was: Severity | 'nil' | null;
};

/** The newest `most`, or all that are kept. */
export function feedOf(picture: Picture, now: number, most?: number): Line[] {
  return picture.feed.slice(0, most).map((item) => {
    const at = Date.parse(item.recorded_at);
    return { item, centre: item.by.centre, at, marked: now - at < MARKED_MS, was: wasBefore(picture, item) };
  });
}

function wasBefore(picture: Picture, item: FeedItem): Severity | 'nil' | null {
  if (item.kind !== 'update_posted') return null;
  const cell = picture.cells.get(`${item.update.centre}/${item.update.sector}`);
  if (cell?.update.id !== item.update.id || cell.previous === null) return null;
  const was = cell.previous.nil ? 'nil' : cell.previous.severity;
  return was === (item.update.nil ? 'nil' : item.update.severity) ? null : was;
}
