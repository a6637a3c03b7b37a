/** What a wall shows to readers far away: one tile for each centre, and exceptions only. Pure. */
import type { Outlook } from '../api/types.gen';
import type { BoardRow } from '../picture/board';
import type { Picture } from '../picture/picture';
import { isOpen, isSilent, type Status } from '../picture/select';

export type Tile = {
  row: BoardRow;
  status: Status;
  outlook: Outlook;
  /** The centre raised an escalation that is open. */
  escalated: boolean;
  /** Something of it changed within the last minutes. */
  fresh: boolean;
};

/** Countries and bodies, each in the order of the rows, which never changes. */
export function tilesOf(picture: Picture, rows: readonly BoardRow[]): { countries: Tile[]; bodies: Tile[] } {
  const raisers = new Set([...picture.escalations.values()].filter(isOpen).map(({ raised_by }) => raised_by));
  const tiles = rows.map((row) => tileOf(row, raisers.has(row.centre.id)));
  return {
    countries: tiles.filter(({ row }) => row.centre.country !== null),
    bodies: tiles.filter(({ row }) => row.centre.country === null),
  };
}

const DIRE: Record<Outlook, number> = { worsening: 3, unknown: 2, stable: 1, improving: 0 };

function tileOf(row: BoardRow, escalated: boolean): Tile {
  const worst = row.cells.filter(({ status, view }) => status === row.worst && view !== null && !isSilent(status));
  const outlooks = worst.flatMap(({ view }) => (view === null ? [] : [view.update.outlook]));
  const outlook = outlooks.reduce<Outlook>((a, b) => (DIRE[b] > DIRE[a] ? b : a), outlooks[0] ?? 'unknown');
  return { row, status: row.worst, outlook, escalated, fresh: row.marked };
}

export type Overdue = { row: BoardRow; lateMs: number };

/** Centres with a statement past its term, the longest past first. Who never spoke has a tile that says so. */
export function overdueOf(rows: readonly BoardRow[], now: number): Overdue[] {
  return rows.flatMap((row): Overdue[] => {
    const late = row.cells.flatMap(({ status, view }) => (status === 'stale' && view !== null ? [now - Date.parse(view.update.valid_until)] : []));
    return late.length > 0 ? [{ row, lateMs: Math.max(...late) }] : [];
  }).sort((a, b) => b.lateMs - a.lateMs);
}
