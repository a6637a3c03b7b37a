/** Which reports are due next and which are overdue, by the terms that their authors gave them. Pure. */
import type { CentreView, Sector } from '../api/types.gen';
import type { Picture } from './picture';
import { inOrder } from './select';

export type Owed = { centre: CentreView; sector: Sector; due: number };
export type Overdue = { centre: CentreView; sectors: Sector[]; since: number };

/** Reports due within this long of the first one are due with it. */
const TOGETHER_MS = 60_000;

/** Every report that will be owed: a cell owes the next one when what it says holds no longer. */
function owedOf(picture: Picture): Owed[] {
  return picture.crisis.sectors.flatMap((sector) =>
    [...picture.centres.values()].flatMap((centre) => {
      const cell = picture.cells.get(`${centre.id}/${sector.id}`);
      return cell ? [{ centre, sector, due: Date.parse(cell.update.valid_until) }] : [];
    }),
  );
}

const soonest = (a: Owed, b: Owed): number => a.due - b.due || inOrder(a.centre, b.centre);

/** The report that is due next, with those due in the same minute; empty when none is. */
export function nextDue(picture: Picture, now: number): Owed[] {
  const ahead = owedOf(picture).filter(({ due }) => due > now);
  const first = Math.min(...ahead.map(({ due }) => due));
  return ahead.filter(({ due }) => due - first < TOGETHER_MS).sort(soonest);
}

/** Who is overdue, longest first, each centre once. */
export function overdueOf(picture: Picture, now: number): Overdue[] {
  const late = new Map<string, Overdue>();
  for (const { centre, sector, due } of owedOf(picture).filter(({ due }) => due <= now).sort(soonest)) {
    const known = late.get(centre.id);
    if (known) known.sectors.push(sector);
    else late.set(centre.id, { centre, sectors: [sector], since: due });
  }
  return [...late.values()];
}

/** Centres that have said nothing since the crisis was opened: nothing of theirs can be overdue. */
export function neverHeard(picture: Picture): CentreView[] {
  return [...picture.centres.values()].filter(({ last_heard }) => last_heard === null).sort(inOrder);
}
