/** The outbox of this browser for the components of a screen: what waits, what keeps it, what was refused. */
import { getContext, onDestroy, setContext } from 'svelte';
import { deliver, freshKey, whoami } from '../api/client';
import { exclusively } from './alone';
import { type Item, type Outcome, outcomeOf, type Pause, type Refusal } from './outbox';
import { drain, takeBack, type World } from './sender';
import { openStore, type Store } from './store';

/** How an item stands when its author goes on: on record, refused, or kept for later. */
export type Standing = { type: 'accepted'; id: string } | { type: 'refused'; refusal: Refusal } | { type: 'kept' };

/** After this long an author is told that it is kept, and can go on. */
const PATIENCE_MS = 5_000;
const RETRY_MS = 4_000;
const CHANNEL = 'vigie.outbox';
const CONTEXT = Symbol('outbox');

export class Outbox {
  /** Of this account, in the order written. */
  items = $state.raw<Item[]>([]);
  /** How many of other accounts wait in this browser. */
  others = $state(0);
  pause = $state<Pause | null>(null);
  durable = $state(true);
  private readonly store: Promise<Store>;
  private readonly channel = new BroadcastChannel(CHANNEL);
  private readonly waiting = new Map<string, (standing: Standing) => void>();
  /** Of what was kept: who wants to hear how it ended. */
  private readonly following = new Map<string, (onRecord: boolean) => void>();
  private running = false;
  private again = false;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly account: string) {
    this.store = openStore();
    this.channel.onmessage = () => void this.look();
    addEventListener('online', this.kick);
    void this.look().then(this.kick);
  }

  end(): void {
    clearTimeout(this.retry);
    removeEventListener('online', this.kick);
    this.channel.close();
  }

  /**
   * Keeps a write, then sends it if it can. What it answers is for its author; the item is safe before.
   * `ended` is called when what was kept has left the outbox or was refused.
   */
  async post(path: string, body: unknown, about: string, writtenAt: number, { leaveRefused = false, ended }: { leaveRefused?: boolean; ended?: (onRecord: boolean) => void } = {}): Promise<Standing> {
    const store = await this.store;
    const key = freshKey();
    const item = await store.add({ key, account: this.account, path, body: JSON.stringify(body), about, writtenAt });
    const standing = new Promise<Standing>((done) => this.waiting.set(key, done));
    const patience = setTimeout(() => this.settle(key, { type: 'kept' }), PATIENCE_MS);
    this.changed();
    this.kick();
    const outcome = await standing;
    clearTimeout(patience);
    if (outcome.type === 'kept' && ended !== undefined) this.following.set(key, ended);
    // Its author has the words before their eyes, with what is wrong with them.
    if (outcome.type === 'refused' && !leaveRefused) await this.takeBack(item);
    return outcome;
  }

  /** Tries now: the link is back, or time has passed. */
  kick = (): void => {
    clearTimeout(this.retry);
    if (this.running) this.again = true;
    else void this.run();
  };

  /** For its author to change; it leaves the outbox. */
  async takeBack(item: Item): Promise<Item | null> {
    const taken = await takeBack(await this.world(), item.seq);
    this.changed();
    return taken;
  }

  /** Takes an item into the draft of its form. The draft is kept first: at no moment are the words nowhere. */
  async takeInto(crisis: string, form: string, item: Item, words: unknown): Promise<Item | null> {
    const [store, name] = [await this.store, this.draftName(crisis, form)];
    await store.keepDraft(name, words);
    const taken = await this.takeBack(item);
    if (taken === null) await store.dropDraft(name);
    return taken;
  }

  draftName(crisis: string, form: string): string {
    return `${this.account}/${crisis}/${form}`;
  }

  async discard(item: Item): Promise<void> {
    await (await this.store).remove(item.seq);
    this.changed();
  }

  async drafts(): Promise<Store> {
    return this.store;
  }

  private async run(): Promise<void> {
    this.running = true;
    do {
      this.again = false;
      this.pause = await this.sendAll();
      if (this.pause !== null) for (const key of this.waiting.keys()) this.settle(key, { type: 'kept' });
      await this.look();
    } while (this.again);
    this.running = false;
    void this.look();
    if (this.pause !== null) this.retry = setTimeout(this.kick, RETRY_MS * (0.5 + Math.random()));
  }

  private async sendAll(): Promise<Pause | null> {
    try {
      return await drain(await this.world(), this.account, (item, outcome) => this.tell(item, outcome));
    } catch {
      // The browser's own store failed: what was kept is still there, and is tried again.
      return 'unreachable';
    }
  }

  private tell(item: Item, outcome: Outcome): void {
    if (outcome.type === 'accepted' || outcome.type === 'refused') {
      this.settle(item.key, outcome);
      this.close(item.key, outcome.type === 'accepted');
    }
    this.changed();
  }

  private settle(key: string, standing: Standing): void {
    this.waiting.get(key)?.(standing);
    this.waiting.delete(key);
  }

  private close(key: string, onRecord: boolean): void {
    this.following.get(key)?.(onRecord);
    this.following.delete(key);
  }

  private changed(): void {
    this.channel.postMessage('changed');
    void this.look();
  }

  private look = async (): Promise<void> => {
    const store = await this.store;
    this.durable = store.durable;
    const all = await store.items();
    this.items = all.filter((item) => item.account === this.account);
    this.others = all.length - this.items.length;
    // Sent by another tab, or thrown away: nothing more will be heard of it here.
    if (this.running) return;
    for (const key of this.following.keys()) if (!all.some((item) => item.key === key)) this.close(key, false);
  };

  private async world(): Promise<World> {
    return { store: await this.store, who: async () => (await whoami())?.id ?? null, send, exclusively };
  }
}

async function send(item: Item): Promise<Outcome> {
  try {
    const answer = await deliver(item.path, item.body, item.key);
    return answer.type === 'receipt' ? { type: 'accepted', id: answer.receipt.id } : outcomeOf(answer.problem.status, answer.problem);
  } catch {
    return { type: 'later' };
  }
}

/** Makes the outbox of a screen, for as long as the component that asks lives. */
export function openOutbox(account: string): Outbox {
  const outbox = new Outbox(account);
  onDestroy(() => outbox.end());
  return setContext(CONTEXT, outbox);
}

/** The outbox of the screen; a screen without one sends at once or not at all. */
export function outboxHere(): Outbox | null {
  return getContext<Outbox | undefined>(CONTEXT) ?? null;
}
