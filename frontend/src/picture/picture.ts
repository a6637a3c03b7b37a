/** The picture of one crisis as this screen holds it, and how a frame moves it. Pure. */
import type { CellView, CentreView, CrisisView, CycleView, EscalationView, FeedItem, QueryView, ReadingView, SlotsView } from '../api/types.gen';
import type { Change, Snapshot } from '../live/protocol';

export type Picture = {
  position: string;
  crisis: CrisisView;
  centres: ReadonlyMap<string, CentreView>;
  /** By `centre/sector`. */
  cells: ReadonlyMap<string, CellView>;
  /** By `centre/indicator`. */
  readings: ReadonlyMap<string, ReadingView>;
  escalations: ReadonlyMap<string, EscalationView>;
  queries: ReadonlyMap<string, QueryView>;
  cycles: ReadonlyMap<string, CycleView>;
  /** By `cycle/centre`; a centre of which nothing stands has none. */
  slots: ReadonlyMap<string, SlotsView>;
  /** Newest first. */
  feed: readonly FeedItem[];
};

/** Lines of the feed that are kept. */
export const FEED_LINES_MAX = 50;

/** A picture from nothing. */
export function begin({ picture }: Pick<Snapshot, 'picture'>): Picture {
  return {
    position: picture.position,
    crisis: picture.crisis,
    centres: new Map(picture.centres.map((centre) => [centre.id, centre])),
    cells: new Map(picture.cells.map((cell) => [`${cell.centre}/${cell.sector}`, cell])),
    readings: new Map(picture.readings.map((reading) => [`${reading.centre}/${reading.indicator}`, reading])),
    escalations: new Map(picture.escalations.map((escalation) => [escalation.id, escalation])),
    queries: new Map(picture.queries.map((query) => [query.id, query])),
    cycles: new Map(picture.cycles.map((cycle) => [cycle.id, cycle])),
    slots: new Map(picture.slots.map((slots) => [`${slots.cycle}/${slots.centre}`, slots])),
    feed: picture.feed.slice(0, FEED_LINES_MAX),
  };
}

/** The picture after a change, or `null` when the change does not follow on it. Parts that it does not touch stay the same. */
export function apply(picture: Picture, change: Change): Picture | null {
  if (change.after !== picture.position) return null;
  const next: Draft = {
    ...picture,
    position: change.upto,
    feed: [...change.entries].reverse().concat(picture.feed).slice(0, FEED_LINES_MAX),
  };
  for (const set of change.set) {
    if (set.kind === 'crisis') next.crisis = set.value;
    else part(next, picture, set.kind).set(set.key, set.value);
  }
  for (const { kind, key } of change.remove) if (kind !== 'crisis') part(next, picture, kind).delete(key);
  return next;
}

type Draft = { -readonly [Key in keyof Picture]: Picture[Key] };

const PARTS = { centre: 'centres', cell: 'cells', reading: 'readings', escalation: 'escalations', query: 'queries', cycle: 'cycles', slots: 'slots' } as const;

/** A part that is to change, copied when it is touched first. */
function part(draft: Draft, before: Picture, kind: keyof typeof PARTS): Map<string, unknown> {
  const name = PARTS[kind];
  if (draft[name] === before[name]) Object.assign(draft, { [name]: new Map<string, unknown>(before[name]) });
  return draft[name] as Map<string, unknown>;
}
