import { afterEach, expect, test, vi } from 'vitest';
import { askForCode } from '../../src/api/pairing';
import { COLLECT_EVERY_MS, grouped, leftMs, nextCall, type Offer, type Pairing, start, step } from '../../src/device/pairing';
import { T0 } from './given';

const when = (ms: number) => ({ steady: ms, wall: T0 + ms });
const offer: Offer = { id: 'p1', code: 'K7MQ4R', secret: 's', holdsMs: 600_000 };
const shown = (): Pairing => step(start(when(0)).pairing, { type: 'offered', offer, at: when(100) }).pairing;

test('it asks for a code at once, shows it, and asks every two seconds whether it was confirmed', () => {
  const begun = start(when(0));
  expect(begun.callInMs).toBe(0);
  expect(nextCall(begun.pairing)).toBe('ask');
  const { pairing, callInMs } = step(begun.pairing, { type: 'offered', offer, at: when(100) });
  expect(callInMs).toBe(COLLECT_EVERY_MS);
  expect(nextCall(pairing)).toBe('collect');
  expect(step(pairing, { type: 'waiting' })).toMatchObject({ callInMs: COLLECT_EVERY_MS });
});

test('the countdown runs by the span that the server gave, and while the machine sleeps', () => {
  expect(leftMs(shown(), when(60_100))).toBe(540_000);
  expect(leftMs(shown(), { steady: 200, wall: T0 + 300_100 })).toBe(300_000);
});

test('a code that ran out is hidden, and the call that is due asks for a new one', () => {
  const early = step(shown(), { type: 'tick', at: when(600_000) });
  expect(early.pairing.offer).not.toBeNull();
  const late = step(shown(), { type: 'tick', at: when(600_100) });
  expect(late).toMatchObject({ pairing: { offer: null }, callInMs: null });
  expect(nextCall(late.pairing)).toBe('ask');
});

test('when the offer is gone, it may have been collected by an answer that was lost: who am I, then a new code', () => {
  const gone = step(shown(), { type: 'gone' });
  expect(gone.callInMs).toBe(0);
  expect(nextCall(gone.pairing)).toBe('who');
  const stranger = step(gone.pairing, { type: 'stranger' });
  expect(nextCall(stranger.pairing)).toBe('ask');
  expect(stranger.callInMs).toBeGreaterThan(0);
});

test('a server that is away is said, and the same code goes on when it is back', () => {
  const away = step(shown(), { type: 'away' });
  expect(away).toMatchObject({ pairing: { trouble: 'away', offer }, callInMs: COLLECT_EVERY_MS });
  expect(step(away.pairing, { type: 'waiting' }).pairing).toMatchObject({ trouble: 'none', offer });
});

test('too many open codes: it waits as long as it was told', () => {
  expect(step(start(when(0)).pairing, { type: 'full', retryMs: 7_000 })).toMatchObject({ pairing: { trouble: 'full' }, callInMs: 7_000 });
});

test('a code is read out in two groups of three', () => {
  expect(grouped('K7MQ4R')).toEqual(['K7M', 'Q4R']);
});

afterEach(() => vi.unstubAllGlobals());

test.each([503, 429])('where too many wait already (%i) it asks again when the server says', async (status) => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status, headers: { 'Retry-After': '42' } })));
  expect(await askForCode()).toEqual({ retryMs: 42_000 });
});
