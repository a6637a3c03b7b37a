/** The picture of one crisis as this screen holds it, and how a frame moves it. Pure. */
import type { CellView, CentreView, CrisisView, CycleView, EscalationView, FeedItem, QueryView, ReadingView, SlotsView } from '../api/types.gen';
import type { Change, Remove, Set, Snapshot } from '../live/protocol';

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

/** The picture after a change, or `null` when the change does not follow on it. */
export function apply(picture: Picture, change: Change): Picture | null {
  if (change.after !== picture.position) return null;
  const next = {
    position: change.upto,
    crisis: picture.crisis,
    centres: new Map(picture.centres),
    cells: new Map(picture.cells),
    readings: new Map(picture.readings),
    escalations: new Map(picture.escalations),
    queries: new Map(picture.queries),
    cycles: new Map(picture.cycles),
    slots: new Map(picture.slots),
    feed: [...change.entries].reverse().concat(picture.feed).slice(0, FEED_LINES_MAX),
  };
  for (const set of change.set) put(next, set);
  for (const remove of change.remove) take(next, remove);
  return next;
}

type Draft = Omit<Picture, 'centres' | 'cells' | 'readings' | 'escalations' | 'queries' | 'cycles' | 'slots'> & {
  centres: Map<string, CentreView>;
  cells: Map<string, CellView>;
  readings: Map<string, ReadingView>;
  escalations: Map<string, EscalationView>;
  queries: Map<string, QueryView>;
  cycles: Map<string, CycleView>;
  slots: Map<string, SlotsView>;
};

function put(draft: Draft, set: Set): void {
  switch (set.kind) {
    case 'crisis':
      draft.crisis = set.value;
      return;
    case 'centre':
      draft.centres.set(set.key, set.value);
      return;
    case 'cell':
      draft.cells.set(set.key, set.value);
      return;
    case 'reading':
      draft.readings.set(set.key, set.value);
      return;
    case 'escalation':
      draft.escalations.set(set.key, set.value);
      return;
    case 'query':
      draft.queries.set(set.key, set.value);
      return;
    case 'cycle':
      draft.cycles.set(set.key, set.value);
      return;
    case 'slots':
      draft.slots.set(set.key, set.value);
  }
}

function take(draft: Draft, { kind, key }: Remove): void {
  switch (kind) {
    case 'crisis':
      return;
    case 'centre':
      draft.centres.delete(key);
      return;
    case 'cell':
      draft.cells.delete(key);
      return;
    case 'reading':
      draft.readings.delete(key);
      return;
    case 'escalation':
      draft.escalations.delete(key);
      return;
    case 'query':
      draft.queries.delete(key);
      return;
    case 'cycle':
      draft.cycles.delete(key);
      return;
    case 'slots':
      draft.slots.delete(key);
  }
}
