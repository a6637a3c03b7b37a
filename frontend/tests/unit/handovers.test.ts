/** A shift without a handover is told; one that was handed over in time, or never, is not. */
import { expect, test } from 'vitest';
import { handoversMissing } from '../../src/picture/handovers';
import { MINUTE, NOW, centre, iso, picture } from './pictures';

test('a centre is named once its shift has ended without the next handover', () => {
  const handed = (code: string, next: number | null) => ({ ...centre(code), next_handover: next === null ? null : iso(next) });
  const shown = picture([handed('BE', NOW - MINUTE), handed('NL', NOW - 9 * MINUTE), handed('FR', NOW + MINUTE), handed('DE', null)], []);
  expect(handoversMissing(shown, NOW).map(({ centre: { code }, since }) => [code, since])).toEqual([
    ['NL', NOW - 9 * MINUTE], ['BE', NOW - MINUTE],
  ]);
  expect(handoversMissing(shown, NOW - 10 * MINUTE)).toEqual([]);
});
