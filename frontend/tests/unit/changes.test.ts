import { describe, expect, it } from 'vitest';
import type { Difference, Indicator, ReadingChange, SlotView } from '../../src/api/types.gen';
import { cellLines, endedLine, escalationLine, graveFirst, heardAgain, longestGrace, missedLines, readingLines, scopeOf, strictestOf } from '../../src/changes/told';
import { cell, escalation, iso, MINUTE, NOW, picture, reading, centre } from './pictures';

const SINCE = NOW - 8 * 60 * MINUTE;
const difference = (more: Partial<Difference> = {}): Difference => ({
  since: 'a', upto: 'b', since_at: iso(SINCE), upto_at: iso(NOW), crisis: null, cells: [], readings: [], centres: [], cycles: [], slots: [], silent: [],
  escalations: { new: [], closed: [], changed: [], gone: [] }, queries: { new: [], answered: [], withdrawn: [], gone: [] }, ...more,
});
const then = { as_of: iso(SINCE - MINUTE), valid_until: iso(SINCE + 60 * MINUTE) };

describe('what changed in the cells', () => {
  it('stands worst first; of two as bad, the one that fell further; silence after what is said', () => {
    const lines = cellLines([
      { centre: 'a', sector: 'shelter', from: cell('a', 'shelter', 'severe', { id: '1', ...then }), to: null },
      { centre: 'b', sector: 'shelter', from: cell('b', 'shelter', 'severe', { id: '2', ...then }), to: cell('b', 'shelter', 'minor', { id: '3' }) },
      { centre: 'c', sector: 'shelter', from: cell('c', 'shelter', 'moderate', { id: '4', ...then }), to: cell('c', 'shelter', 'extreme', { id: '5' }) },
      { centre: 'd', sector: 'shelter', from: cell('d', 'shelter', 'minor', { id: '6', ...then }), to: cell('d', 'shelter', 'extreme', { id: '7' }) },
    ], SINCE, NOW);
    expect(lines.map(({ centre, from, to }) => [centre, from, to])).toEqual([
      ['d', 'minor', 'extreme'], ['c', 'moderate', 'extreme'], ['b', 'severe', 'minor'], ['a', 'severe', 'no_report'],
    ]);
  });

  it('is judged at the time of each picture', () => {
    const was = cell('a', 'shelter', 'severe', { id: '1', as_of: iso(SINCE - 90 * MINUTE), valid_until: iso(SINCE - 30 * MINUTE) });
    const is = cell('a', 'shelter', 'minor', { id: '2', valid_until: iso(NOW - MINUTE) });
    expect(cellLines([{ centre: 'a', sector: 'shelter', from: was, to: is }], SINCE, NOW)[0]).toMatchObject({ from: 'stale', to: 'stale' });
  });

  it('is nothing where the same is still said', () => {
    const same = cell('a', 'shelter', 'severe', { id: '1' });
    const behind = { ...same, previous: { id: '0', nil: true, severity: 'unknown' as const, as_of: iso(SINCE) } };
    expect(cellLines([{ centre: 'a', sector: 'shelter', from: behind, to: same }], SINCE, NOW)).toEqual([]);
  });
});

describe('escalations', () => {
  it('stand by level, then by having nobody, then by age', () => {
    const of = (title: string, more: object) => ({ ...escalation('be', 'pl', 'pl'), title, ...more });
    const all = [of('owned', {}), of('old', { raised_at: iso(NOW - MINUTE) }), of('nobody', { owner: null }), of('top', { level: 'political' })];
    expect([...all].sort(graveFirst).map(({ title }) => title)).toEqual(['top', 'nobody', 'old', 'owned']);
  });

  it('tell what was done since, and no more', () => {
    const step = (at: number) => ({ step: 'start' as const, at: iso(at), by: { centre: 'pl', role: 'duty_officer' as const, position: '' }, note: null, assignee: null, until: null, answer: null });
    const [early, late] = [step(SINCE - MINUTE), step(NOW)];
    const from = { ...escalation('be', 'pl', null), steps: [early] };
    const to = { ...from, steps: [early, late] };
    expect(escalationLine(from, to).steps).toEqual([late]);
    expect(escalationLine(null, to).steps).toEqual([early, late]);
    expect(endedLine(to, SINCE).steps).toEqual([late]);
  });
});

describe('figures', () => {
  const indicator = (id: string, direction: Indicator['direction']): [string, Indicator] =>
    [id, { id, name: { en: id }, definition: { en: id }, unit: 'persons', measure: 'stock', aggregation: 'sum', direction, decimals: false }];
  const known = new Map([indicator('waiting', 'higher_is_worse'), indicator('places', 'higher_is_better'), indicator('calls', 'neutral')]);
  const change = (id: string, from: number | null, to: number): ReadingChange =>
    ({ centre: 'be', indicator: id, from: from === null ? null : reading('be', id, from), to: reading('be', id, to), difference: from === null ? null : to - from });

  it('stand the worse first, the greater change of its own first', () => {
    const lines = readingLines([change('places', 10, 30), change('calls', 1, 900), change('waiting', 100, 110), change('places', 300, 41), change('places', null, 5)], known);
    expect(lines.map(({ indicator, difference, worse }) => [indicator, difference, worse])).toEqual([
      ['places', -259, true], ['waiting', 10, true], ['calls', 899, null], ['places', null, null], ['places', 20, false],
    ]);
    expect(lines[0]?.unit).toBe('persons');
  });
});

describe('silence', () => {
  it('is over for a centre of which nothing held then and something does now', () => {
    const spent = cell('ro', 'shelter', 'minor', { as_of: iso(SINCE - 90 * MINUTE), valid_until: iso(SINCE - MINUTE) });
    const lasting = cell('md', 'shelter', 'minor', { as_of: iso(SINCE - MINUTE), valid_until: iso(NOW + MINUTE) });
    const cells = [cell('pl', 'shelter', 'minor'), cell('ro', 'cyber', 'minor'), spent, cell('md', 'cyber', 'minor'), lasting];
    const changed = [cells[0], cells[1], cells[3]].flatMap((to) => (to ? [{ centre: to.centre, sector: to.sector, from: null, to }] : []));
    expect(heardAgain(difference({ cells: changed }), cells)).toEqual(['pl', 'ro']);
  });

  it('in a slot counts where its grace ended after the old picture', () => {
    const cycles = [{ id: 'c', grace_minutes: 30 }];
    const slot = (due: number, state: SlotView['state'] = 'missed'): SlotView => ({ cycle: 'c', centre: 'be', due_at: iso(due), state, filled_at: null, update: null, reason: null });
    const slots = [slot(SINCE - 31 * MINUTE), slot(SINCE - 29 * MINUTE), slot(SINCE + MINUTE), slot(SINCE + 2 * MINUTE, 'late')];
    expect(missedLines(slots, cycles, SINCE).map(({ due_at }) => due_at)).toEqual([iso(SINCE + MINUTE), iso(SINCE - 29 * MINUTE)]);
    expect(longestGrace(cycles)).toBe(30 * MINUTE);
    expect(longestGrace([])).toBe(0);
  });
});

it('the scope tells who came and who went; a new crisis brings all of its own', () => {
  const [old, now] = [picture([centre('PL'), centre('RO')], []).crisis, picture([centre('RO'), centre('MD')], []).crisis];
  expect(scopeOf({ from: old, to: now }, 'centres')).toEqual({ joined: ['md'], left: ['pl'] });
  expect(scopeOf({ from: null, to: now }, 'centres')).toEqual({ joined: ['ro', 'md'], left: [] });
  expect(scopeOf(null, 'sectors')).toEqual({ joined: [], left: [] });
});

it('the label is the strictest of all that is shown, of then and of now', () => {
  expect(strictestOf(difference())).toBe('clear');
  const cells = [{ centre: 'a', sector: 's', from: cell('a', 's', 'minor', { tlp: 'amber_strict' }), to: cell('a', 's', 'minor') }];
  expect(strictestOf(difference({ cells }))).toBe('amber_strict');
  const raised = { ...escalation('be', 'pl', null), tlp: 'red' as const };
  expect(strictestOf(difference({ cells, escalations: { new: [raised], closed: [], changed: [], gone: [] } }))).toBe('red');
});
