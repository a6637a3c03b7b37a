/** The rows of a picture, kept from one moment to the next: what did not change stays the same object, so only what did is drawn. */
import type { CentreView, EscalationView } from '../api/types.gen';
import type { Picture } from './picture';
import { type Cell, inOrder, isSilent, standingOf, type Status, wayOf, worstOf } from './select';

export type BoardRow = {
  centre: CentreView;
  /** In the order of the crisis' sectors. */
  cells: readonly Cell[];
  worst: Status;
  silent: boolean;
  /** Something of it changed within the last minutes. */
  marked: boolean;
};

/** Every centre with its cells, in the order that never moves: members by code, then neighbours, then bodies. */
export function boardOf(before: readonly BoardRow[], picture: Picture, now: number): readonly BoardRow[] {
  const centres = [...picture.centres.values()].sort(inOrder);
  const known = new Map(before.map((row) => [row.centre.id, row]));
  const rows = centres.map((centre) => rowOf(known.get(centre.id), picture, centre, now));
  return rows.length === before.length && rows.every((row, index) => row === before[index]) ? before : rows;
}

function rowOf(before: BoardRow | undefined, picture: Picture, centre: CentreView, now: number): BoardRow {
  const cells = picture.crisis.sectors.map(({ id }, index) => standingNow(before?.cells[index], picture, centre.id, id, now));
  if (before?.centre === centre && before.cells.length === cells.length && cells.every((cell, index) => cell === before.cells[index])) {
    return before;
  }
  return {
    centre,
    cells,
    worst: worstOf(cells),
    silent: cells.every(({ status }) => isSilent(status)),
    marked: cells.some(({ fresh }) => fresh),
  };
}

function standingNow(before: Cell | undefined, picture: Picture, centre: string, sector: string, now: number): Cell {
  const view = picture.cells.get(`${centre}/${sector}`) ?? null;
  const holds = before?.sector === sector && before.view === view && before.from <= now && now < before.until;
  return holds ? before : standingOf(view, centre, sector, now);
}

/** The sector over all centres: the worst that is said now, and how many centres are at moderate or worse, worsening, improving. */
export function sectorNow(rows: readonly BoardRow[], line: number): { worst: Status; affected: number; worsening: number; improving: number } {
  const cells = rows.flatMap(({ cells }) => cells[line] ?? []);
  const many = (holds: (cell: Cell) => boolean): number => cells.filter(holds).length;
  return {
    worst: worstOf(cells),
    affected: many(({ status }) => AFFECTED.has(status)),
    worsening: many((cell) => wayOf(cell) === 'worsening'),
    improving: many((cell) => wayOf(cell) === 'improving'),
  };
}

const AFFECTED = new Set<Status>(['extreme', 'severe', 'moderate']);

/** How a centre stands in the open escalations: `nobody` where one that it raised or is asked has no owner yet. */
export type Part = 'owned' | 'nobody';

export function partsOf(open: readonly EscalationView[]): ReadonlyMap<string, Part> {
  const parts = new Map<string, Part>();
  for (const { asked_of, raised_by, owner } of open) {
    for (const centre of [asked_of, raised_by]) {
      if (owner === null || !parts.has(centre)) parts.set(centre, owner === null ? 'nobody' : 'owned');
    }
  }
  return parts;
}
