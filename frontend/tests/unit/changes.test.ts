import { describe, expect, it } from 'vitest';
import type { CycleView, Difference, Indicator, ReadingChange, SlotView } from '../../src/api/types.gen';
import { cellLines, cycleDeeds, endedLine, escalationLine, excusedIn, graveFirst, handedOverIn, heardAgain, missedLines, readingLines, scopeOf, strictestOf } from '../../src/changes/told';
import { cell, escalation, iso, MINUTE, NOW, picture, reading, centre } from './pictures';

const SINCE = NOW - 8 * 60 * MINUTE;
const difference = (more: Partial<Difference> = {}): Difference => ({
  since: 'a', upto: 'b', since_at: iso(SINCE), upto_at: iso(NOW), crisis: null, cells: [], readings: [], centres: [], cycles: [], slots: [], missed: [], silent: [],
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

  it('tell what is new where the oldest fell off, as many as there are', () => {
    const step = (at: number) => ({ step: 'snooze' as const, at: iso(at), by: { centre: 'pl', role: 'duty_officer' as const, position: '' }, note: null, assignee: null, until: null, answer: null });
    const lapse = (at: number) => ({ which: 'ack' as const, due: iso(at), at: iso(at), level: 'watch' as const });
    const kept = <T>(one: (at: number) => T, first: number): T[] => Array.from({ length: 100 }, (_, index) => one(SINCE + (first + index) * MINUTE));
    const from = { ...escalation('be', 'pl', null), steps: kept(step, 0), lapses: kept(lapse, 0) };
    const line = escalationLine(from, { ...from, steps: kept(step, 2), lapses: kept(lapse, 1) });
    expect(line.steps).toEqual([step(SINCE + 100 * MINUTE), step(SINCE + 101 * MINUTE)]);
    expect(line.lapses).toEqual([lapse(SINCE + 100 * MINUTE)]);
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
});

it('reports that were missed stand newest first', () => {
  const slot = (centre: string, due: number): SlotView => ({ cycle: 'c', centre, due_at: iso(due), state: 'missed', filled_at: null, update: null, reason: null });
  const told = missedLines([slot('be', SINCE), slot('pl', NOW), slot('fr', NOW)]);
  expect(told.map(({ centre }) => centre)).toEqual(['fr', 'pl', 'be']);
});

it('the scope tells who came and who went; a new crisis brings all of its own', () => {
  const [old, now] = [picture([centre('PL'), centre('RO')], []).crisis, picture([centre('RO'), centre('MD')], []).crisis];
  expect(scopeOf({ from: old, to: now }, 'centres')).toEqual({ joined: ['md'], left: ['pl'] });
  expect(scopeOf({ from: null, to: now }, 'centres')).toEqual({ joined: ['ro', 'md'], left: [] });
  expect(scopeOf(null, 'sectors')).toEqual({ joined: [], left: [] });
});

describe('the label', () => {
  const beside = { heard: [], cells: [] };
  const cycle = { id: 'c', name: 'c', sectors: [], centres: [], starts_at: iso(SINCE), rrule: '', grace_minutes: 5, cutoff_minutes: null, reminder_minutes: [], ended: null, due: [] };
  const slot: SlotView = { cycle: 'c', centre: 'a', due_at: iso(NOW), state: 'missed', filled_at: null, update: null, reason: null };

  it('is the strictest of all that is shown, of then and of now', () => {
    expect(strictestOf(difference(), beside)).toBe('clear');
    const cells = [{ centre: 'a', sector: 's', from: cell('a', 's', 'minor', { tlp: 'amber_strict' }), to: cell('a', 's', 'minor') }];
    expect(strictestOf(difference({ cells }), beside)).toBe('amber_strict');
    const raised = { ...escalation('be', 'pl', null), tlp: 'red' as const };
    expect(strictestOf(difference({ cells, escalations: { new: [raised], closed: [], changed: [], gone: [] } }), beside)).toBe('red');
  });

  it('is never milder than green over what is owed', () => {
    expect(strictestOf(difference({ missed: [slot] }), beside)).toBe('green');
    expect(strictestOf(difference({ cycles: [{ cycle: 'c', from: null, to: cycle }] }), beside)).toBe('green');
    expect(strictestOf(difference({ slots: [{ cycle: 'c', centre: 'a', from: null, to: null }] }), beside)).toBe('green');
  });

  it('is that of the cells of centres that fell silent or were heard, and of no others', () => {
    const cells = [cell('a', 's', 'minor', { tlp: 'amber' }), cell('b', 's', 'minor', { tlp: 'amber_strict' }), cell('d', 's', 'minor', { tlp: 'red' })];
    expect(strictestOf(difference(), { ...beside, cells })).toBe('clear');
    expect(strictestOf(difference({ silent: ['a'] }), { ...beside, cells })).toBe('amber');
    expect(strictestOf(difference({ silent: ['a'] }), { ...beside, heard: ['b'], cells })).toBe('amber_strict');
  });
});

describe('what was done to the rhythm', () => {
  const cycle = (more: Partial<CycleView> = {}): CycleView => ({
    id: 'c', name: 'Situation report', sectors: ['shelter'], centres: ['be', 'pl'], starts_at: iso(SINCE), rrule: 'FREQ=HOURLY', grace_minutes: 30, cutoff_minutes: null,
    reminder_minutes: [], ended: null, due: [], ...more,
  });
  const ended = { at: iso(NOW), by: { centre: 'pl', role: 'coordinator' as const, position: '' }, reason: 'Over' };
  const due = [{ soon_at: iso(NOW), due_at: iso(NOW), grace_until: iso(NOW), centres: ['be'] }];

  it('is told deed by deed; that time went on is none', () => {
    expect(cycleDeeds({ cycle: 'c', from: null, to: cycle() })).toEqual(['set']);
    expect(cycleDeeds({ cycle: 'c', from: null, to: cycle({ ended }) })).toEqual(['set', 'ended']);
    expect(cycleDeeds({ cycle: 'c', from: cycle(), to: cycle({ due }) })).toEqual([]);
    expect(cycleDeeds({ cycle: 'c', from: cycle({ due }), to: cycle({ grace_minutes: 15 }) })).toEqual(['changed']);
    expect(cycleDeeds({ cycle: 'c', from: cycle(), to: cycle({ centres: ['be'], ended }) })).toEqual(['changed', 'ended']);
    expect(cycleDeeds({ cycle: 'c', from: cycle({ ended }), to: cycle({ ended, due }) })).toEqual([]);
  });

  it('names who was excused since, and not who was before', () => {
    const excuse = (due: number, reason: string) => ({ due_at: iso(due), reason, at: iso(SINCE), by: { centre: 'pl', role: 'coordinator' as const, position: '' } });
    const row = (...excused: ReturnType<typeof excuse>[]) => ({ cycle: 'c', centre: 'be', filled: [], excused });
    const [first, next] = [excuse(NOW, 'Moves'), excuse(NOW + MINUTE, 'Moves still')];
    expect(excusedIn([{ cycle: 'c', centre: 'pl', from: null, to: row(next) }, { cycle: 'c', centre: 'be', from: row(first), to: row(first, next) }, { cycle: 'c', centre: 'fr', from: row(first), to: null }])).toEqual([
      { centre: 'be', due_at: next.due_at, reason: 'Moves still' }, { centre: 'pl', due_at: next.due_at, reason: 'Moves still' },
    ]);
  });
});

describe('a shift that was handed over', () => {
  it('is one that was signed for since, and is for the community to know', () => {
    const at = (last_handover: string | null) => ({ ...centre('be'), last_handover });
    const heard = { centre: 'fr', from: at(iso(SINCE)), to: at(iso(SINCE)) };
    const signed = { centre: 'be', from: at(null), to: at(iso(NOW)) };
    expect(handedOverIn([heard, signed, { centre: 'pl', from: at(null), to: at(null) }, { centre: 'nl', from: at(iso(NOW)), to: null }])).toEqual(['be']);
    const nothing = { heard: [], cells: [] };
    expect(strictestOf(difference({ centres: [heard] }), nothing)).toBe('clear');
    expect(strictestOf(difference({ centres: [signed] }), nothing)).toBe('green');
  });
});
