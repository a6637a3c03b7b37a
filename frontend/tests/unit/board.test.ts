import { describe, expect, it } from 'vitest';
import type { EscalationView } from '../../src/api/types.gen';
import { boardOf, columnOf, isLate, isSnoozed, moveOnBoard } from '../../src/coordination/board';
import { escalation as given } from './given';

const NOW = Date.parse('2022-03-29T14:00:00Z');

const escalation = (id: string, part: Partial<EscalationView> = {}): EscalationView =>
  given({ id, level: 'watch', raised_at: '2022-03-29T13:00:00Z', changed_at: '2022-03-29T13:00:00Z', ...part });

describe('the board', () => {
  it('has a column for every state, rejected ones among those that are over', () => {
    const columns = boardOf([escalation('a'), escalation('b', { state: 'rejected' }), escalation('c', { state: 'in_progress' })]);
    expect(columns.map(({ state, escalations }) => [state, escalations.map(({ id }) => id)])).toEqual([
      ['raised', ['a']], ['acknowledged', []], ['assigned', []], ['in_progress', ['c']], ['resolved', []], ['closed', ['b']],
    ]);
    expect(columnOf('rejected')).toBe('closed');
  });

  it('puts the highest level first, then what is due soonest, then what has waited longest', () => {
    const [raised] = boardOf([
      escalation('old', { raised_at: '2022-03-29T10:00:00Z' }),
      escalation('due', { ack_due: '2022-03-29T15:00:00Z' }),
      escalation('sooner', { ack_due: '2022-03-29T14:10:00Z' }),
      escalation('political', { level: 'political' }),
      escalation('new'),
    ]);
    expect(raised?.escalations.map(({ id }) => id)).toEqual(['political', 'sooner', 'due', 'old', 'new']);
  });

  it('puts what was closed last first', () => {
    const over = boardOf([
      escalation('before', { state: 'closed', changed_at: '2022-03-29T12:00:00Z' }),
      escalation('last', { state: 'closed', level: 'watch', changed_at: '2022-03-29T13:30:00Z' }),
    ]).at(-1);
    expect(over?.escalations.map(({ id }) => id)).toEqual(['last', 'before']);
  });

  it('calls late what is past its term, and never what is resolved or over', () => {
    const past = { ack_due: '2022-03-29T13:59:59Z', resolve_due: '2022-03-29T13:59:59Z' };
    expect(isLate(escalation('a', past), NOW)).toBe(true);
    expect(isLate(escalation('a', { ...past, state: 'in_progress' }), NOW)).toBe(true);
    expect(isLate(escalation('a', { ...past, state: 'resolved' }), NOW)).toBe(false);
    expect(isLate(escalation('a', { ...past, state: 'closed' }), NOW)).toBe(false);
    expect(isLate(escalation('a', { ack_due: '2022-03-29T14:00:01Z' }), NOW)).toBe(false);
    expect(isLate(escalation('a', { state: 'acknowledged', ack_due: '2022-03-29T13:00:00Z' }), NOW)).toBe(false);
    expect(isLate(escalation('a'), NOW)).toBe(false);
  });

  it('lets a snooze end by itself', () => {
    const snoozed = escalation('a', { snoozed_until: '2022-03-29T14:30:00Z' });
    expect(isSnoozed(snoozed, NOW)).toBe(true);
    expect(isSnoozed(snoozed, NOW + 31 * 60_000)).toBe(false);
  });
});

describe('arrow keys on the board', () => {
  const columns = [['a1', 'a2', 'a3'], [], ['c1'], [], [], ['f1', 'f2']];

  it.each([
    ['a1', 'ArrowDown', 'a2'], ['a3', 'ArrowDown', null], ['a1', 'ArrowUp', null], ['a2', 'ArrowUp', 'a1'],
    ['a3', 'ArrowRight', 'c1'], ['c1', 'ArrowRight', 'f1'], ['f2', 'ArrowRight', null], ['f2', 'ArrowLeft', 'c1'],
    ['a1', 'ArrowLeft', null], ['c1', 'Home', 'a1'], ['a1', 'End', 'f2'], ['a1', 'x', null], ['gone', 'ArrowDown', null],
  ])('from %s, %s leads to %s', (from, key, to) => {
    expect(moveOnBoard(columns, from, key)).toBe(to);
  });

  it('goes nowhere on an empty board', () => {
    expect(moveOnBoard([[], [], []], '', 'Home')).toBeNull();
  });
});
