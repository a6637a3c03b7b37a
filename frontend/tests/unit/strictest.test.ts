import { expect, test } from 'vitest';
import { begin } from '../../src/picture/picture';
import { strictestOf } from '../../src/sheet/strictest';
import { entry, escalation, snapshot, update } from './given';

const cell = (tlp: 'red' | 'amber' | 'green') => ({ centre: 'be-nccn', sector: 'cyber', update: update({ tlp }), previous: null });

test('an empty picture may become public', () => {
  expect(strictestOf(begin(snapshot('a')))).toBe('clear');
});

test('one strict part makes the whole strict, wherever it stands', () => {
  expect(strictestOf(begin(snapshot('a', { cells: [cell('green')] })))).toBe('green');
  expect(strictestOf(begin(snapshot('a', { cells: [cell('green')], escalations: [escalation({ tlp: 'amber' })] })))).toBe('amber');
  expect(strictestOf(begin(snapshot('a', { cells: [cell('amber')], feed: [{ ...entry('b'), tlp: 'amber_strict' }] })))).toBe('amber_strict');
  expect(strictestOf(begin(snapshot('a', { cells: [cell('green'), cell('red')] })))).toBe('red');
});
