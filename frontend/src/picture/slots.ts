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

export type Tally = { of: number; submitted: number; nil: number; late: number; excused: number; owing: string[] };

/** What a wall says of a round: how many reported, and which centres owe one that is due. */
export function tallyOf(slots: readonly Slot[]): Tally {
  const count = (state: SlotState): number => slots.filter((slot) => slot.state === state).length;
  const owing = slots.filter(({ state }) => state === 'overdue' || state === 'missed').map(({ centre }) => centre);
  return { of: slots.length, submitted: count('submitted'), nil: count('nil'), late: count('late'), excused: count('excused'), owing };
}

export type Round = { cycle: CycleView; due: DueView };

/** The rounds of the cycles that run: the last that was due, and the next. */
export function roundsAround(cycle: CycleView, now: number): { last: Round | null; next: Round | null } {
  const at = cycle.due.findIndex(({ due_at }) => Date.parse(due_at) >= now);
  const round = (due: DueView | undefined): Round | null => (due === undefined ? null : { cycle, due });
  return at === -1 ? { last: round(cycle.due.at(-1)), next: null } : { last: round(cycle.due[at - 1]), next: round(cycle.due[at]) };
}

/** The next due time of all cycles that run, with how long it is until then. */
export function nextDeadline(picture: Picture, now: number): (Round & { leftMs: number }) | null {
  const rounds = [...picture.cycles.values()].filter(({ ended }) => ended === null).map((cycle) => roundsAround(cycle, now).next);
  const ahead = rounds.filter((round) => round !== null).map((round) => ({ ...round, leftMs: Date.parse(round.due.due_at) - now }));
  return ahead.reduce<(Round & { leftMs: number }) | null>((first, one) => (first === null || one.leftMs < first.leftMs ? one : first), null);
}
