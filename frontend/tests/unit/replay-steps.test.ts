/** Entry by entry through a replay: what moves no picture is passed all the same. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Replay } from '../../src/replay/replay.svelte';
import { iso, MINUTE, NOW } from './pictures';

/** A crisis of four entries; the middle two are of the log, and leave the picture where it stood. */
const ENTRIES = ['a', 'log-1', 'log-2', 'b'];
const at = (position: string): string => iso(NOW + ENTRIES.indexOf(position) * MINUTE);

function answered(address: string): string {
  const { pathname, searchParams } = new URL(address, 'http://vigie.test');
  if (pathname.endsWith('/timeline')) return JSON.stringify({ from: at('a'), to: at('b'), moments: [], earlier: null, density: [], part_minutes: 60 });
  const next = ENTRIES[ENTRIES.indexOf(searchParams.get('after') ?? '') + 1];
  if (pathname.endsWith('/journal')) return next === undefined ? '' : JSON.stringify({ position: next });
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

test('the next entry after one that moves no picture is the one behind it', async () => {
  replay = new Replay('drill', 'a');
  await shows('a');
  for (const position of ['log-1', 'log-2', 'b']) {
    await replay.step(1);
    await shows(position);
  }
  await replay.step(1);
  await shows('b');
});

test('after a jump to a time, it goes on from what was shown then, not from the entry last gone to', async () => {
  replay = new Replay('drill', 'a');
  await shows('a');
  for (const position of ['log-1', 'log-2']) {
    await replay.step(1);
    await shows(position);
  }
  replay.jump(NOW);
  await shows('a');
  await replay.step(1);
  await shows('log-1');
});
