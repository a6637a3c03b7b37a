/** What a centre owes of the reporting cycles, and what became of what it owed. Pure. */
import type { CycleView, DueView } from '../api/types.gen';
import type { Picture } from '../picture/picture';
import { cellOf, type Cell } from '../picture/select';
import { type Slot, slotsOf } from '../picture/slots';

export type Duty = { cycle: CycleView; due: DueView; slot: Slot; leftMs: number };
/** `ahead`: overdue or to come, what is due first first. `past`: the newest first. */
export type Duties = { ahead: Duty[]; past: Duty[] };

/** Rounds to come, and past ones, that are shown of a cycle. */
const AHEAD_MOST = 2;
const PAST_MOST = 3;

export function dutiesOf(picture: Picture, centre: string, now: number): Duties {
  const [ahead, past]: [Duty[], Duty[]] = [[], []];
  for (const cycle of picture.cycles.values()) {
    const all = cycle.due.flatMap((due): Duty[] => {
      const slot = slotsOf(picture, cycle, due, now).find((slot) => slot.centre === centre);
      return slot === undefined ? [] : [{ cycle, due, slot, leftMs: Date.parse(due.due_at) - now }];
    });
    const owed = all.filter(({ slot, leftMs }) => leftMs >= 0 || slot.state === 'overdue');
    const late = owed.filter(({ leftMs }) => leftMs < 0);
    ahead.push(...late, ...owed.slice(late.length, late.length + AHEAD_MOST));
    past.push(...all.filter((duty) => !owed.includes(duty)).slice(-PAST_MOST));
  }
  return { ahead: ahead.sort((a, b) => a.leftMs - b.leftMs), past: past.sort((a, b) => b.leftMs - a.leftMs) };
}

/** Those that need the centre now. */
export function pressing({ ahead }: Duties): Duty[] {
  return ahead.filter(({ slot }) => slot.state === 'due_soon' || slot.state === 'overdue');
}

/** Whether the centre may still write for it. */
export function isOpenTo({ slot }: Duty): boolean {
  return ['open', 'due_soon', 'overdue'].includes(slot.state);
}

/** The sector to write of: of those that the cycle asks for, the one that was last spoken of longest ago. */
export function sectorFor(picture: Picture, centre: string, cycle: CycleView, now: number): string {
  const spoken = ({ view }: Cell): number => (view === null ? 0 : Date.parse(view.update.recorded_at));
  const cells = picture.crisis.sectors.filter(({ id }) => cycle.sectors.includes(id)).map(({ id }) => cellOf(picture, centre, id, now));
  return cells.sort((a, b) => spoken(a) - spoken(b))[0]?.sector ?? cycle.sectors[0] ?? '';
}
