/** The watch log of one centre on a screen: read from its end, further back when asked, and asked for what is new by itself. It is on no socket. */
import { onDestroy } from 'svelte';
import { logAfter, logBefore } from '../api/duty';
import { Problem } from '../api/problem';
import { type Held, withNewer, withOlder } from './entries';

const ASK_AGAIN_MS = 10_000;
const PAGE = 100;

export class Book {
  /** `null` before the first answer. */
  held = $state.raw<Held | null>(null);
  problem = $state.raw<Problem | 'away' | null>(null);
  /** The server's time of the last answer. */
  broughtAt = $state<number | null>(null);
  reading = $state(false);
  private last: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(
    private readonly crisis: string,
    private readonly centre: string,
    private readonly now: () => number,
  ) {
    void this.ask();
    onDestroy(() => {
      this.ended = true;
      clearTimeout(this.timer);
    });
  }

  /** What is new. */
  ask = async (): Promise<void> => {
    await this.read(async () => {
      const newest = this.held?.entries[0];
      if (this.held === null || newest === undefined) {
        const { entries, more } = await logBefore(this.crisis, this.centre, '', PAGE);
        this.held = withOlder({ entries: [], more: false }, entries, more);
        return;
      }
      for (let after = newest.position, more = true; more; ) {
        const page = await logAfter(this.crisis, this.centre, after);
        this.held = withNewer(this.held, page.entries);
        [after, more] = [page.entries.at(-1)?.position ?? after, page.more];
      }
    });
    clearTimeout(this.timer);
    if (!this.ended) this.timer = setTimeout(() => void this.ask(), ASK_AGAIN_MS);
  };

  older = (): Promise<void> => this.read(async () => {
    const oldest = this.held?.entries.at(-1);
    if (this.held === null || oldest === undefined) return;
    const { entries, more } = await logBefore(this.crisis, this.centre, oldest.position, PAGE);
    this.held = withOlder(this.held, entries, more);
  });

  /** One question after the other: an answer must find what it was asked about. */
  private read(question: () => Promise<void>): Promise<void> {
    this.last = this.last.then(() => this.once(question));
    return this.last;
  }

  private async once(question: () => Promise<void>): Promise<void> {
    this.reading = true;
    try {
      await question();
      [this.problem, this.broughtAt] = [null, this.now()];
    } catch (error) {
      this.problem = error instanceof Problem ? error : 'away';
    }
    this.reading = false;
  }
}
