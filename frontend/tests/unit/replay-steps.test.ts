/** Entry by entry through a replay: what shows on no picture is passed over. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Replay } from '../../src/replay/replay.svelte';
import { iso, MINUTE, NOW } from './pictures';

/** A crisis whose middle entries are of the log: of these only a key event that all may know stands on a picture. */
const ENTRIES = ['a', 'log-1', ...Array.from({ length: 60 }, (_, index) => `routine-${index}`), 'key', 'b'];
const entry = (position: string): object =>
  ['a', 'b'].includes(position) ? { position, kind: 'update_posted', tlp: 'green' } : { position, kind: 'log_entered', tlp: position === 'log-1' ? 'amber' : 'green', key_event: !position.startsWith('routine') };
const at = (position: string): string => iso(NOW + ENTRIES.indexOf(position) * MINUTE);

function answered(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://vigie.test');
  if (pathname.endsWith('/timeline')) return JSON.stringify({ from: at('a'), to: at('b'), moments: [], earlier: null, density: [], part_minutes: 60 });
  const first = ENTRIES.indexOf(searchParams.get('after') ?? '') + 1;
  if (pathname.endsWith('/journal')) return ENTRIES.slice(first, first + Number(searchParams.get('limit'))).map((position) => `${JSON.stringify(entry(position))}\n`).join('');
  const asked = searchParams.get('at') ?? '';
  const moment = ENTRIES.includes(asked) ? at(asked) : asked;
  return JSON.stringify({ at: moment, position: moment === at('b') ? 'b' : 'a', centres: [], cells: [], escalations: [], queries: [], readings: [], cycles: [], slots: [], feed: [] });
}

let replay: Replay;
beforeEach(() => {
  vi.stubGlobal('fetch', async (address: string) => new Response(answered(address)));
});
afterEach(() => {
  replay.end();
  vi.unstubAllGlobals();
});

const shows = (position: string): Promise<void> => vi.waitFor(() => expect(replay.shownAt).toBe(Date.parse(at(position))));

test('the next entry is the next one that a picture shows', async () => {
  replay = new Replay('drill', 'a');
  await shows('a');
  for (const position of ['key', 'b']) {
    await replay.step(1);
    await shows(position);
  }
  await replay.step(1);
  await shows('b');
});

test('from a key event that stands on no picture it goes on, and not back to what the picture shows', async () => {
  replay = new Replay('drill', 'log-1');
  await shows('log-1');
  replay.go({ position: 'routine-59', recorded_at: at('routine-59'), kind: 'key_event', centre: 'be', severity: null, title: null, mode: null });
  await shows('routine-59');
  await replay.step(1);
  await shows('key');
});

test('after a jump to a time, it goes on from what was shown then, not from the entry last gone to', async () => {
  replay = new Replay('drill', 'a');
  await shows('a');
  await replay.step(1);
  await shows('key');
  replay.jump(NOW);
  await shows('a');
  await replay.step(1);
  await shows('key');
});
