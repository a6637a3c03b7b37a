import { expect, test } from 'vitest';
import cases from '../../../tests/fixtures/freshness.json';
import { freshness } from '../../src/picture/freshness';

test('there are cases to hold', () => {
  expect(cases.length).toBeGreaterThanOrEqual(8);
});

test.each(cases)('from $as_of to $valid_until it is $freshness at $now', ({ as_of, valid_until, now, freshness: expected }) => {
  expect(freshness(Date.parse(as_of), Date.parse(valid_until), Date.parse(now))).toBe(expected);
});
