/** The catalogue of indicators for the components of a screen, asked for again whenever the link comes back. */
import { onDestroy } from 'svelte';
import { catalogue } from '../api/client';
import type { Counted } from './figures';

const ASK_AGAIN_MS = 10_000;

export class Known {
  indicators = $state.raw<readonly Counted[]>([]);
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor() {
    onDestroy(() => {
      this.ended = true;
      clearTimeout(this.waiting);
    });
  }

  /** Asks until it is answered; what was known stays known meanwhile. */
  async ask(): Promise<void> {
    clearTimeout(this.waiting);
    try {
      this.indicators = (await catalogue()).indicators;
    } catch {
      if (!this.ended) this.waiting = setTimeout(() => void this.ask(), ASK_AGAIN_MS);
    }
  }
}
