/** What the outbox holds for a cell: a newer word than the picture's must not be overtaken by an older one. Pure. */
import { type Item, placeOf } from '../outbox/outbox';
import type { PostBody } from './draft';

export function isWaiting(items: readonly Item[], crisis: string, sector: string): boolean {
  return items.some((item) => {
    const place = placeOf(item.path);
    return place.kind === 'update' && place.crisis === crisis && (JSON.parse(item.body) as PostBody).sector === sector;
  });
}
