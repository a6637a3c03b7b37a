/** What the view of the rhythm shows and sends: cycles, rounds as a grid, and a cycle as a form holds it. Pure. */
import type { CycleView, SlotState, SlotView } from '../api/types.gen';
import type { Picture } from '../picture/picture';
import { inOrder } from '../picture/select';
import { slotsOf } from '../picture/slots';
import { textEntered, timeEntered, timeForField } from '../ui/entered';
import { type Recurrence, recurrenceOf, ruleOf, USUAL } from './recurrence';

export const cyclesOf = (crisis: string): string => `/crises/${crisis}/cycles`;
export const cycleStepOf = (crisis: string, cycle: string, step: 'change' | 'end' | 'excuse'): string => `${cyclesOf(crisis)}/${cycle}/${step}`;

/** Those that run first, then the newest. */
export function inRhythm(picture: Picture): CycleView[] {
  return [...picture.cycles.values()].reverse().sort((a, b) => Number(a.ended !== null) - Number(b.ended !== null));
}

export type GridCell = { state: SlotState; filledAt: string | null; reason: string | null };
/** Centres by due times; `null` where a centre was not asked then. */
export type Grid = { due: string[]; rows: { centre: string; cells: (GridCell | null)[] }[] };

/** Due times before now, and after, that a grid shows. */
const BEFORE = 2;
const AFTER = 3;

/** The rounds around now. */
export function gridOf(picture: Picture, cycle: CycleView, now: number): Grid {
  const ahead = cycle.due.findIndex(({ due_at }) => Date.parse(due_at) >= now);
  const at = ahead === -1 ? cycle.due.length : ahead;
  const cells = cycle.due.slice(Math.max(0, at - BEFORE), at + AFTER).flatMap((due) =>
    slotsOf(picture, cycle, due, now).map(({ centre, state, fill, reason }): Cell => ({ centre, due: due.due_at, state, filledAt: fill?.filled_at ?? null, reason })),
  );
  return gridFrom(picture, cells);
}

/** Rounds that the server was asked for. */
export function pastGrid(picture: Picture, slots: readonly SlotView[]): Grid {
  return gridFrom(picture, slots.map(({ centre, due_at, state, filled_at, reason }) => ({ centre, due: due_at, state, filledAt: filled_at, reason })));
}

type Cell = GridCell & { centre: string; due: string };

function gridFrom(picture: Picture, cells: readonly Cell[]): Grid {
  const due = [...new Set(cells.map(({ due }) => due))].sort((a, b) => Date.parse(a) - Date.parse(b));
  const asked = new Set(cells.map(({ centre }) => centre));
  const known = [...picture.centres.values()].filter(({ id }) => asked.has(id)).sort(inOrder).map(({ id }) => id);
  const centres = [...known, ...[...asked].filter((id) => !picture.centres.has(id)).sort()];
  const found = new Map(cells.map((cell) => [`${cell.centre} ${cell.due}`, cell]));
  return { due, rows: centres.map((centre) => ({ centre, cells: due.map((due) => found.get(`${centre} ${due}`) ?? null) })) };
}

/** Whether an excuse still says something of it. */
export function excusable(state: SlotState): boolean {
  return ['open', 'due_soon', 'overdue', 'missed'].includes(state);
}

/** A cycle as it is entered. */
export type Entered = { name: string; sectors: string[]; centres: string[]; startsAt: string; recurrence: Recurrence; grace: string; cutoff: string; reminders: string };

const HOUR = 3_600_000;

export function blank(picture: Picture, now: number): Entered {
  const next = Math.ceil((now + 1) / HOUR) * HOUR;
  return {
    name: '', sectors: picture.crisis.sectors.map(({ id }) => id), centres: [...picture.crisis.centres], startsAt: forField(next),
    recurrence: { ...USUAL, days: [...USUAL.days] }, grace: '30', cutoff: '', reminders: '60, 15',
  };
}

export function enteredOf(cycle: CycleView): Entered {
  return {
    name: cycle.name, sectors: [...cycle.sectors], centres: [...cycle.centres], startsAt: forField(Date.parse(cycle.starts_at)),
    recurrence: recurrenceOf(cycle.rrule), grace: String(cycle.grace_minutes), cutoff: cycle.cutoff_minutes === null ? '' : String(cycle.cutoff_minutes),
    reminders: [...cycle.reminder_minutes].reverse().join(', '),
  };
}

/** A due time is a whole minute. */
function forField(at: number): string {
  return timeForField(at).slice(0, 16);
}

/** What is sent; what is no number goes as it was typed, so that the server names it. */
export function bodyOf({ name, sectors, centres, startsAt, recurrence, grace, cutoff, reminders }: Entered): object {
  const number = (typed: string): number | string => (/^\d{1,9}$/.test(typed) ? Number(typed) : typed);
  const optional = textEntered(cutoff);
  return {
    name: textEntered(name), sectors, centres, starts_at: timeEntered(startsAt), rrule: ruleOf(recurrence) ?? undefined,
    grace_minutes: textEntered(grace) === undefined ? undefined : number(grace.trim()),
    cutoff_minutes: optional === undefined ? undefined : number(optional),
    reminder_minutes: reminders.split(/[\s,;]+/).filter(Boolean).map(number),
  };
}
