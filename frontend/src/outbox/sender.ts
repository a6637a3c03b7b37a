/** Sends what waits, one after the other, and only for the account that wrote it. */
import { type Item, isEditable, nextOf, type Outcome, type Pause, settled, tried } from './outbox';
import type { Store } from './store';

/** What the sender needs of the world. */
export type World = {
  store: Store;
  /** Who is signed in now: an account, nobody (`null`), or it cannot be asked (throws). */
  who(): Promise<string | null>;
  send(item: Item): Promise<Outcome>;
  /** One at a time among all tabs of this browser, signing in and out included. */
  exclusively<T>(task: () => Promise<T>): Promise<T>;
};

export type Told = (item: Item, outcome: Outcome) => void;

/** Sends until nothing waits or something keeps it; answers what kept it. */
export async function drain(world: World, account: string, tell: Told): Promise<Pause | null> {
  for (;;) {
    const outcome = await world.exclusively(() => sendNext(world, account, tell));
    if (outcome !== 'more') return outcome;
  }
}

async function sendNext(world: World, account: string, tell: Told): Promise<Pause | 'more' | null> {
  const next = nextOf(await world.store.items(), account);
  if (next === null) return null;
  // Asked before each: while the server is away nothing is sent, so what waits can still be changed.
  const pause = await whatKeeps(world, account);
  if (pause !== null) return pause;
  const item = tried(next);
  await world.store.put(item);
  const outcome = await world.send(item);
  const after = settled(item, outcome);
  await (after.item === null ? world.store.remove(item.seq) : world.store.put(after.item));
  tell(item, outcome);
  return after.pause ?? 'more';
}

async function whatKeeps(world: World, account: string): Promise<Pause | null> {
  try {
    const who = await world.who();
    if (who === null) return 'signed_out';
    return who === account ? null : 'other_account';
  } catch {
    return 'unreachable';
  }
}

/** Takes an item out for its author to change; `null` when it is gone or may be on record. */
export function takeBack(world: World, seq: number): Promise<Item | null> {
  return world.exclusively(async () => {
    const item = (await world.store.items()).find((item) => item.seq === seq);
    if (item === undefined || !isEditable(item)) return null;
    await world.store.remove(seq);
    return item;
  });
}
