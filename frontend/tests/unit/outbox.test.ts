import { describe, expect, test } from 'vitest';
import { isEditable, type Item, nextOf, type Outcome, outcomeOf, placeOf, settled, tried } from '../../src/outbox/outbox';
import { drain, takeBack, type World } from '../../src/outbox/sender';
import { inMemory } from '../../src/outbox/store';

const item = (changes: Partial<Item> = {}): Item => ({
  seq: 1, key: 'k1', account: 'a', path: '/crises/drill/updates', body: '{}', about: '', writtenAt: 0, tries: 0, refusal: null, ...changes,
});
const refusal = { status: 422, detail: 'no', errors: [{ pointer: '/tlp', detail: 'is required' }] };

describe('what waits', () => {
  test('the oldest of this account goes first, whatever order the store gives; refused ones are passed over', () => {
    const items = [item({ seq: 3 }), item({ seq: 1, refusal }), item({ seq: 2 }), item({ seq: 0, account: 'b' })];
    expect(nextOf(items, 'a')?.seq).toBe(2);
    expect(nextOf(items, 'c')).toBeNull();
  });

  test('an answer removes it, gives it back, or leaves it', () => {
    const sent = tried(item());
    expect(sent.tries).toBe(1);
    expect(settled(sent, { type: 'accepted', id: 'u' })).toEqual({ item: null, pause: null });
    expect(settled(sent, { type: 'refused', refusal })).toEqual({ item: { ...sent, tries: 0, refusal }, pause: null });
    expect(settled(sent, { type: 'later' })).toEqual({ item: sent, pause: 'unreachable' });
    expect(settled(sent, { type: 'signed_out' })).toEqual({ item: { ...sent, tries: 0 }, pause: 'signed_out' });
  });

  test('only what may not be on record can be changed', () => {
    expect(isEditable(item())).toBe(true);
    expect(isEditable(item({ tries: 1 }))).toBe(false);
    expect(isEditable(item({ tries: 0, refusal }))).toBe(true);
  });

  test('a full or failing server is no refusal, and neither is an ended session', () => {
    const said = { detail: '', errors: [] };
    for (const status of [408, 425, 429, 500, 502, 503, 504]) expect(outcomeOf(status, said).type).toBe('later');
    for (const status of [400, 403, 404, 409, 413, 415, 422]) expect(outcomeOf(status, said).type).toBe('refused');
    expect(outcomeOf(401, said).type).toBe('signed_out');
  });

  test('an address says which crisis and what kind of write', () => {
    expect(placeOf('/crises/drill/updates')).toEqual({ crisis: 'drill', kind: 'update' });
    expect(placeOf('/crises/drill/updates/u/withdraw')).toEqual({ crisis: 'drill', kind: 'withdrawal' });
    expect(placeOf('/crises/drill/escalations')).toEqual({ crisis: 'drill', kind: 'escalation' });
    expect(placeOf('/crises/drill/escalations/e/acknowledge')).toEqual({ crisis: 'drill', kind: 'step' });
    expect(placeOf('/crises/drill/queries/q/answer')).toEqual({ crisis: 'drill', kind: 'answer' });
    expect(placeOf('/crises/drill/log')).toEqual({ crisis: 'drill', kind: 'log' });
    expect(placeOf('/tokens')).toEqual({ crisis: '', kind: 'other' });
  });
});

/** A server that remembers keys, and a browser whose session can change. */
function world(answers: (item: Item, nth: number) => Outcome = () => ({ type: 'accepted', id: 'u' })) {
  const sent: string[] = [];
  const store = inMemory();
  let last: Promise<unknown> = Promise.resolve();
  const made: World & { sent: string[]; who: () => Promise<string | null> } = {
    sent,
    store,
    who: async () => 'a',
    send: async (item) => {
      sent.push(item.key);
      return answers(item, sent.length);
    },
    exclusively: (task) => {
      const next = last.then(task);
      last = next.catch(() => undefined);
      return next;
    },
  };
  return made;
}
const add = (store: World['store'], key: string, account = 'a') =>
  store.add({ key, account, path: '/crises/drill/updates', body: `{"headline":"${key}"}`, about: '', writtenAt: 0 });
const tell = (): void => undefined;

describe('sending', () => {
  test('all go in order, and what is accepted is gone', async () => {
    const w = world();
    for (const key of ['k1', 'k2', 'k3']) await add(w.store, key);
    expect(await drain(w, 'a', tell)).toBeNull();
    expect(w.sent).toEqual(['k1', 'k2', 'k3']);
    expect(await w.store.items()).toEqual([]);
  });

  test('a lost answer stops the line; the same item with the same key goes first the next time', async () => {
    const w = world((_, nth) => (nth === 1 ? { type: 'later' } : { type: 'accepted', id: 'u' }));
    await add(w.store, 'k1');
    await add(w.store, 'k2');
    expect(await drain(w, 'a', tell)).toBe('unreachable');
    expect((await w.store.items()).map(({ key, tries }) => [key, tries])).toEqual([['k1', 1], ['k2', 0]]);
    expect(await drain(w, 'a', tell)).toBeNull();
    expect(w.sent).toEqual(['k1', 'k1', 'k2']);
  });

  test('a refused one goes back with its reasons and does not keep the next', async () => {
    const w = world((item) => (item.key === 'k1' ? { type: 'refused', refusal } : { type: 'accepted', id: 'u' }));
    await add(w.store, 'k1');
    await add(w.store, 'k2');
    expect(await drain(w, 'a', tell)).toBeNull();
    expect((await w.store.items()).map(({ key, refusal }) => [key, refusal])).toEqual([['k1', refusal]]);
  });

  test('nothing is sent for someone else, for nobody, or into the void; and nothing is lost', async () => {
    const w = world();
    await add(w.store, 'k1');
    w.who = async () => 'b';
    expect(await drain(w, 'a', tell)).toBe('other_account');
    expect(await drain(w, 'b', tell)).toBeNull();
    w.who = async () => null;
    expect(await drain(w, 'a', tell)).toBe('signed_out');
    w.who = async () => Promise.reject(new TypeError('no link'));
    expect(await drain(w, 'a', tell)).toBe('unreachable');
    expect(w.sent).toEqual([]);
    expect(await w.store.items()).toHaveLength(1);
    expect((await w.store.items())[0]?.tries).toBe(0);
  });

  test('two tabs at once send each item once', async () => {
    const w = world();
    for (const key of ['k1', 'k2', 'k3', 'k4']) await add(w.store, key);
    await Promise.all([drain(w, 'a', tell), drain(w, 'a', tell)]);
    expect(w.sent).toEqual(['k1', 'k2', 'k3', 'k4']);
  });

  test('an item is taken back whole, or not at all when it may be on record', async () => {
    const w = world(() => ({ type: 'later' }));
    const first = await add(w.store, 'k1');
    await add(w.store, 'k2');
    await drain(w, 'a', tell);
    expect(await takeBack(w, first.seq)).toBeNull();
    expect((await takeBack(w, first.seq + 1))?.key).toBe('k2');
    expect((await w.store.items()).map(({ key }) => key)).toEqual(['k1']);
  });

  test('an item that was thrown away while it was being sent does not come back', async () => {
    const w = world();
    const first = await add(w.store, 'k1');
    w.send = async () => {
      await w.store.remove(first.seq);
      return { type: 'later' };
    };
    await drain(w, 'a', tell);
    expect(await w.store.items()).toEqual([]);
  });
});
