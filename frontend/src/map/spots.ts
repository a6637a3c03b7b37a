/** What the map shows where: one spot for each country of the crisis, and one for each body. Pure. */
import type { BoardRow, Part } from '../picture/board';
import { type Status, worstFirst } from '../picture/select';
import { COUNTRIES } from './shapes.gen';

export type Spot = {
  /** The country, or the centre where it is no country on this map. */
  id: string;
  code: string;
  onLand: boolean;
  status: Status;
  /** Changed within the last minutes. */
  marked: boolean;
  part: Part | null;
};

/**
 * In the order of the rows. Centres of one country share a spot, which shows the worst of what they say. A spot
 * that is as it was `before` stays the same object.
 */
export function spotsOf(rows: readonly BoardRow[], parts: ReadonlyMap<string, Part>, before: readonly Spot[] = []): Spot[] {
  const spots = new Map<string, Spot>();
  for (const { centre, worst, marked } of rows) {
    const onLand = centre.country !== null && centre.country in COUNTRIES;
    const id = onLand && centre.country !== null ? centre.country : centre.id;
    const known = spots.get(id);
    const part = parts.get(centre.id) ?? null;
    if (!known) spots.set(id, { id, code: centre.code, onLand, status: worst, marked, part });
    else {
      spots.set(id, {
        ...known,
        code: id,
        status: worstFirst(known.status, worst) <= 0 ? known.status : worst,
        marked: known.marked || marked,
        part: part === 'nobody' ? part : (known.part ?? part),
      });
    }
  }
  const known = new Map(before.map((spot) => [spot.id, spot]));
  return [...spots.values()].map((spot) => {
    const was = known.get(spot.id);
    return was && (Object.keys(spot) as (keyof Spot)[]).every((key) => was[key] === spot[key]) ? was : spot;
  });
}
