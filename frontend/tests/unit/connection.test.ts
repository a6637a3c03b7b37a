import { expect, test } from 'vitest';
import { type Event, type Link, type Moment, RESTART_MS, serverNow, SILENCE_MS, skew, start, step } from '../../src/live/connection';
import { REVOKED, RESTARTING, TOO_SLOW } from '../../src/live/protocol';
import { change, snapshot, T0 } from './given';

/** Both clocks of the screen, `ms` after the start. */
const when = (ms: number): Moment => ({ steady: ms, wall: T0 + ms });
const frame = (frame: Extract<Event, { type: 'frame' }>['frame'], ms: number): Event => ({ type: 'frame', frame, at: when(ms) });
const beat = (position: string, ms: number) => frame({ type: 'beat', position, server_time: new Date(T0 + ms).toISOString() } as never, ms);
const tick = (ms: number): Event => ({ type: 'tick', at: when(ms) });

function play(...events: Event[]) {
  let outcome = start(when(0));
  for (const event of events) outcome = step(outcome.link, event);
  return outcome;
}

const live = (): Link => play(frame(snapshot('a'), 10)).link;

test('a screen begins by connecting without a position', () => {
  const { link, effects } = start(when(0));
  expect(link.phase).toBe('connecting');
  expect(effects).toEqual([{ type: 'connect', after: null, withinMs: 0, atLeastMs: 0 }]);
});

test('a whole picture makes it live, and a change that follows keeps it so', () => {
  const { link, effects } = play(frame(snapshot('a'), 10), frame(change('a', 'b'), 20));
  expect(link.phase).toBe('live');
  expect(link.picture?.position).toBe('b');
  expect(effects).toEqual([]);
});

test('a change that does not follow is a gap: grey, and the whole picture is asked for', () => {
  const { link, effects } = step(live(), frame(change('x', 'y'), 20));
  expect(link.phase).toBe('lost');
  expect(link.picture?.position).toBe('a');
  expect(effects.map(({ type }) => type)).toEqual(['hang-up', 'connect']);
  expect(effects[1]).toMatchObject({ after: null });
});

test('a beat that names another place than where the screen stands is a gap', () => {
  expect(step(live(), beat('a', 20)).link.phase).toBe('live');
  const { link, effects } = step(live(), beat('b', 20));
  expect(link.phase).toBe('lost');
  expect(effects[1]).toMatchObject({ type: 'connect', after: null });
});

test('beats keep it live; silence greys it within twelve seconds and tries again', () => {
  const heard = step(live(), beat('a', 5_000)).link;
  expect(step(heard, tick(5_000 + SILENCE_MS - 1)).link.phase).toBe('live');
  const { link, effects } = step(heard, tick(5_000 + SILENCE_MS));
  expect(link.phase).toBe('lost');
  expect(effects.map(({ type }) => type)).toEqual(['hang-up', 'connect']);
  expect(effects[1]).toMatchObject({ after: 'a' });
});

test('a machine that slept is grey at its first tick: its steady clock stood still, its wall clock did not', () => {
  const woken: Event = { type: 'tick', at: { steady: 20, wall: T0 + 3_600_000 } };
  expect(step(live(), woken).link.phase).toBe('lost');
});

test('a clock set back does not hide silence', () => {
  const setBack: Event = { type: 'tick', at: { steady: SILENCE_MS + 10, wall: T0 - 3_600_000 } };
  expect(step(live(), setBack).link.phase).toBe('lost');
});

test('a lost link comes back with its position, each attempt later than the last, none later than the silence', () => {
  let { link, effects } = step(live(), { type: 'closed', code: 1006, at: when(100) });
  expect(effects).toMatchObject([{ type: 'connect', after: 'a' }]);
  let before = 0;
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const connect = effects[0];
    if (connect?.type !== 'connect') throw new Error('an attempt follows');
    expect(connect.withinMs).toBeGreaterThanOrEqual(before);
    expect(connect.withinMs).toBeLessThan(SILENCE_MS);
    before = connect.withinMs;
    ({ link, effects } = step(link, { type: 'closed', code: 1006, at: when(200 + attempt) }));
  }
  expect(link.phase).toBe('lost');
});

test('too slow comes back at once; restarting comes back with its position', () => {
  expect(step(live(), { type: 'closed', code: TOO_SLOW, at: when(20) }).effects).toMatchObject([{ after: 'a', withinMs: 0 }]);
  expect(step(live(), { type: 'closed', code: RESTARTING, at: when(20) }).effects).toMatchObject([{ after: 'a' }]);
});

test('a revoked screen stops, and stays stopped', () => {
  const { link, effects } = step(live(), { type: 'closed', code: REVOKED, at: when(20) });
  expect(link.phase).toBe('refused');
  expect(effects).toEqual([]);
  expect(step(link, tick(60_000)).effects).toEqual([]);
});

test('what cannot be read is treated as a gap', () => {
  const { link, effects } = step(live(), { type: 'garbled', at: when(20) });
  expect(link.phase).toBe('lost');
  expect(effects.map(({ type }) => type)).toEqual(['hang-up', 'connect']);
});

test('an attempt that hangs before anything was heard is given up', () => {
  const { link, effects } = play(tick(SILENCE_MS));
  expect(link.phase).toBe('connecting');
  expect(effects.map(({ type }) => type)).toEqual(['hang-up', 'connect']);
});

test('ages go by the server, whatever this screen believes the time to be', () => {
  const early = { steady: 10, wall: T0 - 90_000 };
  const { link } = step(start(early).link, { type: 'frame', frame: snapshot('a'), at: early });
  expect(serverNow(link, { steady: 1_010, wall: T0 - 89_000 })).toBe(T0 + 1_000);
  expect(skew(link)).toBe(-90_000);
});

test('a screen turned away knows when, by the clock of the server', () => {
  const { link } = step(live(), { type: 'closed', code: REVOKED, at: when(4_010) });
  expect(link.refusedAt).toBe(T0 + 4_000);
});

test('a frame that lay in a buffer while the machine slept does not make it live', () => {
  const late = frame(snapshot('b'), 20);
  const woken: Event = { ...late, at: { steady: 30, wall: T0 + 3_600_000 } } as Event;
  const { link, effects } = step(live(), woken);
  expect(link.phase).toBe('lost');
  expect(link.picture?.position).toBe('a');
  expect(effects.map(({ type }) => type)).toEqual(['hang-up', 'connect']);
});

test('after such a frame the first word of the new attempt is believed', () => {
  const hour = 3_600_000;
  const asleep = (ms: number): Moment => ({ steady: 30 + ms, wall: T0 + hour + ms });
  const { link } = step(live(), { type: 'frame', frame: snapshot('b'), at: asleep(0) });
  const fresh = step(link, { type: 'frame', frame: snapshot('c', {}, T0 + hour + 500), at: asleep(500) });
  expect(fresh.link.phase).toBe('live');
  expect(step(fresh.link, { type: 'tick', at: asleep(1_000) }).link.phase).toBe('live');
});

test('a server that says it restarts is said to restart, for a minute; then it is away', () => {
  const told = step(live(), { type: 'closed', code: RESTARTING, at: when(20) }).link;
  expect(told).toMatchObject({ phase: 'lost', restarting: true });
  const refused = step(told, { type: 'closed', code: 1006, at: when(900) }).link;
  expect(refused.restarting).toBe(true);
  expect(step(refused, tick(RESTART_MS - 100)).link.restarting).toBe(true);
  expect(step(refused, tick(RESTART_MS + 100)).link.restarting).toBe(false);
  expect(step(refused, frame(snapshot('b', {}, T0 + 2_000), 2_000)).link).toMatchObject({ phase: 'live', restarting: false });
});

test('it counts how many times it came to be live', () => {
  expect(start(when(0)).link.comings).toBe(0);
  const once = step(live(), frame(change('a', 'b'), 20)).link;
  expect(once.comings).toBe(1);
  const lost = step(once, { type: 'closed', code: 1006, at: when(30) }).link;
  expect(step(lost, frame(snapshot('c'), 40)).link.comings).toBe(2);
});

test('a link that breaks without a word is not said to restart', () => {
  expect(step(live(), { type: 'closed', code: 1006, at: when(20) }).link.restarting).toBe(false);
});

test('the build that the server gives out comes with pictures and beats', () => {
  const told = play(frame({ ...snapshot('a'), build: 'index-AAAA' }, 10)).link;
  expect(told.build).toBe('index-AAAA');
  const beat = { type: 'beat', position: 'a', server_time: new Date(T0 + 20).toISOString(), build: 'index-BBBB' } as const;
  expect(step(told, frame(beat, 20)).link.build).toBe('index-BBBB');
  expect(live().build).toBe('');
});
