/** What is told of a difference, and in which order: the worse first. Pure. */
import type {
  CellChange, CellView, CentreChange, CrisisChange, CycleChange, CycleView, Difference, EscalationView, Indicator, LapseView, QueryView, ReadingChange, SlotsChange, SlotView, StepView, Tlp,
} from '../api/types.gen';
import { TLPS } from '../api/types.gen';
import { isSilent, standingOf, type Status, worstFirst } from '../picture/select';

export type CellLine = { centre: string; sector: string; from: Status; to: Status; was: CellView | null; is: CellView | null };

/** Cells of which something else is said. Worst now first; of two that are as bad, the one that became so from better. */
export function cellLines(changes: readonly CellChange[], sinceAt: number, uptoAt: number): CellLine[] {
  return changes
    .filter(({ from, to }) => from?.update.id !== to?.update.id)
    .map(({ centre, sector, from, to }) => ({
      centre, sector, was: from, is: to,
      from: standingOf(from, centre, sector, sinceAt).status,
      to: standingOf(to, centre, sector, uptoAt).status,
    }))
    .sort((a, b) => worstFirst(a.to, b.to) || worstFirst(b.from, a.from) || byName(a.centre, b.centre) || byName(a.sector, b.sector));
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const LEVEL = { political: 2, coordination: 1, watch: 0 };

/** Highest level first, then those that nobody owns, then the oldest. */
export function graveFirst(a: EscalationView, b: EscalationView): number {
  return LEVEL[b.level] - LEVEL[a.level] || Number(a.owner !== null) - Number(b.owner !== null) || byName(a.raised_at, b.raised_at);
}

export type EscalationLine = { from: EscalationView | null; to: EscalationView; steps: StepView[]; lapses: LapseView[] };

/** An escalation with what happened to it since: all of it, where it is new. */
export function escalationLine(from: EscalationView | null, to: EscalationView): EscalationLine {
  return { from, to, steps: newIn(from?.steps ?? [], to.steps, ({ at, step }) => `${at} ${step}`), lapses: newIn(from?.lapses ?? [], to.lapses, ({ at, which }) => `${at} ${which}`) };
}

/** Not by how many there were: of very many, the server keeps the newest only. */
function newIn<T>(from: readonly T[], to: readonly T[], nameOf: (one: T) => string): T[] {
  const known = new Set(from.map(nameOf));
  return to.filter((one) => !known.has(nameOf(one)));
}

/** One that ended has no older view beside it: what happened to it is what happened after the old picture's time. */
export function endedLine(to: EscalationView, sinceAt: number): EscalationLine {
  const after = ({ at }: { at: string }): boolean => Date.parse(at) > sinceAt;
  return { from: null, to, steps: to.steps.filter(after), lapses: to.lapses.filter(after) };
}

export type ReadingLine = ReadingChange & { unit: string; worse: boolean | null };

/** Figures that became worse first, then those of which nobody can say, then the better; the greater change first. */
export function readingLines(changes: readonly ReadingChange[], indicators: ReadonlyMap<string, Indicator>): ReadingLine[] {
  const weight = ({ worse }: ReadingLine): number => (worse === true ? 0 : worse === null ? 1 : 2);
  const share = ({ difference, from }: ReadingLine): number => Math.abs(difference ?? 0) / Math.max(1, typeof from?.value === 'number' ? from.value : 0);
  return changes
    .map((change) => ({ ...change, unit: indicators.get(change.indicator)?.unit ?? '', worse: isWorse(change.difference, indicators.get(change.indicator)) }))
    .sort((a, b) => weight(a) - weight(b) || share(b) - share(a) || byName(a.indicator, b.indicator) || byName(a.centre, b.centre));
}

function isWorse(difference: number | null, indicator: Indicator | undefined): boolean | null {
  if (difference === null || difference === 0 || indicator === undefined || indicator.direction === 'neutral') return null;
  return difference > 0 === (indicator.direction === 'higher_is_worse');
}

/** Centres of which nothing held then and something does now. Made from the new picture's cells and what they were. */
export function heardAgain(difference: Difference, cells: readonly CellView[]): string[] {
  const was = new Map(difference.cells.map(({ centre, sector, from }) => [`${centre}/${sector}`, from]));
  const place = ({ centre, sector }: CellView): string => `${centre}/${sector}`;
  const then = [...cells.filter((cell) => !was.has(place(cell))), ...[...was.values()].filter((cell) => cell !== null)];
  const spoke = speaking(then, Date.parse(difference.since_at));
  return [...speaking(cells, Date.parse(difference.upto_at))].filter((centre) => !spoke.has(centre)).sort(byName);
}

function speaking(cells: readonly CellView[], at: number): Set<string> {
  return new Set(cells.filter((cell) => !isSilent(standingOf(cell, cell.centre, cell.sector, at).status)).map(({ centre }) => centre));
}

/** Reports that were missed, the newest first. */
export function missedLines(missed: readonly SlotView[]): SlotView[] {
  return [...missed].sort((a, b) => byName(b.due_at, a.due_at) || byName(a.centre, b.centre));
}

/** What was done to a cycle. That time went on, so that other due times are shown, is nothing that was done. */
export function cycleDeeds({ from, to }: CycleChange): ('set' | 'changed' | 'ended')[] {
  const definition = (cycle: CycleView): string => JSON.stringify({ ...cycle, due: [], ended: null });
  const made = from === null ? (['set'] as const) : definition(from) === definition(to) ? [] : (['changed'] as const);
  return [...made, ...(to.ended !== null && (from?.ended ?? null) === null ? (['ended'] as const) : [])];
}

export type Excused = { centre: string; due_at: string; reason: string };

/** Centres that were excused from a report since, what was due first first. */
export function excusedIn(changes: readonly SlotsChange[]): Excused[] {
  return changes
    .flatMap(({ centre, from, to }) => {
      const known = new Set(from?.excused.map(({ due_at }) => due_at));
      return (to?.excused ?? []).filter(({ due_at }) => !known.has(due_at)).map(({ due_at, reason }) => ({ centre, due_at, reason }));
    })
    .sort((a, b) => byName(a.due_at, b.due_at) || byName(a.centre, b.centre));
}

/** Centres where somebody has signed since that a shift was taken over. */
export function handedOverIn(changes: readonly CentreChange[]): string[] {
  return changes.filter(({ from, to }) => to !== null && to.last_handover !== null && to.last_handover !== from?.last_handover).map(({ centre }) => centre);
}

export type Scope = { joined: string[]; left: string[] };

/** What the scope took in and left out; where the crisis is new, all of it is. */
export function scopeOf(change: CrisisChange | null, of: 'centres' | 'sectors'): Scope {
  if (change === null) return { joined: [], left: [] };
  const ids = (side: CrisisChange['from']): string[] => (side === null ? [] : of === 'centres' ? side.centres : side.sectors.map(({ id }) => id));
  const [from, to] = [ids(change.from), ids(change.to)];
  return { joined: to.filter((id) => !from.includes(id)), left: from.filter((id) => !to.includes(id)) };
}

/** What the page tells beside the difference: centres heard again, and the new picture's cells. */
export type Beside = { heard: readonly string[]; cells: readonly CellView[] };

/** The strictest label of all that is shown. Of centres that fell silent or were heard, their cells are told of. */
export function strictestOf({ cells, escalations, queries, readings, centres, cycles, slots, missed, silent }: Difference, { heard, cells: now }: Beside): Tlp {
  const named = new Set([...silent, ...heard]);
  const marks = new Set<Tlp>([
    ...cells.flatMap(({ from, to }) => [from, to].flatMap((cell) => (cell === null ? [] : [cell.update.tlp]))),
    ...now.filter(({ centre }) => named.has(centre)).map(({ update }) => update.tlp),
    ...[...escalations.new, ...escalations.closed, ...escalations.changed.flatMap(({ from, to }) => [from, to])].map(({ tlp }) => tlp),
    ...queriesIn({ queries }).map(({ tlp }) => tlp),
    ...readings.flatMap(({ from, to }) => [from, to].flatMap((reading) => (reading === null ? [] : [reading.tlp]))),
  ]);
  // What is owed, and that a shift was handed over, is for the community.
  if (missed.length + cycles.length + slots.length + handedOverIn(centres).length > 0) marks.add('green');
  return TLPS.find((tlp) => marks.has(tlp)) ?? 'clear';
}

/** What is asked comes before what is settled. */
export const queriesIn = ({ queries }: Pick<Difference, 'queries'>): QueryView[] => [...queries.new, ...queries.answered, ...queries.withdrawn];
