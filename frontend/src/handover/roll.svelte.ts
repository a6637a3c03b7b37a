/** The handovers of the own centre, kept up to date: an offer is on no socket, so it is asked for now and then. */
import { onDestroy } from 'svelte';
import { handovers as read } from '../api/duty';
import { Problem } from '../api/problem';
import type { HandoverView } from '../api/types.gen';

const ASK_AGAIN_MS = 20_000;

export class Roll {
  /** Newest first; `null` before the first answer. */
  handovers = $state.raw<HandoverView[] | null>(null);
  problem = $state.raw<Problem | 'away' | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;
  private asked = 0;

  constructor(
    private readonly crisis: string,
    private readonly limit: number,
  ) {
    void this.ask();
    onDestroy(() => {
      this.ended = true;
      clearTimeout(this.timer);
    });
  }

  ask = async (): Promise<void> => {
    clearTimeout(this.timer);
    this.asked += 1;
    const mine = this.asked;
    try {
      const found = await read(this.crisis, this.limit);
      if (mine === this.asked) [this.handovers, this.problem] = [found, null];
    } catch (error) {
      if (mine === this.asked) this.problem = error instanceof Problem ? error : 'away';
    }
    if (mine === this.asked && !this.ended) this.timer = setTimeout(() => void this.ask(), ASK_AGAIN_MS);
  };
}
