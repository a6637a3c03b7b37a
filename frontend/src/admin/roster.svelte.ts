/** A list that is asked for again for as long as it is looked at, with the server's time of the answer. */
import { onDestroy } from 'svelte';
import type { Told } from '../api/client';

const AGAIN_MS = 30_000;

export class Roster<T> {
  list = $state.raw<T[] | null>(null);
  /** The server's time when the list was answered. */
  at = $state(0);
  /** Whether the last asking failed: what is shown is older than it ought to be. */
  failed = $state(false);

  constructor(private readonly ask: () => Promise<Told<T[]>>) {
    void this.refresh();
    const again = setInterval(() => void this.refresh(), AGAIN_MS);
    onDestroy(() => clearInterval(again));
  }

  async refresh(): Promise<void> {
    try {
      const { what, at } = await this.ask();
      [this.list, this.at, this.failed] = [what, at, false];
    } catch {
      this.failed = true;
    }
  }
}
