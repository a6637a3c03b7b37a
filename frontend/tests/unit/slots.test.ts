import { describe, expect, test } from 'vitest';
import cases from '../../../tests/fixtures/slots.json';
import type { CycleView, SlotsView } from '../../src/api/types.gen';
import { begin } from '../../src/picture/picture';
import { nextDeadline, roundsAround, slotsOf, slotState, tallyOf } from '../../src/picture/slots';
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
    expect(told).toEqual({ of: 5, submitted: 1, nil: 1, late: 1, excused: 0, owing: ['bg-ncc', 'mt-ncc'] });
  });

  test('that is to come is owed by nobody yet, and one that reported already has', () => {
    const told = tallyOf(slotsOf(picture, running, running.due[1]!, Date.parse('2026-03-29T17:30:00Z')));
    expect(told).toEqual({ of: 5, submitted: 1, nil: 0, late: 0, excused: 0, owing: [] });
  });

  test('knows who is excused, and why', () => {
    const row: SlotsView = { cycle: 'c1', centre: 'bg-ncc', filled: [], excused: [{ due_at: due(14).due_at, reason: 'Evacuated', at: due(14).soon_at, by }] };
    const excused = begin(snapshot('p1', { cycles: [running], slots: [row] }));
    const [, bg] = slotsOf(excused, running, running.due[0]!, Date.parse('2026-03-29T20:00:00Z'));
    expect(bg).toMatchObject({ centre: 'bg-ncc', state: 'excused', reason: 'Evacuated' });
  });
});

describe('the next deadline', () => {
  const now = Date.parse('2026-03-29T14:00:01Z');

  test('is the first of all cycles that run', () => {
    const ended = { reason: 'Over', at: due(12).due_at, by };
    const picture = begin(snapshot('p1', { cycles: [cycle('a', null, 14, 18), cycle('b', null, 16), cycle('c', ended, 15)] }));
    expect(nextDeadline(picture, now)).toMatchObject({ cycle: { id: 'b' }, due: { due_at: due(16).due_at }, leftMs: 2 * 3_600_000 - 1_000 });
    expect(nextDeadline(begin(snapshot('p1')), now)).toBeNull();
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
