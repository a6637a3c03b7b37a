/** Where drafts and the outbox live: IndexedDB, or memory in a browser that keeps nothing. */
import { type DBSchema, openDB } from 'idb';
import type { Item, NewItem } from './outbox';

export type Store = {
  /** Whether it survives the page. */
  durable: boolean;
  items(): Promise<Item[]>;
  add(item: NewItem): Promise<Item>;
  /** Changes an item that is still there. */
  put(item: Item): Promise<void>;
  remove(seq: number): Promise<void>;
  draft(name: string): Promise<unknown>;
  keepDraft(name: string, draft: unknown): Promise<void>;
  dropDraft(name: string): Promise<void>;
};

interface Schema extends DBSchema {
  outbox: { key: number; value: Item };
  drafts: { key: string; value: unknown };
}

const NAME = 'vigie';
const VERSION = 1;
const FRESH = { tries: 0, refusal: null };

export async function openStore(): Promise<Store> {
  try {
    return await inBrowser();
  } catch {
    return inMemory();
  }
}

async function inBrowser(): Promise<Store> {
  const db = await openDB<Schema>(NAME, VERSION, {
    upgrade(fresh) {
      fresh.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
      fresh.createObjectStore('drafts');
    },
  });
  return {
    durable: true,
    items: () => db.getAll('outbox'),
    async add(item) {
      // The store gives the number; strict durability: a power cut must not take what was promised to be kept.
      const write = db.transaction('outbox', 'readwrite', { durability: 'strict' });
      const seq = await write.store.add({ ...item, ...FRESH } as Item);
      await write.done;
      return { ...item, ...FRESH, seq };
    },
    async put(item) {
      const write = db.transaction('outbox', 'readwrite', { durability: 'strict' });
      if ((await write.store.get(item.seq)) !== undefined) await write.store.put(item);
      await write.done;
    },
    remove: (seq) => db.delete('outbox', seq),
    draft: (name) => db.get('drafts', name),
    async keepDraft(name, draft) {
      const write = db.transaction('drafts', 'readwrite');
      void write.store.put(draft, name);
      // Said at once that nothing more comes: then it is written even if the page goes in this moment.
      write.commit();
      await write.done;
    },
    async dropDraft(name) {
      const write = db.transaction('drafts', 'readwrite');
      void write.store.delete(name);
      write.commit();
      await write.done;
    },
  };
}

export function inMemory(): Store {
  const items = new Map<number, Item>();
  const drafts = new Map<string, unknown>();
  let last = 0;
  return {
    durable: false,
    items: async () => [...items.values()],
    async add(item) {
      last += 1;
      const kept = { ...item, ...FRESH, seq: last };
      items.set(last, kept);
      return kept;
    },
    async put(item) {
      if (items.has(item.seq)) items.set(item.seq, item);
    },
    async remove(seq) {
      items.delete(seq);
    },
    draft: async (name) => drafts.get(name),
    async keepDraft(name, draft) {
      drafts.set(name, draft);
    },
    async dropDraft(name) {
      drafts.delete(name);
    },
  };
}
