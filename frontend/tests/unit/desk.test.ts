import { describe, expect, test } from 'vitest';
import type { HandoverView, QueryView, UpdateHistoryView } from '../../src/api/types.gen';
import { attentionOf, countOf } from '../../src/desk/attention';
import { before, changesBetween, wordChanges } from '../../src/desk/changes';
import { deedOf, LETTERS, lineOf, type Pressed, takesLetters } from '../../src/desk/keys';
import { moved } from '../../src/desk/roving';
import { begin } from '../../src/picture/picture';
import { nextByLetter } from '../../src/ui/typeahead';
import { at, escalation, snapshot, T0, update } from './given';

const HOUR = 3_600_000;
const query = (changes: Partial<QueryView> = {}): QueryView => ({
  id: 'q1', update: 'u1', centre: 'be-nccn', sector: 'cyber', question: 'How many?', asked_at: at(0), asked_by: { centre: 'eu-ercc', role: 'coordinator', position: 'Coordinator' },
  state: 'open', answer: null, withdrawn: null, tlp: 'green', recipients: [], ...changes,
});

describe('what needs my centre', () => {
  const cell = (changes: Parameters<typeof update>[0]) => {
    const it = update(changes);
    return { centre: it.centre, sector: it.sector, update: it, previous: null };
  };

  test('what ends soon is due, what is past is stale, what was never said is silent', () => {
    const picture = begin(snapshot('1', { cells: [cell({ valid_until: at(8 * HOUR) })] }));
    const seen = (hours: number) => {
      const { due, stale, silent } = attentionOf(picture, 'be-nccn', T0 + hours * HOUR);
      return [due.length, stale.length, silent.map(({ sector }) => sector)];
    };
    expect(seen(5)).toEqual([0, 0, ['displacement']]);
    expect(seen(6)).toEqual([1, 0, ['displacement']]);
    expect(seen(8)).toEqual([0, 1, ['displacement']]);
  });

  test('the last half hour is due however long the term', () => {
    const picture = begin(snapshot('1', { cells: [cell({ as_of: at(-HOUR / 6), valid_until: at(HOUR / 3) })] }));
    expect(attentionOf(picture, 'be-nccn', T0).due).toHaveLength(1);
  });

  test('only what is asked of this centre and open, nobody\'s first, then by its clock', () => {
    const asks = [
      escalation({ id: 'owned', asked_of: 'be-nccn', owner: 'be-nccn', state: 'acknowledged', resolve_due: at(1) }),
      escalation({ id: 'later', asked_of: 'be-nccn', ack_due: at(2 * HOUR) }),
      escalation({ id: 'sooner', asked_of: 'be-nccn', ack_due: at(HOUR) }),
      escalation({ id: 'other', asked_of: 'pl-ncc' }),
      escalation({ id: 'closed', asked_of: 'be-nccn', state: 'closed' }),
    ];
    const queries = [query({ id: 'young', asked_at: at(2) }), query({ id: 'old', asked_at: at(1) }), query({ id: 'answered', state: 'answered' }), query({ id: 'theirs', centre: 'pl-ncc' })];
    const attention = attentionOf(begin(snapshot('1', { escalations: asks, queries })), 'be-nccn', T0);
    expect(attention.asks.map(({ id }) => id)).toEqual(['sooner', 'later', 'owned']);
    expect(attention.queries.map(({ id }) => id)).toEqual(['old', 'young']);
    expect(countOf(attention)).toBe(4);
    const offered = [{ id: 'h1' } as HandoverView];
    expect(countOf(attentionOf(begin(snapshot('1', {})), 'be-nccn', T0, offered)), 'a handover to sign is one').toBe(1);
  });
});

describe('what changed', () => {
  const version = (changes: Partial<UpdateHistoryView> = {}): UpdateHistoryView => ({ ...update(), state: 'superseded', superseded_by: null, withdrawn: null, ...changes });

  test('words that stay, go and come, and nothing is lost on either side', () => {
    const runs = wordChanges('Reception in Rzeszów is full', 'Reception in Lublin is nearly full');
    expect(runs.filter(({ type }) => type !== 'new').map(({ text }) => text).join('')).toBe('Reception in Rzeszów is full');
    expect(runs.filter(({ type }) => type !== 'gone').map(({ text }) => text).join('')).toBe('Reception in Lublin is nearly full');
    expect(runs.filter(({ type }) => type === 'gone').map(({ text }) => text)).toEqual(['Rzeszów']);
    expect(wordChanges('1 240 wait', '2 480 wait')[0]).toEqual({ type: 'gone', text: '1 240' });
    expect(wordChanges('', 'all new')).toEqual([{ type: 'new', text: 'all new' }]);
  });

  test('a very long text is shown as replaced, whole', () => {
    const [old, now] = ['a '.repeat(2_000).trim(), 'b '.repeat(2_000).trim()];
    expect(wordChanges(old, now)).toEqual([{ type: 'gone', text: old }, { type: 'new', text: now }]);
  });

  test('every field that differs is named, and none that does not', () => {
    const old = version({ readings: [{ indicator: 'people', value: 5, as_of: at(0), quality: 'measured' }], recipients: ['pl-ncc', 'de-ncc'], tlp: 'red' });
    const now = version({ severity: 'severe', as_of: at(1), readings: [{ indicator: 'people', value: 6, as_of: at(1), quality: 'measured' }], recipients: ['de-ncc', 'pl-ncc'], tlp: 'red' });
    expect(changesBetween(old, now).map((change) => change.field)).toEqual(['status', 'as_of', 'reading']);
    expect(changesBetween(old, old)).toEqual([]);
  });

  test('a version is compared with the one that it names, else with the one before it', () => {
    const versions = [version({ id: 'c', supersedes: 'a' }), version({ id: 'b' }), version({ id: 'a' })];
    expect(before(versions, 0)?.id).toBe('a');
    expect(before(versions, 1)?.id).toBe('a');
    expect(before(versions, 2)).toBeNull();
  });
});

describe('keys', () => {
  const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({ key, code: `Key${key.toUpperCase()}`, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

  test('with Alt everywhere; alone outside fields, unless the reader turned that off', () => {
    expect(deedOf(LETTERS, press('n', { altKey: true }), true, false)).toBe('nil');
    expect(deedOf(LETTERS, press('n'), false, true)).toBe('nil');
    expect(deedOf(LETTERS, press('n'), true, true)).toBeNull();
    expect(deedOf(LETTERS, press('n'), false, false)).toBeNull();
    expect(deedOf(LETTERS, press('?', { shiftKey: true }), false, true)).toBe('help');
    expect(deedOf(LETTERS, press('?', { shiftKey: true }), false, false)).toBeNull();
    expect(deedOf(LETTERS, press('n', { ctrlKey: true }), false, true)).toBeNull();
  });

  test('where Alt types another sign, the place of the key counts', () => {
    expect(deedOf(LETTERS, press('˜', { altKey: true, code: 'KeyN' }), false, true)).toBe('nil');
    expect(deedOf(LETTERS, press('Dead', { altKey: true, code: 'KeyN' }), false, true)).toBe('nil');
  });

  test('no letter that a browser keeps with Alt, and none twice', () => {
    const letters = Object.values(LETTERS);
    expect(new Set(letters).size).toBe(letters.length);
    for (const kept of ['d', 'e', 'f']) expect(letters).not.toContain(kept);
  });

  test('a line is chosen by the place of its digit, also where the row types other signs', () => {
    expect(lineOf(press('&', { code: 'Digit1' }))).toBe(1);
    expect(lineOf(press('3', { code: 'Numpad3' }))).toBe(3);
    expect(lineOf(press('0', { code: 'Digit0' }))).toBeNull();
    expect(lineOf(press('1', { code: 'Digit1', altKey: true }))).toBeNull();
  });

  test('fields and radio buttons take letters for themselves, buttons do not', () => {
    const input = (type: string) => Object.assign(document.createElement('input'), { type });
    expect([input('text'), input('radio'), document.createElement('textarea'), document.createElement('select')].every(takesLetters)).toBe(true);
    expect([input('checkbox'), document.createElement('button'), document.body, null].some(takesLetters)).toBe(false);
  });

  test('arrows move within the grid and stop at its edges', () => {
    const key = (key: string, ctrlKey = false) => ({ key, ctrlKey, altKey: false, metaKey: false });
    const size = { rows: 3, columns: 4 };
    expect(moved(key('ArrowRight'), { row: 0, column: 3 }, size)).toEqual({ row: 0, column: 3 });
    expect(moved(key('ArrowDown'), { row: 1, column: 3 }, size)).toEqual({ row: 2, column: 3 });
    expect(moved(key('Home'), { row: 1, column: 3 }, size)).toEqual({ row: 1, column: 0 });
    expect(moved(key('End', true), { row: 0, column: 0 }, size)).toEqual({ row: 2, column: 3 });
    expect(moved(key('x'), { row: 0, column: 0 }, size)).toBeNull();
  });

  test('a letter goes to the next word that begins with it, and round again', () => {
    const words = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Severity unknown'];
    expect(nextByLetter(words, -1, 's')).toBe(1);
    expect(nextByLetter(words, 1, 'S')).toBe(4);
    expect(nextByLetter(words, 4, 's')).toBe(1);
    expect(nextByLetter(words, 0, 'x')).toBeNull();
  });
});
