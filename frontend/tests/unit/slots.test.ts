import { describe, expect, test } from 'vitest';
import cases from '../../../tests/fixtures/slots.json';
import type { CycleView, SlotsView } from '../../src/api/types.gen';
import { begin } from '../../src/picture/picture';
import { rhythmOf, roundsAround, slotsOf, slotState, tallyOf } from '../../src/picture/slots';
import { snapshot } from './given';

test('there are cases to hold', () => {
  expect(cases.length).toBeGreaterThanOrEqual(16);
});

test.each(cases)('due at $due_at, filled at $filled_at, it is $state at $now', ({ filled_at, nil, excused, now, state, ...times }) => {
  expect(slotState(times, filled_at === null ? null : { filled_at, nil }, excused, Date.parse(now))).toBe(state);
});

const CENTRES = ['be-nccn', 'bg-ncc', 'fr-ncc', 'mt-ncc', 'nl-ncc'];
const due = (hour: number) => ({
  soon_at: `2026-03-29T${hour - 1}:00:00Z`, due_at: `2026-03-29T${hour}:00:00Z`, grace_until: `2026-03-29T${hour}:30:00Z`, centres: CENTRES,
});
const cycle = (id: string, ended: CycleView['ended'], ...hours: number[]): CycleView => ({
  id, name: 'Situation report', sectors: ['cyber'], centres: CENTRES, starts_at: '2026-03-29T00:00:00Z', rrule: 'FREQ=HOURLY;INTERVAL=4',
  grace_minutes: 30, cutoff_minutes: null, reminder_minutes: [60], ended, due: hours.map(due),
});
const filled = (centre: string, hour: number, filled_at: string, nil = false): SlotsView => ({
  cycle: 'c1', centre, filled: [{ due_at: due(hour).due_at, filled_at, nil, update: centre }], excused: [],
});
const by = { centre: 'eu-ercc', role: 'coordinator' as const, position: 'Coordination' };

describe('a round', () => {
  const slots = [
    filled('be-nccn', 14, '2026-03-29T13:00:00Z'),
    filled('nl-ncc', 14, '2026-03-29T13:10:00Z', true),
    filled('fr-ncc', 14, '2026-03-29T14:10:00Z'),
    filled('mt-ncc', 18, '2026-03-29T15:00:00Z'),
  ];
  const picture = begin(snapshot('p1', { cycles: [cycle('c1', null, 14, 18)], slots }));
  const running = picture.cycles.get('c1')!;

  test('says who reported, who was late and who owes it', () => {
    const told = tallyOf(slotsOf(picture, running, running.due[0]!, Date.parse('2026-03-29T14:20:00Z')));
    expect(told).toEqual({ of: 5, submitted: 1, nil: 1, late: 1, excused: 0, overdue: ['bg-ncc', 'mt-ncc'], missed: [] });
  });

  test('that is to come is owed by nobody yet, and one that reported already has', () => {
    const told = tallyOf(slotsOf(picture, running, running.due[1]!, Date.parse('2026-03-29T17:30:00Z')));
    expect(told).toEqual({ of: 5, submitted: 1, nil: 0, late: 0, excused: 0, overdue: [], missed: [] });
  });

  test('knows who is excused, and why', () => {
    const row: SlotsView = { cycle: 'c1', centre: 'bg-ncc', filled: [], excused: [{ due_at: due(14).due_at, reason: 'Evacuated', at: due(14).soon_at, by }] };
    const excused = begin(snapshot('p1', { cycles: [running], slots: [row] }));
    const [, bg] = slotsOf(excused, running, running.due[0]!, Date.parse('2026-03-29T20:00:00Z'));
    expect(bg).toMatchObject({ centre: 'bg-ncc', state: 'excused', reason: 'Evacuated' });
  });
});

describe('the rhythm of a crisis', () => {
  const now = Date.parse('2026-03-29T14:00:01Z');

  test('counts down to the first due time of all cycles that run', () => {
    const ended = { reason: 'Over', at: due(12).due_at, by };
    const picture = begin(snapshot('p1', { cycles: [cycle('a', null, 14, 18), cycle('b', null, 16), cycle('c', ended, 15)] }));
    expect(rhythmOf(picture, now)?.next).toMatchObject({ cycle: { id: 'b' }, due: { due_at: due(16).due_at }, leftMs: 2 * 3_600_000 - 1_000 });
    expect(rhythmOf(begin(snapshot('p1')), now)).toBeNull();
    expect(rhythmOf(begin(snapshot('p1', { cycles: [cycle('c', ended, 15)] })), now)).toBeNull();
  });

  test('watches a round through its grace, one that was missed until the next is due soon, and names who owes', () => {
    const slots = CENTRES.filter((id) => id !== 'mt-ncc').map((id) => filled(id, 14, '2026-03-29T13:00:00Z'));
    const told = (at: string, rows = slots) => {
      const rhythm = rhythmOf(begin(snapshot('p1', { cycles: [cycle('c1', null, 14, 18)], slots: rows })), Date.parse(at));
      return [rhythm?.due.due_at, rhythm?.tally.submitted, rhythm?.overdue, rhythm?.missed];
    };
    expect(told('2026-03-29T13:59:00Z')).toEqual([due(14).due_at, 4, [], []]);
    expect(told('2026-03-29T14:10:00Z')).toEqual([due(14).due_at, 4, ['mt-ncc'], []]);
    expect(told('2026-03-29T15:00:00Z')).toEqual([due(14).due_at, 4, [], ['mt-ncc']]);
    expect(told('2026-03-29T17:30:00Z'), 'still named').toEqual([due(18).due_at, 0, [], ['mt-ncc']]);
    const all = [...slots, filled('mt-ncc', 14, '2026-03-29T13:30:00Z')];
    expect(told('2026-03-29T15:00:00Z', all), 'nobody owes it').toEqual([due(18).due_at, 0, [], []]);
  });

  test('names who owes a round of any cycle, and goes on where a rule has run out', () => {
    const picture = begin(snapshot('p1', { cycles: [{ ...cycle('a', null, 10), centres: ['bg-ncc'], due: [{ ...due(10), centres: ['bg-ncc'] }] }, cycle('b', null, 14, 18)] }));
    const told = rhythmOf(picture, now);
    expect([told?.missed, told?.overdue.length]).toEqual([['bg-ncc'], 5]);
    const run = rhythmOf(begin(snapshot('p1', { cycles: [cycle('a', null, 10)] })), now);
    expect([run?.next, run?.due.due_at]).toEqual([null, due(10).due_at]);
  });

  test('stands beside the last, until the last of all has passed', () => {
    const around = (at: string) => {
      const { last, next } = roundsAround(cycle('a', null, 14, 18), Date.parse(at));
      return [last?.due.due_at ?? null, next?.due.due_at ?? null];
    };
    expect(around('2026-03-29T10:00:00Z')).toEqual([null, due(14).due_at]);
    expect(around('2026-03-29T14:00:00Z')).toEqual([null, due(14).due_at]);
    expect(around('2026-03-29T14:00:01Z')).toEqual([due(14).due_at, due(18).due_at]);
    expect(around('2026-03-29T19:00:00Z')).toEqual([due(18).due_at, null]);
  });
});
