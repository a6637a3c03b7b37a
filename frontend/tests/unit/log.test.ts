/** The watch log as a screen holds it: pages put together, what corrects what, and an entry as its form holds it. */
import { describe, expect, test } from 'vitest';
import type { LogEntryView } from '../../src/api/types.gen';
import { blankEntry, bodyOf, correctionOf, draftOf, faultsOf, isWriting, type LogDraft } from '../../src/log/draft';
import { correctionsIn, isToldLater, updateIn, wanted, withNewer, withOlder } from '../../src/log/entries';
import { isTold } from '../../src/api/past';
import { cell, centre, iso, MINUTE, NOW, picture } from './pictures';

const entry = (id: string, more: Partial<LogEntryView> = {}): LogEntryView => ({
  id, position: id, centre: 'be', kind: 'fact', text: `Entry ${id}`, event_time: iso(NOW), recorded_at: iso(NOW), key_event: false, refs: [], tlp: 'green', recipients: [],
  corrects: null, by: { centre: 'be', role: 'duty_officer', position: 'Desk' }, ...more,
});
const ids = (entries: readonly LogEntryView[]): string => entries.map(({ id }) => id).join(' ');

describe('pages', () => {
  test('come oldest first and are held newest first, each entry once', () => {
    const end = withOlder({ entries: [], more: false }, [entry('3'), entry('4')], true);
    expect([ids(end.entries), end.more]).toEqual(['4 3', true]);
    const whole = withOlder(end, [entry('1'), entry('2')], false);
    expect([ids(whole.entries), whole.more]).toEqual(['4 3 2 1', false]);
    const newer = withNewer(whole, [entry('4'), entry('5'), entry('6')]);
    expect([ids(newer.entries), newer.more]).toEqual(['6 5 4 3 2 1', false]);
  });

  test('are filtered by kind and key event', () => {
    const entries = [entry('1', { kind: 'decision' }), entry('2', { key_event: true }), entry('3', { kind: 'decision', key_event: true })];
    expect(ids(wanted(entries, { kind: '', key: false }))).toBe('1 2 3');
    expect(ids(wanted(entries, { kind: 'decision', key: false }))).toBe('1 3');
    expect(ids(wanted(entries, { kind: 'decision', key: true }))).toBe('3');
  });
});

test('of several corrections the newest counts; entries are given oldest first', () => {
  const corrections = correctionsIn([entry('1'), entry('2', { corrects: '1' }), entry('3', { corrects: '1' })]);
  expect([corrections.get('1')?.id, corrections.has('2')]).toEqual(['3', false]);
});

test('the time of writing is told where it is another than that of what happened', () => {
  expect(isToldLater(entry('1', { event_time: iso(NOW - 59_000) }))).toBe(false);
  expect(isToldLater(entry('1', { event_time: iso(NOW - MINUTE) }))).toBe(true);
});

test('what an entry refers to is found in the picture, or in what it still tells of', () => {
  const shown = picture([centre('BE')], [cell('be', 'cyber', 'severe')]);
  expect(updateIn(shown, 'be-cyber')?.severity).toBe('severe');
  expect(updateIn(shown, 'gone')).toBeNull();
});

describe('the form of an entry', () => {
  const written: LogDraft = { ...blankEntry(), kind: 'decision', text: ' Two halls ', tlp: 'green' };

  test('what has no time happened now, by the clock of the server', () => {
    expect(isWriting(blankEntry())).toBe(false);
    expect(bodyOf(written, NOW)).toEqual({
      kind: 'decision', text: 'Two halls', event_time: iso(NOW), key_event: undefined, refs: undefined, tlp: 'green', recipients: undefined, corrects: undefined,
    });
    expect(bodyOf({ ...written, eventTime: '2026-03-04T03:14' }, NOW).event_time).toBe('2026-03-04T03:14:00.000Z');
  });

  test('a correction is prefilled, and moves nothing of what it corrects', () => {
    const wrong = entry('1', { kind: 'action', text: 'Three halls', event_time: '2026-03-04T03:14:15.678Z', key_event: true, refs: ['r'], tlp: 'amber', recipients: ['nl'] });
    const sent = bodyOf(correctionOf(wrong), NOW);
    expect(sent).toEqual({ kind: 'action', text: 'Three halls', event_time: wrong.event_time, key_event: true, refs: ['r'], tlp: 'amber', recipients: ['nl'], corrects: '1' });
    expect(draftOf(sent, wrong)).toEqual(correctionOf(wrong));
    expect(draftOf(sent, undefined).corrects, 'what is not held any more is not corrected blindly').toBeNull();
  });

  test('everything that is wrong is named', () => {
    const pointers = (draft: LogDraft): string[] => faultsOf(bodyOf(draft, NOW), NOW).map(({ pointer }) => pointer);
    expect(pointers(blankEntry())).toEqual(['/kind', '/text', '/tlp']);
    expect(pointers({ ...written, text: 'x'.repeat(4_001), tlp: 'amber_strict', eventTime: iso(NOW + 2 * MINUTE).slice(0, 16) })).toEqual(['/text', '/event_time', '/recipients']);
    expect(pointers({ ...written, eventTime: iso(NOW + MINUTE).slice(0, 19) }), 'within the difference of two clocks').toEqual([]);
  });
});

test('a picture shows a key event that all may know, and nothing else of the log', () => {
  const line = (more: object) => isTold({ position: 'p', recorded_at: iso(NOW), kind: 'log_entered', key_event: true, tlp: 'green', ...more } as never);
  expect([line({}), line({ tlp: 'clear' }), line({ tlp: 'amber' }), line({ key_event: false }), line({ kind: 'handover_offered' }), line({ kind: 'handover_signed' })]).toEqual([true, true, false, false, false, true]);
});
