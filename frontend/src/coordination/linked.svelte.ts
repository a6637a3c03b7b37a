/** Updates that something refers to, read one by one: what stood there, and what became of it. */
import { update as read } from '../api/client';
import { Problem } from '../api/problem';
import type { UpdateHistoryView } from '../api/types.gen';

/** `hidden`: not there for this viewer, whether it exists or not. */
export type Found = { state: 'asked' | 'hidden' | 'failed' } | { state: 'here'; update: UpdateHistoryView };

export class Linked {
  found = $state.raw<ReadonlyMap<string, Found>>(new Map());
  private round = 0;

  /** Reads these; what was read before stays shown until it is read again. */
  async read(crisis: string, ids: readonly string[]): Promise<void> {
    const round = ++this.round;
    this.found = new Map(ids.map((id) => [id, this.found.get(id) ?? { state: 'asked' }]));
    await Promise.all(
      ids.map(async (id) => {
        const found = await readOne(crisis, id);
        if (round === this.round) this.found = new Map(this.found).set(id, found);
      }),
    );
  }
}

async function readOne(crisis: string, id: string): Promise<Found> {
  try {
    return { state: 'here', update: await read(crisis, id) };
  } catch (error) {
    return { state: error instanceof Problem && error.status === 404 ? 'hidden' : 'failed' };
  }
}
