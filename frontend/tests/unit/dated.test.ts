import { afterEach, expect, test, vi } from 'vitest';

const SAID = 'Tue, 10 Feb 2026 22:00:00 GMT';
function answers(...dates: (string | null)[]): void {
  vi.stubGlobal('fetch', () => {
    const date = dates.shift() ?? null;
    return Promise.resolve(new Response('{}', { headers: date === null ? {} : { Date: date } }));
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  vi.resetModules();
});

test('an answer without a time is of the last that had one, run on', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-02-11T03:00:00Z') });
  const { serverTime } = await import('../../src/api/client');
  answers(SAID, null, 'yesterday', 'Tue, 10 Feb 2026 22:00:30 GMT', '');
  expect(await serverTime()).toBe(Date.parse(SAID));
  vi.advanceTimersByTime(7_000);
  expect(await serverTime()).toBe(Date.parse(SAID) + 7_000);
  vi.advanceTimersByTime(5_000);
  expect(await serverTime()).toBe(Date.parse(SAID) + 12_000);
  expect(await serverTime(), 'the next that has one is believed').toBe(Date.parse(SAID) + 30_000);
  expect(await serverTime()).toBe(Date.parse(SAID) + 30_000);
});

test('before any answer had one it is this screen’s own', async () => {
  vi.useFakeTimers({ now: Date.parse('2026-02-11T03:00:00Z') });
  const { serverTime } = await import('../../src/api/client');
  answers(null);
  expect(await serverTime()).toBe(Date.parse('2026-02-11T03:00:00Z'));
});
