import { expect, test } from 'vitest';
import { boardOf } from '../../src/picture/board';
import { begin } from '../../src/picture/picture';
import { overdueOf, tilesOf } from '../../src/wall/far';
import { at, escalation, snapshot, T0, update } from './given';

const MINUTE = 60_000;
const cell = (centre: string, sector: string, changes = {}) => ({
  centre, sector, previous: null, update: update({ centre, sector, ...changes }),
});

function tiles(cells: ReturnType<typeof cell>[], now = T0, escalations = [escalation({ raised_by: 'pl-ncc' })]) {
  const picture = begin(snapshot('a', { cells, escalations }));
  return tilesOf(picture, boardOf([], picture, now));
}

test('a tile shows the worst of its centre and where that goes', () => {
  const { countries } = tiles([
    cell('be-nccn', 'cyber', { severity: 'severe', outlook: 'improving' }),
    cell('be-nccn', 'displacement', { severity: 'minor', outlook: 'worsening' }),
  ]);
  expect(countries.map(({ row, status, outlook }) => [row.centre.code, status, outlook])).toEqual([
    ['BE', 'severe', 'improving'],
    ['PL', 'no_report', 'unknown'],
  ]);
});

test('of two that are equally bad the one that worsens is told', () => {
  const { countries } = tiles([
    cell('be-nccn', 'cyber', { severity: 'severe', outlook: 'stable' }),
    cell('be-nccn', 'displacement', { severity: 'severe', outlook: 'worsening' }),
  ]);
  expect(countries[0]?.outlook).toBe('worsening');
});

test('what is stale goes nowhere', () => {
  const { countries } = tiles([cell('be-nccn', 'cyber', { outlook: 'worsening', valid_until: at(MINUTE) })], T0 + 90_000);
  expect(countries[0]).toMatchObject({ status: 'stale', outlook: 'unknown' });
});

test('the mark of an escalation is on the centre that raised it, while it is open', () => {
  expect(tiles([]).countries.map(({ escalated }) => escalated)).toEqual([false, true]);
  expect(tiles([], T0, [escalation({ raised_by: 'pl-ncc', state: 'closed' })]).countries.map(({ escalated }) => escalated)).toEqual([false, false]);
});

test('bodies stand apart from countries', () => {
  const picture = begin(snapshot('a'));
  const ercc = { ...[...picture.centres.values()][0], id: 'eu-ercc', code: 'ERCC', country: null, kind: 'eu' } as never;
  const with_ercc = { ...picture, centres: new Map(picture.centres).set('eu-ercc', ercc) };
  const { countries, bodies } = tilesOf(with_ercc, boardOf([], with_ercc, T0));
  expect(countries.map(({ row }) => row.centre.code)).toEqual(['BE', 'PL']);
  expect(bodies.map(({ row }) => row.centre.code)).toEqual(['ERCC']);
});

test('overdue is what is past its term, the longest first, each centre once', () => {
  const picture = begin(snapshot('a', {
    cells: [
      cell('be-nccn', 'cyber', { valid_until: at(50 * MINUTE) }),
      cell('be-nccn', 'displacement', { valid_until: at(20 * MINUTE) }),
      cell('pl-ncc', 'cyber', { valid_until: at(10 * MINUTE) }),
      cell('pl-ncc', 'displacement', { valid_until: at(90 * MINUTE) }),
    ],
  }));
  const now = T0 + 60 * MINUTE;
  expect(overdueOf(boardOf([], picture, now), now).map(({ row, lateMs }) => [row.centre.code, lateMs / MINUTE])).toEqual([['PL', 50], ['BE', 40]]);
  expect(overdueOf(boardOf([], picture, T0), T0)).toEqual([]);
});
