/** Who owes a report, when, and what became of it: the same rule as `src/domain/slot.rs`, told from the server's time. */
import type { CycleView, DueView, FillView, SlotsView, SlotState } from '../api/types.gen';
import type { Picture } from './picture';

export type Times = Pick<DueView, 'soon_at' | 'due_at' | 'grace_until'>;

/** What a slot is at `now`, in milliseconds since the epoch. */
export function slotState(times: Times, fill: Pick<FillView, 'filled_at' | 'nil'> | null, excused: boolean, now: number): SlotState {
  const at = (time: string): number => Date.parse(time);
  if (fill !== null) {
    if (at(fill.filled_at) > at(times.due_at)) return 'late';
    return fill.nil ? 'nil' : 'submitted';
  }
  if (excused) return 'excused';
  if (now > at(times.grace_until)) return 'missed';
  if (now > at(times.due_at)) return 'overdue';
  return now >= at(times.soon_at) ? 'due_soon' : 'open';
}

export type Slot = { centre: string; state: SlotState; fill: FillView | null; reason: string | null };

/** Every slot of one round, in the order of the centres. */
export function slotsOf(picture: Picture, cycle: CycleView, due: DueView, now: number): Slot[] {
  return due.centres.map((centre) => {
    const row: SlotsView | undefined = picture.slots.get(`${cycle.id}/${centre}`);
    const fill = row?.filled.find(({ due_at }) => due_at === due.due_at) ?? null;
    const excuse = row?.excused.find(({ due_at }) => due_at === due.due_at);
    return { centre, state: slotState(due, fill, excuse !== undefined, now), fill, reason: excuse?.reason ?? null };
  });
}

export type Tally = { of: number; submitted: number; nil: number; late: number; excused: number; overdue: string[]; missed: string[] };

/** What a wall says of a round: how many reported, and which centres owe one that is due. */
export function tallyOf(slots: readonly Slot[]): Tally {
  const at = (wanted: SlotState): string[] => slots.filter(({ state }) => state === wanted).map(({ centre }) => centre);
  const [submitted, nil, late, excused] = [at('submitted').length, at('nil').length, at('late').length, at('excused').length];
  return { of: slots.length, submitted, nil, late, excused, overdue: at('overdue'), missed: at('missed') };
}

export type Round = { cycle: CycleView; due: DueView };

/** The rounds of the cycles that run: the last that was due, and the next. */
export function roundsAround(cycle: CycleView, now: number): { last: Round | null; next: Round | null } {
  const at = cycle.due.findIndex(({ due_at }) => Date.parse(due_at) >= now);
  const round = (due: DueView | undefined): Round | null => (due === undefined ? null : { cycle, due });
  return at === -1 ? { last: round(cycle.due.at(-1)), next: null } : { last: round(cycle.due[at - 1]), next: round(cycle.due[at]) };
}

export type Rhythm = {
  /** The next due time of all cycles that run, and how long it is until then; `null` when the rules have run out. */
  next: (Round & { leftMs: number }) | null;
  /** The round that is watched, and how it stands. */
  due: DueView;
  tally: Tally;
  /** Who owes a report of a round that was the last of its cycle: in its grace, and past it. */
  overdue: string[];
  missed: string[];
};

/** The rhythm of a crisis as a wall tells it; `null` where no cycle runs that was or will be due. */
export function rhythmOf(picture: Picture, now: number): Rhythm | null {
  const at = (round: Round | null): number => (round === null ? Infinity : Date.parse(round.due.due_at));
  const tally = ({ cycle, due }: Round): Tally => tallyOf(slotsOf(picture, cycle, due, now));
  const around = [...picture.cycles.values()].filter(({ ended }) => ended === null).map((cycle) => roundsAround(cycle, now));
  const lasts = around.flatMap(({ last }) => (last === null ? [] : [tally(last)]));
  const { last = null, next = null } = around.sort((a, b) => (at(a.next) < at(b.next) ? -1 : 1))[0] ?? {};
  // A round that was due is watched through its grace, and if it was missed until the next one is due soon.
  const holds = last !== null && next !== null && now > Date.parse(last.due.grace_until) && (tally(last).missed.length === 0 || now >= Date.parse(next.due.soon_at)) ? null : last;
  const watched = holds ?? next;
  return watched && {
    next: next && { ...next, leftMs: at(next) - now },
    due: watched.due,
    tally: tally(watched),
    overdue: lasts.flatMap(({ overdue }) => overdue),
    missed: lasts.flatMap(({ missed }) => missed),
  };
}
