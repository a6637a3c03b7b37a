/** Updates that a coordinator chooses from: what stands now and what the feed still holds, newest first. Pure. */
import type { QueryState, QueryView, UpdateView } from '../api/types.gen';
import type { Picture } from '../picture/picture';

export function recentUpdates(picture: Picture): UpdateView[] {
  const found = new Map<string, UpdateView>();
  for (const item of picture.feed) if (item.kind === 'update_posted') found.set(item.update.id, item.update);
  for (const { update } of picture.cells.values()) found.set(update.id, update);
  return [...found.values()].sort((a, b) => Date.parse(b.recorded_at) - Date.parse(a.recorded_at));
}

/** Those that hold every word that is looked for, in headline, centre or sector. */
export function matching(updates: readonly UpdateView[], sought: string, wordsOf: (update: UpdateView) => string): UpdateView[] {
  const words = sought.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return updates.filter((update) => {
    const text = wordsOf(update).toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What was asked about an update: what is open first, then the newest. */
export function queriesOn(update: string, queries: Iterable<QueryView>): QueryView[] {
  const about = [...queries].filter((query) => query.update === update);
  return (['open', 'answered', 'withdrawn'] as const).flatMap((state) => queriesIn(state, about));
}

/** Open ones: the oldest first, it has waited longest. The others: the newest first. */
export function queriesIn(state: QueryState, queries: Iterable<QueryView>): QueryView[] {
  const sign = state === 'open' ? 1 : -1;
  return [...queries].filter((query) => query.state === state).sort((a, b) => sign * (Date.parse(a.asked_at) - Date.parse(b.asked_at)));
}
