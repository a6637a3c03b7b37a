/** Which shift is handed over next, what waits for a signature, and a handover as its form holds it. */
import { describe, expect, test } from 'vitest';
import type { HandoverView, ShiftView, SlotView } from '../../src/api/types.gen';
import { blankOffer, bodyOf, clockOf, faultsOf, isWritten, labelOf, nextShift, owedIn, shiftFaults, waitingOf } from '../../src/handover/shift';
import { escalation, iso, MINUTE, NOW } from './pictures';

const HOUR = 60 * MINUTE;
const by = { centre: 'be', role: 'duty_officer' as const, position: 'Desk' };
/** A handover of a shift between hours from now; newest first, as the server tells them. */
function handover(from: number, to: number, signed: boolean, id = `${from}`): HandoverView {
  return {
    id, position: id, centre: 'be', shift: { from: iso(NOW + from * HOUR), to: iso(NOW + to * HOUR) }, state: signed ? 'signed' : 'offered', notes: 'Calm', watch_items: [],
    staffing: null, questions: null, offered_at: iso(NOW + to * HOUR), offered_by: by, own: false, signed: signed ? { at: iso(NOW + to * HOUR), by, note: null } : null,
  };
}
const hours = ({ from, to }: { from: number; to: number }): [number, number] => [(from - NOW) / HOUR, (to - NOW) / HOUR];

describe('the shift that is handed over next', () => {
  test('begins where the last signed one ended, and ends as planned where that is near', () => {
    expect(hours(nextShift([handover(-15, -7, true)], NOW))).toEqual([-7, 1]);
    expect(hours(nextShift([handover(-17, -9, true)], NOW))).toEqual([-9, -1]);
    expect(hours(nextShift([handover(-19, -11, true)], NOW)), 'long past its planned end: until now').toEqual([-11, 0]);
    expect(hours(nextShift([handover(-11, -3, true)], NOW)), 'long before it: until now').toEqual([-3, 0]);
  });

  test('an offer that nobody signed hands nothing over', () => {
    expect(hours(nextShift([handover(-7, 0, false), handover(-15, -7, true)], NOW))).toEqual([-7, 1]);
  });

  test('is a usual one where nothing is known, or what is known is too old or still to end', () => {
    expect(hours(nextShift([], NOW))).toEqual([-8, 0]);
    expect(hours(nextShift([handover(-60, -49, true)], NOW))).toEqual([-8, 0]);
    expect(hours(nextShift([handover(-7, 1, true)], NOW))).toEqual([-8, 0]);
  });

  test('ends with a whole minute', () => {
    expect(nextShift([], NOW + 59_999).to).toBe(NOW);
  });
});

test('what waits for a signature is not overtaken by a later signature or a newer offer of the same shift', () => {
  const ids = (handovers: HandoverView[]): string[] => waitingOf(handovers).map(({ id }) => id);
  expect(ids([])).toEqual([]);
  expect(ids([handover(-8, 0, false)])).toEqual(['-8']);
  expect(ids([handover(-8, 0, true), handover(-8, 0, false, 'first try')]), 'signed for since').toEqual([]);
  expect(ids([handover(-8, 0, false), handover(-8, 0, false, 'first try')])).toEqual(['-8']);
  expect(ids([handover(-8, 0, false), handover(-16, -8, false)]), 'of two shifts').toEqual(['-8', '-16']);
});

describe('what is wrong with a shift', () => {
  const at = (from: number, to: number) => shiftFaults({ from: iso(NOW + from * HOUR), to: iso(NOW + to * HOUR) }, NOW).map(({ pointer }) => pointer);
  // The table of src/domain/handover.rs, with 8 as now.
  test.each([
    [-8, 0, []], [0, 48, []], [1, 9, ['/shift/from']], [0, 0, ['/shift/to']], [0, -1, ['/shift/to']], [-8, 41, ['/shift/to']], [-56, -48, []], [-57, -49, ['/shift/to']],
  ])('%i to %i', (from, to, wrong) => expect(at(from, to)).toEqual(wrong));

  test('times that are none', () => {
    expect(shiftFaults({}, NOW).map(({ pointer }) => pointer)).toEqual(['/shift/from']);
    expect(shiftFaults({ from: iso(NOW), to: 'soon' }, NOW).map(({ pointer }) => pointer)).toEqual(['/shift/to']);
  });
});

describe('the form of a handover', () => {
  const blank = blankOffer({ from: NOW - 8 * HOUR, to: NOW });

  test('one item a line, and what was left empty is not sent', () => {
    expect(isWritten(blank)).toBe(false);
    const sent = bodyOf({ ...blank, notes: ' Calm ', watch: 'The gauge\n\n  The hospital \n' });
    expect(sent).toEqual({ shift: { from: iso(NOW - 8 * HOUR), to: iso(NOW) }, notes: 'Calm', watch_items: ['The gauge', 'The hospital'], staffing: undefined, questions: undefined });
  });

  test('everything that is wrong is named', () => {
    const wrong = bodyOf({ from: '', to: '', notes: '', watch: `fine\n${'x'.repeat(161)}`, staffing: 'x'.repeat(1_001), questions: '' });
    expect(faultsOf(wrong, NOW).map(({ pointer }) => pointer)).toEqual(['/shift/from', '/notes', '/watch_items/1', '/staffing']);
    expect(faultsOf(bodyOf({ ...blank, notes: 'Calm', watch: 'x\n'.repeat(21) }), NOW).map(({ pointer }) => pointer)).toEqual(['/watch_items']);
    expect(faultsOf(bodyOf({ ...blank, notes: 'Calm' }), NOW)).toEqual([]);
  });
});

test('a handover is for its centre alone, and for fewer where what it tells of is', () => {
  const none = { new: [], closed: [], changed: [], gone: [] };
  const told = (marks: ('red' | 'green')[]): ShiftView => ({
    escalations: marks.map((tlp) => ({ ...escalation('nl', 'be', null), tlp })), queries: [], slots: [], key_events: [],
    changes: { cells: [], escalations: none, queries: { new: [], answered: [], withdrawn: [], gone: [] }, readings: [], cycles: [], slots: [], centres: [], missed: [], silent: [] },
  }) as unknown as ShiftView;
  expect(labelOf(told([]))).toBe('amber_strict');
  expect(labelOf(told(['green']))).toBe('amber_strict');
  expect(labelOf(told(['green', 'red']))).toBe('red');
});

test('what a centre owes is told by cycle: what presses, and what is to come', () => {
  const slot = (cycle: string, minutes: number, state: SlotView['state']): SlotView => ({ cycle, centre: 'be', due_at: iso(NOW + minutes * MINUTE), state, filled_at: null, update: null, reason: null });
  const owed = owedIn([slot('b', 60, 'open'), slot('a', -5, 'overdue'), slot('b', 30, 'due_soon'), slot('b', 90, 'open')]);
  expect(owed.map(({ cycle, pressing, ahead }) => [cycle, pressing.length, ahead.map(({ due_at }) => (Date.parse(due_at) - NOW) / MINUTE)])).toEqual([['a', 1, []], ['b', 1, [60, 90]]]);
});

test('an open escalation waits for its answer, its start or its end, unless it is snoozed', () => {
  const due = { ack_due: iso(NOW - MINUTE), start_due: iso(NOW + MINUTE), resolve_due: iso(NOW + HOUR) };
  const one = (more: object) => clockOf({ ...escalation('nl', 'be', null), ...due, ...more }, NOW);
  expect(one({ state: 'raised' })).toEqual({ what: 'answer', at: NOW - MINUTE, late: true });
  expect(one({ state: 'assigned' })).toEqual({ what: 'start', at: NOW + MINUTE, late: false });
  expect(one({ state: 'in_progress' })).toEqual({ what: 'resolve', at: NOW + HOUR, late: false });
  expect(one({ state: 'raised', snoozed_until: iso(NOW + 2 * MINUTE) })).toEqual({ what: 'snoozed', at: NOW + 2 * MINUTE, late: false });
  expect(one({ state: 'raised', ack_due: null })?.what).toBe('resolve');
  expect(one({ state: 'resolved' })).toBeNull();
});
