/** The system's part of a shift that is not offered yet: asked for again when the shift or the picture changes, and not more often than is read. */
import { onDestroy } from 'svelte';
import { draftOf } from '../api/duty';
import { Problem } from '../api/problem';
import { type Part, partOf } from './part';

/** A shift is being typed; and a picture may move many times a minute. */
const TYPED_MS = 400;
const APART_MS = 15_000;

export class Draft {
  part = $state.raw<Part | null>(null);
  problem = $state.raw<Problem | 'away' | null>(null);
  asking = $state(false);
  private shift = '';
  private askedAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The newest question: an older one that is answered late is not shown. */
  private asked = 0;

  constructor(private readonly crisis: string) {
    onDestroy(() => clearTimeout(this.timer));
  }

  follow(from = '', to = ''): void {
    const shift = `${from} ${to}`;
    const wait = shift === this.shift ? Math.max(TYPED_MS, this.askedAt + APART_MS - Date.now()) : TYPED_MS;
    this.shift = shift;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(from, to), this.askedAt === -Infinity ? 0 : wait);
  }

  async ask(from = '', to = ''): Promise<void> {
    clearTimeout(this.timer);
    this.asked += 1;
    const mine = this.asked;
    [this.asking, this.askedAt] = [true, Date.now()];
    try {
      const part = await partOf(this.crisis, await draftOf(this.crisis, from, to));
      if (mine === this.asked) [this.part, this.problem] = [part, null];
    } catch (error) {
      if (mine === this.asked) this.problem = error instanceof Problem ? error : 'away';
    }
    if (mine === this.asked) this.asking = false;
  }
}
