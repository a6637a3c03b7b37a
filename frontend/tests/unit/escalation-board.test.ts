import { describe, expect, it } from 'vitest';
import { boardOf, partsOf, sectorNow } from '../../src/picture/board';
import { cellOf, MARKED_MS, worstOf } from '../../src/picture/select';
import { cell, centre, escalation, iso, MINUTE, NOW, picture } from './pictures';

const centres = [centre('PL'), centre('ERCC', 'eu'), centre('UA', 'observer'), centre('BE'), centre('NO')];
const flood = picture(centres, [cell('pl', 'shelter', 'severe'), cell('pl', 'cyber', 'minor'), cell('be', 'cyber', 'extreme', { valid_until: iso(NOW - 1) })]);

describe('the rows of a wall', () => {
  it('stand in the order that never moves, each with the worst of what it says now', () => {
    const rows = boardOf([], flood, NOW);
    expect(rows.map(({ centre }) => centre.code)).toEqual(['BE', 'PL', 'NO', 'UA', 'ERCC']);
    expect(rows.map(({ worst }) => worst)).toEqual(['stale', 'severe', 'no_report', 'no_report', 'no_report']);
    expect(rows.map(({ silent }) => silent)).toEqual([true, false, true, true, true]);
  });

  it('stay the same objects while nothing of them changes', () => {
    const rows = boardOf([], flood, NOW);
    expect(boardOf(rows, flood, NOW + 1000)).toBe(rows);
    const changed = { ...flood, cells: new Map(flood.cells).set('pl/cyber', cell('pl', 'cyber', 'extreme')) };
    const next = boardOf(rows, changed, NOW + 1000);
    expect(next[1]?.worst).toBe('extreme');
    expect(next[1]?.cells[0]).toBe(rows[1]?.cells[0]);
    expect(next[0]).toBe(rows[0]);
  });

  it('agree with cells derived afresh at every turn, forwards and back', () => {
    let rows = boardOf([], flood, NOW);
    for (const minutes of [0, 1, 4, 5, 20, 36, 49, 50, 80, 109, 110, 200, 3]) {
      const now = NOW + minutes * MINUTE;
      rows = boardOf(rows, flood, now);
      for (const seen of rows.flatMap(({ cells }) => cells)) {
        const afresh = cellOf(flood, seen.centre, seen.sector, now);
        expect({ ...afresh, from: 0, until: 0 }, `${seen.centre}/${seen.sector} after ${minutes} min`).toEqual({ ...seen, from: 0, until: 0 });
      }
    }
  });

  it('are marked for five minutes', () => {
    const said = picture([centre('PL')], [cell('pl', 'cyber', 'minor', { recorded_at: iso(NOW) })]);
    const rows = boardOf([], said, NOW);
    expect(rows[0]?.marked).toBe(true);
    expect(boardOf(rows, said, NOW + MARKED_MS - 1)[0]?.marked).toBe(true);
    expect(boardOf(rows, said, NOW + MARKED_MS)[0]?.marked).toBe(false);
  });

  it('give each sector its worst and how many centres are affected', () => {
    const rows = boardOf([], flood, NOW);
    expect(sectorNow(rows, 0)).toEqual({ worst: 'severe', affected: 1, worsening: 0, improving: 0 });
    expect(sectorNow(rows, 1)).toEqual({ worst: 'minor', affected: 0, worsening: 0, improving: 0 });
  });

  it('give each sector its trend: how many centres say that it goes somewhere, while what they say holds', () => {
    const going = picture(centres, [
      cell('pl', 'cyber', 'minor', { outlook: 'worsening' }), cell('ua', 'cyber', 'severe', { outlook: 'worsening' }),
      cell('no', 'cyber', 'moderate', { outlook: 'improving' }), cell('ercc', 'cyber', 'minor', { outlook: 'unknown' }),
      cell('be', 'cyber', 'extreme', { outlook: 'worsening', valid_until: iso(NOW - 1) }), cell('pl', 'shelter', 'minor', { outlook: 'improving' }),
    ]);
    expect(sectorNow(boardOf([], going, NOW), 1)).toEqual({ worst: 'severe', affected: 2, worsening: 2, improving: 1 });
  });
});

it('silence never outweighs what is said, and staleness never looks like silence from the start', () => {
  const status = (...statuses: Parameters<typeof worstOf>[0][number]['status'][]) => worstOf(statuses.map((status) => ({ status })));
  expect(status('nil', 'stale', 'no_report')).toBe('nil');
  expect(status('no_report', 'stale')).toBe('stale');
  expect(status('moderate', 'unknown', 'minor')).toBe('moderate');
  expect(status('unknown', 'minor')).toBe('unknown');
  expect(status()).toBe('no_report');
});

it('both sides of an open escalation are marked, loudest while nobody has it', () => {
  const parts = partsOf([escalation('md', 'ercc', null), escalation('pl', 'ercc', 'ercc'), escalation('pl', 'de', 'de')]);
  expect([...parts].sort()).toEqual([['de', 'owned'], ['ercc', 'nobody'], ['md', 'nobody'], ['pl', 'owned']]);
});
