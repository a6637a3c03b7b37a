import { describe, expect, test } from 'vitest';
import type { CycleView, DueView, EscalationView, SlotView, SlotsView } from '../../src/api/types.gen';
import { bodyOf, enteredOf, excusable, gridOf, inRhythm, pastGrid } from '../../src/coordination/rhythm';
import { storyOf } from '../../src/coordination/story';
import { attentionOf, countOf } from '../../src/desk/attention';
import { dutiesOf, isOpenTo, pressing, sectorFor } from '../../src/desk/duty';
import { isRisen, refusalOf } from '../../src/picture/clocks';
import type { Picture } from '../../src/picture/picture';
import { owingWords, tallyWords } from '../../src/wall/rounds';
import { cell, centre, escalation, iso, MINUTE, NOW, picture as pictureOf } from './pictures';

const HOUR = 60 * MINUTE;
const CENTRES = ['be', 'bg'];
const due = (hours: number, centres = CENTRES): DueView => ({ soon_at: iso(NOW + hours * HOUR - HOUR), due_at: iso(NOW + hours * HOUR), grace_until: iso(NOW + hours * HOUR + 30 * MINUTE), centres });
const by = { centre: 'ercc', role: 'coordinator' as const, position: 'Desk' };
const cycle = (id: string, hours: number[], more: Partial<CycleView> = {}): CycleView => ({
  id, name: id, sectors: ['shelter', 'cyber'], centres: CENTRES, starts_at: iso(NOW), rrule: 'FREQ=HOURLY;INTERVAL=4', grace_minutes: 30,
  cutoff_minutes: null, reminder_minutes: [15, 60], ended: null, due: hours.map((hour) => due(hour)), ...more,
});
function among(cycles: CycleView[], slots: SlotsView[] = [], cells = [cell('be', 'cyber', 'minor')]): Picture {
  return {
    ...pictureOf([centre('BG'), centre('BE')], cells),
    cycles: new Map(cycles.map((one) => [one.id, one])), slots: new Map(slots.map((row) => [`${row.cycle}/${row.centre}`, row])),
  };
}
const filled = (cycle: string, who: string, hours: number, nil = false): SlotsView => ({
  cycle, centre: who, filled: [{ due_at: due(hours).due_at, filled_at: iso(NOW + hours * HOUR - MINUTE), nil, update: 'u1' }], excused: [],
});

describe('what a centre owes', () => {
  const picture = among([cycle('a', [-8, -4, -0.1, 0.5, 4, 8]), cycle('b', [2], { due: [due(2, ['bg'])] })], [filled('a', 'be', -4)]);

  test('is what is due first first, of its own rounds only; what was stands apart, the newest first', () => {
    const { ahead, past } = dutiesOf(picture, 'be', NOW);
    expect(ahead.map(({ due, slot }) => [(Date.parse(due.due_at) - NOW) / HOUR, slot.state])).toEqual([[-0.1, 'overdue'], [0.5, 'due_soon'], [4, 'open']]);
    expect(past.map(({ due, slot }) => [(Date.parse(due.due_at) - NOW) / HOUR, slot.state])).toEqual([[-4, 'submitted'], [-8, 'missed']]);
    expect(past.map(isOpenTo)).toEqual([false, false]);
  });

  test('counts among what needs the centre from when it is due soon', () => {
    const attention = attentionOf(picture, 'be', NOW);
    expect(attention.slots).toEqual(pressing(dutiesOf(picture, 'be', NOW)));
    expect(attention.slots).toHaveLength(2);
    expect(countOf(attention) - countOf({ ...attention, slots: [] })).toBe(2);
  });

  test('of an ended cycle is only what was', () => {
    const ended = cycle('a', [-4], { ended: { reason: 'Over', at: iso(NOW), by } });
    expect(dutiesOf(among([ended]), 'be', NOW)).toMatchObject({ ahead: [], past: [{ slot: { state: 'missed' } }] });
  });

  test('is written of the sector that was spoken of longest ago', () => {
    expect(sectorFor(picture, 'be', cycle('a', []), NOW)).toBe('shelter');
    expect(sectorFor(picture, 'be', cycle('a', [], { sectors: ['cyber'] }), NOW)).toBe('cyber');
    const both = among([], [], [cell('be', 'shelter', 'minor', { recorded_at: iso(NOW - MINUTE) }), cell('be', 'cyber', 'minor', { recorded_at: iso(NOW - HOUR) })]);
    expect(sectorFor(both, 'be', cycle('a', []), NOW)).toBe('cyber');
  });
});

describe('the grid', () => {
  test('shows the two rounds before now and three after, centre by centre', () => {
    const picture = among([cycle('a', [-12, -8, -4, 4, 8, 12, 16])], [filled('a', 'bg', 4, true)]);
    const grid = gridOf(picture, picture.cycles.get('a')!, NOW);
    expect(grid.due.map((at) => (Date.parse(at) - NOW) / HOUR)).toEqual([-8, -4, 4, 8, 12]);
    expect(grid.rows.map(({ centre, cells }) => [centre, ...cells.map((one) => one?.state)])).toEqual([
      ['be', 'missed', 'missed', 'open', 'open', 'open'], ['bg', 'missed', 'missed', 'nil', 'open', 'open'],
    ]);
    const over = among([cycle('a', [-12, -8, -4])]);
    expect(gridOf(over, over.cycles.get('a')!, NOW).due).toHaveLength(2);
  });

  test('has holes where a centre was not asked, and keeps centres that have left', () => {
    const slot = (who: string, hours: number): SlotView => ({ cycle: 'a', centre: who, due_at: due(hours).due_at, state: 'missed', filled_at: null, update: null, reason: null });
    const grid = pastGrid(among([]), [slot('zz', -2), slot('be', -2), slot('be', -6)]);
    expect(grid.rows).toMatchObject([{ centre: 'be', cells: [{ state: 'missed' }, { state: 'missed' }] }, { centre: 'zz', cells: [null, { state: 'missed' }] }]);
  });

  test('offers an excuse only where one still says something', () => {
    expect((['open', 'due_soon', 'overdue', 'submitted', 'nil', 'late', 'missed', 'excused'] as const).filter(excusable)).toEqual(['open', 'due_soon', 'overdue', 'missed']);
  });
});

describe('a cycle as a form', () => {
  test('is sent as it was set', () => {
    const { name, sectors, centres, starts_at, rrule, grace_minutes, reminder_minutes } = cycle('a', []);
    expect(bodyOf(enteredOf(cycle('a', [])))).toEqual({ name, sectors, centres, starts_at, rrule, grace_minutes, cutoff_minutes: undefined, reminder_minutes: [...reminder_minutes].reverse() });
  });

  test('goes with what is no number as it was typed, for the server to name', () => {
    const typed = { ...enteredOf(cycle('a', [], { cutoff_minutes: 90 })), grace: 'half', reminders: '60; soon', name: ' ' };
    expect(bodyOf(typed)).toMatchObject({ name: undefined, grace_minutes: 'half', cutoff_minutes: 90, reminder_minutes: [60, 'soon'] });
  });

  test('stands below those that run once it has ended', () => {
    const ended = { ended: { reason: 'Over', at: iso(NOW), by } };
    expect(inRhythm(among([cycle('a', []), cycle('b', [], ended), cycle('c', [])])).map(({ id }) => id)).toEqual(['c', 'a', 'b']);
  });
});

test('a wall counts in the words of the issue, and names no centre twice nor too many', () => {
  const tally = { of: 30, submitted: 21, nil: 4, late: 0, excused: 0, overdue: [], missed: [] };
  expect(tallyWords(tally)).toBe('submitted 21/30, nil 4');
  expect(tallyWords({ ...tally, late: 1, excused: 2 })).toBe('submitted 21/30, nil 4, late 1, excused 2');
  expect(owingWords({ overdue: ['mt', 'bg'], missed: [] }, (id) => id.toUpperCase())).toBe('overdue 2 (BG, MT)');
  expect(owingWords({ overdue: ['mt'], missed: ['bg', 'bg'] }, (id) => id)).toBe('overdue 1 (mt), missed 2 (bg)');
  expect(owingWords({ overdue: [], missed: ['i', 'h', 'g', 'f', 'e', 'd', 'c', 'b', 'a'] }, (id) => id)).toBe('missed 9 (a, b, c, d, e, f +3)');
  expect(owingWords({ overdue: [], missed: [] }, (id) => id)).toBe('');
});

describe('the clocks of an escalation', () => {
  const lapse = (which: 'ack' | 'start' | 'resolve', level: EscalationView['level'], minutes: number) => ({ which, level, due: iso(NOW + minutes * MINUTE), at: iso(NOW + minutes * MINUTE + 400) });
  const asked = escalation('BE', 'DE', null);

  test('raised it, unless the level was changed since or there was none above', () => {
    const first = lapse('ack', 'political', 0);
    expect(isRisen({ lapses: [first], level: 'political', ack_due: iso(NOW + 15 * MINUTE) })).toBe(true);
    expect(isRisen({ lapses: [first, lapse('ack', 'political', 15)], level: 'political', ack_due: iso(NOW + 15 * MINUTE) })).toBe(true);
    expect(isRisen({ lapses: [first], level: 'political', ack_due: first.due }), 'it was at the top already').toBe(false);
    expect(isRisen({ lapses: [first], level: 'coordination', ack_due: null })).toBe(false);
    expect(isRisen({ lapses: [lapse('resolve', 'political', 0)], level: 'political', ack_due: null })).toBe(false);
  });

  test('a centre that cannot says why, until another has it', () => {
    expect(refusalOf(asked)).toBeNull();
    expect(refusalOf({ answer: { answer: 'cannot', until: null, note: 'No boats left' } })).toBe('No boats left');
    expect(refusalOf({ answer: { answer: 'will_do', until: iso(NOW), note: null } })).toBeNull();
  });

  test('stand among the steps where they ran out', () => {
    const step = { step: 'acknowledge' as const, at: iso(NOW + 10 * MINUTE), by, note: null, assignee: null, until: null, answer: 'will_do' as const };
    const story = storyOf({ steps: [step], lapses: [lapse('ack', 'political', 0), lapse('start', 'political', 60)] });
    expect(story.map(({ step, lapse }) => step?.step ?? lapse?.which)).toEqual(['ack', 'acknowledge', 'start']);
  });
});
