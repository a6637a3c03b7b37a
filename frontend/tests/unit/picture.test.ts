import { expect, test } from 'vitest';
import { apply, begin, FEED_LINES_MAX } from '../../src/picture/picture';
import { decode } from '../../src/live/protocol';
import { change, entry, escalation, query, snapshot, update } from './given';

const cell = (changes = {}) => ({ centre: 'be-nccn', sector: 'cyber', update: update(changes), previous: null });

test('a change sets and removes, and leaves the picture it came from as it was', () => {
  const before = begin(snapshot('a', { cells: [cell()], escalations: [escalation()] }));
  const after = apply(before, change('a', 'b', {
    set: [{ kind: 'cell', key: 'pl-ncc/cyber', value: { ...cell({ centre: 'pl-ncc', headline: 'Theirs' }), centre: 'pl-ncc' } }],
    remove: [{ kind: 'cell', key: 'be-nccn/cyber' }, { kind: 'escalation', key: 'e1' }],
  }));
  expect([...(after?.cells.keys() ?? [])]).toEqual(['pl-ncc/cyber']);
  expect(after?.escalations.size).toBe(0);
  expect(after?.position).toBe('b');
  expect([...before.cells.keys()]).toEqual(['be-nccn/cyber']);
  expect(before.position).toBe('a');
});

test('queries come with the picture, and change and go as everything else', () => {
  const before = begin(snapshot('a', { queries: [query(), query({ id: 'q2' })] }));
  const after = apply(before, change('a', 'b', {
    set: [{ kind: 'query', key: 'q1', value: query({ state: 'answered' }) }], remove: [{ kind: 'query', key: 'q2' }],
  }));
  expect([...(after?.queries.values() ?? [])].map(({ id, state }) => [id, state])).toEqual([['q1', 'answered']]);
  expect(before.queries.size).toBe(2);
});

test('a change that follows something else is refused whole', () => {
  expect(apply(begin(snapshot('a')), change('z', 'b'))).toBeNull();
});

test('the feed is newest first and keeps so many lines', () => {
  let picture = begin(snapshot('0'));
  for (let i = 0; i < FEED_LINES_MAX + 5; i += 1) {
    const next = apply(picture, change(String(i), String(i + 1), { entries: [entry(`${i}-first`), entry(`${i}-second`)] }));
    if (next === null) throw new Error('it follows');
    picture = next;
  }
  expect(picture.feed).toHaveLength(FEED_LINES_MAX);
  expect(picture.feed[0]?.position).toBe(`${FEED_LINES_MAX + 4}-second`);
  expect(picture.feed[1]?.position).toBe(`${FEED_LINES_MAX + 4}-first`);
});

test('a frame is read as it was written', () => {
  for (const frame of [snapshot('a'), change('a', 'b')]) expect(decode(JSON.stringify(frame))).toEqual(frame);
});

test.each([
  ['no JSON', 'hello'],
  ['no object', '[]'],
  ['an unknown type', '{"type":"gossip","server_time":"2026-03-29T12:00:00Z"}'],
  ['no time', '{"type":"beat","position":"a"}'],
  ['a time that is none', '{"type":"beat","position":"a","server_time":"soon"}'],
  ['no position', '{"type":"beat","server_time":"2026-03-29T12:00:00Z"}'],
  ['an unknown kind', JSON.stringify({ ...change('a', 'b'), set: [{ kind: 'rumour', key: 'x', value: {} }] })],
  ['no entries', JSON.stringify({ ...change('a', 'b'), entries: undefined })],
])('%s is no frame', (_, text) => {
  expect(() => decode(text)).toThrow();
});

test('parts that a change does not touch stay the same, so that what hangs on them is not drawn again', () => {
  const before = begin(snapshot('a'));
  const set = [{ kind: 'query' as const, key: 'q1', value: query() }];
  const after = apply(before, change('a', 'b', { set, remove: [{ kind: 'escalation', key: 'e9' }] }));
  const touched = (['centres', 'cells', 'readings', 'escalations', 'queries'] as const).filter((part) => after?.[part] !== before[part]);
  expect(touched).toEqual(['escalations', 'queries']);
});
