import { expect, test } from 'vitest';
import { AGAIN_MS, buildOf, QUIET_MS, type Sight, verdict } from '../../src/device/build';
import { mayReload, stoodStill, STOPPED_MS, AGAIN_MS as STILL_AGAIN_MS } from '../../src/device/watchdog';
import { T0 } from './given';

const sight = (changes: Partial<Sight> = {}): Sight => ({
  own: 'index-AAAA', served: 'index-BBBB', last: null, live: true, quietMs: QUIET_MS, now: T0, ...changes,
});

test('the word of a build is the name of its entry script, and nothing while developing', () => {
  expect(buildOf('https://vigie.example/assets/index-Dx_4k-Jl.js')).toBe('index-Dx_4k-Jl');
  expect(buildOf('http://localhost:5173/src/main.ts')).toBe('');
});

test('a screen that runs what is given out is current; so is one that cannot know', () => {
  expect(verdict(sight({ served: 'index-AAAA' }))).toBe('current');
  expect(verdict(sight({ served: '' }))).toBe('current');
  expect(verdict(sight({ own: '' }))).toBe('current');
});

test('it loads the new build between changes and only while the link is live', () => {
  expect(verdict(sight())).toBe('reload');
  expect(verdict(sight({ quietMs: QUIET_MS - 1 }))).toBe('wait');
  expect(verdict(sight({ live: false }))).toBe('wait');
});

test('it never loads twice for the same build: it says that it is stuck', () => {
  expect(verdict(sight({ last: { build: 'index-BBBB', at: T0 - 10 * AGAIN_MS } }))).toBe('stuck');
});

test('two builds behind one address do not make it load without end', () => {
  const last = { build: 'index-AAAA', at: T0 - 5_000 };
  expect(verdict(sight({ last }))).toBe('wait');
  expect(verdict(sight({ last: { ...last, at: T0 - AGAIN_MS } }))).toBe('reload');
});

const when = (steady: number, wall: number) => ({ steady, wall: T0 + wall });

test('a gap in the timers of a minute is a standstill, whether the machine slept or the page hung', () => {
  expect(stoodStill(when(0, 0), when(1_000, 1_000), true)).toBe(false);
  expect(stoodStill(when(0, 0), when(1_000, 3_600_000), true)).toBe(true);
  expect(stoodStill(when(0, 0), when(STOPPED_MS, 0), true)).toBe(true);
});

test('a page that nobody sees has slow timers: that is no standstill', () => {
  expect(stoodStill(when(0, 0), when(STOPPED_MS, STOPPED_MS), false)).toBe(false);
});

test('standing still again and again does not load the page again and again', () => {
  expect(mayReload(null, T0)).toBe(true);
  expect(mayReload(T0 - STILL_AGAIN_MS + 1, T0)).toBe(false);
  expect(mayReload(T0 - STILL_AGAIN_MS, T0)).toBe(true);
});
