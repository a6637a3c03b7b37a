import { describe, expect, it } from 'vitest';
import { neverHeard, nextDue, overdueOf } from '../../src/picture/owed';
import { cell, centre, iso, MINUTE, NOW, picture } from './pictures';

const due = (at: number) => ({ valid_until: iso(at) });

describe('the next report', () => {
  it('is the one whose term ends first, with those of the same minute', () => {
    const flood = picture([centre('PL'), centre('RO'), centre('BG')], [
      cell('pl', 'cyber', 'minor', due(NOW + 20 * MINUTE)),
      cell('ro', 'cyber', 'minor', due(NOW + 8 * MINUTE + 30_000)),
      cell('bg', 'shelter', 'minor', due(NOW + 8 * MINUTE)),
    ]);
    expect(nextDue(flood, NOW).map((owed) => [owed.centre.code, owed.sector.id])).toEqual([['BG', 'shelter'], ['RO', 'cyber']]);
    expect(nextDue(flood, NOW)[0]?.due).toBe(NOW + 8 * MINUTE);
  });

  it('is none where nothing was said or all of it is late', () => {
    expect(nextDue(picture([centre('PL')], []), NOW)).toEqual([]);
    expect(nextDue(picture([centre('PL')], [cell('pl', 'cyber', 'minor', due(NOW))]), NOW)).toEqual([]);
  });
});

describe('overdue reports', () => {
  it('name each centre once, longest late first, with the sectors it owes', () => {
    const flood = picture([centre('PL'), centre('RO'), centre('BG')], [
      cell('pl', 'cyber', 'minor', due(NOW - 5 * MINUTE)),
      cell('ro', 'cyber', 'severe', due(NOW - 40 * MINUTE)),
      cell('ro', 'shelter', 'minor', due(NOW - MINUTE)),
      cell('bg', 'shelter', 'minor', due(NOW + MINUTE)),
    ]);
    expect(overdueOf(flood, NOW).map((late) => [late.centre.code, late.sectors.map(({ id }) => id), late.since])).toEqual([
      ['RO', ['cyber', 'shelter'], NOW - 40 * MINUTE],
      ['PL', ['cyber'], NOW - 5 * MINUTE],
    ]);
  });

  it('begin at the moment the term ends', () => {
    const flood = picture([centre('PL')], [cell('pl', 'cyber', 'minor', due(NOW))]);
    expect(overdueOf(flood, NOW - 1)).toEqual([]);
    expect(overdueOf(flood, NOW)).toHaveLength(1);
  });

  it('leave out a cell whose sector or centre is no part of the crisis any more', () => {
    const flood = picture([centre('PL')], [cell('pl', 'transport', 'minor', due(NOW - MINUTE)), cell('xx', 'cyber', 'minor', due(NOW - MINUTE))]);
    expect(overdueOf(flood, NOW)).toEqual([]);
  });
});

it('centres that never spoke are named apart, in the order that never moves', () => {
  const flood = picture([centre('ERCC', 'eu', null), centre('UA', 'observer', null), centre('PL'), centre('BG', 'national', null)], []);
  expect(neverHeard(flood).map(({ code }) => code)).toEqual(['BG', 'UA', 'ERCC']);
});
