import { describe, expect, test } from 'vitest';
import type { Indicator } from '../../src/api/types.gen';
import { faultsOf, fieldOf, lengthOf, stillWrong } from '../../src/desk/check';
import { blank, blankReading, bodyOf, correctionOf, type Draft, draftOf, isBlank, sameAgain, type Writer } from '../../src/desk/draft';
import { changeWords, figureOf, separatorsOf } from '../../src/desk/figure';
import { blankRaised, bodyOfRaised, raisedFrom } from '../../src/desk/raised';
import { isWaiting } from '../../src/desk/waiting';
import { at, T0, update } from './given';

const indicator = (id: string, decimals: boolean): Indicator => ({
  id, name: { en: id }, definition: { en: id }, unit: 'persons', measure: 'stock', aggregation: 'sum', direction: 'neutral', decimals,
});
const people = indicator('people', false);
const hours = indicator('hours', true);
const english = separatorsOf('en');
const writer: Writer = { centre: 'be-nccn', now: T0, nilHeadline: 'Niets te melden', indicators: new Map([[people.id, people], [hours.id, hours]]), separators: english };
const draft = (changes: Partial<Draft> = {}): Draft => ({ ...blank('nl'), sector: 'cyber', said: 'severe', headline: 'A headline', tlp: 'green', ...changes });
const pointers = (changes: Partial<Draft>): string[] => faultsOf(bodyOf(draft(changes), writer), [people, hours], T0).map(({ pointer }) => pointer);

describe('what is sent', () => {
  test('only what was entered, true as of the moment it was posted', () => {
    expect(bodyOf(draft(), writer)).toEqual({
      centre: 'be-nccn', sector: 'cyber', severity: 'severe', outlook: 'unknown', headline: 'A headline', as_of: at(0), tlp: 'green', lang: 'nl',
    });
  });

  test('a nil report says neither severity nor outlook, and speaks the language of its centre', () => {
    const body = bodyOf(draft({ said: 'nil', headline: ' ' }), writer);
    expect(body).toEqual({ centre: 'be-nccn', sector: 'cyber', nil: true, headline: 'Niets te melden', as_of: at(0), tlp: 'green', lang: 'nl' });
  });

  test('recipients go only with a mark that has them', () => {
    expect(bodyOf(draft({ tlp: 'green', recipients: ['pl-ncc'] }), writer).recipients).toBeUndefined();
    expect(bodyOf(draft({ tlp: 'red', recipients: ['pl-ncc'] }), writer).recipients).toEqual(['pl-ncc']);
  });

  test('figures carry their own time, or the update\'s; what is missing is said', () => {
    const readings = {
      people: { ...blankReading(), figure: '1 240' },
      hours: { ...blankReading(), missing: 'suppressed' as const, quality: 'estimated' as const, asOf: '2026-03-29T11:00:00' },
      other: blankReading(),
    };
    expect(bodyOf(draft({ readings }), writer).readings).toEqual([
      { indicator: 'people', value: 1240, as_of: at(0), quality: 'measured' },
      { indicator: 'hours', value: 'suppressed', as_of: at(-3_600_000), quality: 'estimated' },
    ]);
  });

  test('a correction keeps the words, the mark and the time at which it was true, and names what it replaces', () => {
    const corrected = correctionOf(update({ as_of: at(123), body: 'More', recipients: ['pl-ncc'], tlp: 'red', areas: ['BE10'], readings: [{ indicator: 'hours', value: 1.234, as_of: at(0), quality: 'revised' }] }), separatorsOf('nl'));
    expect(corrected.readings.hours?.figure).toBe('1,234');
    expect(bodyOf(corrected, { ...writer, now: T0 + 60_000, separators: separatorsOf('nl') })).toMatchObject({
      supersedes: 'u1', headline: 'A headline', body: 'More', tlp: 'red', recipients: ['pl-ncc'], areas: ['BE10'], as_of: at(123),
      readings: [{ indicator: 'hours', value: 1.234, as_of: at(0), quality: 'revised' }],
    });
  });

  test('what was sent comes back as the same words', () => {
    const words = draft({ body: 'b', urgency: 'future', certainty: 'likely', reliability: 'F', credibility: '6', areas: 'PL PL82', readings: { people: { ...blankReading(), figure: '12' } } });
    const body = bodyOf(words, writer);
    expect(bodyOf(draftOf(body, english), writer)).toEqual(body);
  });

  test('the same again holds for as long, from now, under the same mark, and its figures keep their time', () => {
    const reading = { indicator: 'people', value: 5, as_of: at(-60_000), quality: 'measured' as const };
    const again = sameAgain(update({ readings: [reading], tlp: 'amber', recipients: ['pl-ncc'] }), T0 + 7_200_000);
    expect(again).toMatchObject({ as_of: at(7_200_000), valid_until: at(10_800_000), supersedes: 'u1', tlp: 'amber', recipients: ['pl-ncc'], readings: [reading] });
  });

  test('a form in which nothing was entered is blank, whatever its language', () => {
    expect(isBlank(blank('pl'))).toBe(true);
    expect(isBlank({ ...blank('pl'), readings: { people: blankReading() } })).toBe(true);
    expect(isBlank({ ...blank('pl'), headline: 'x' })).toBe(false);
  });

  test('an escalation comes back as the same words', () => {
    const raised = { ...blankRaised(), title: 'T', level: 'watch' as const, askedOf: 'pl-ncc', ackDue: '2026-03-29T13:00:00', tlp: 'amber' as const, recipients: ['pl-ncc'], refs: ['u1'] };
    expect(raisedFrom(bodyOfRaised(raised))).toEqual(raised);
  });
});

describe('what is wrong', () => {
  test('everything at once, by the pointers of the server', () => {
    expect(pointers({ sector: '', said: '', headline: '', tlp: '', lang: 'Dutch', areas: 'pl8211 BE', reliability: 'A', validUntil: '2026-03-29T11:00:00', asOf: '2026-03-29T13:00:00', body: '\u202e' })).toEqual([
      '/sector', '/severity', '/headline', '/body', '/tlp', '/source/credibility', '/as_of', '/valid_until', '/areas/0', '/lang',
    ]);
    expect(pointers({})).toEqual([]);
  });

  test('a mark that needs recipients says so; none is ever put for the officer', () => {
    expect(blank('nl').tlp).toBe('');
    expect(pointers({ tlp: 'red' })).toEqual(['/recipients']);
    expect(pointers({ tlp: 'amber_strict' })).toEqual(['/recipients']);
    expect(pointers({ tlp: 'amber' })).toEqual([]);
  });

  test('counts are whole, and nothing is negative or beyond what is exact', () => {
    const reading = (figure: string) => ({ ...blankReading(), figure });
    expect(pointers({ readings: { people: reading('1.5') } })).toEqual(['/readings/0/value']);
    expect(pointers({ readings: { hours: reading('1.5') } })).toEqual([]);
    expect(pointers({ readings: { people: reading('-1') } })).toEqual(['/readings/0/value']);
    expect(pointers({ readings: { people: reading('99999999999999999') } })).toEqual(['/readings/0/value']);
    expect(pointers({ readings: { people: reading('many') } })).toEqual(['/readings/0/value']);
    expect(pointers({ readings: { gone: reading('1') } })).toEqual(['/readings/0/indicator']);
  });

  test('length counts Unicode scalar values, as the server does', () => {
    expect(lengthOf('é😀')).toBe(2);
    expect(pointers({ headline: '😀'.repeat(160) })).toEqual([]);
    expect(pointers({ headline: '😀'.repeat(161) })).toEqual(['/headline']);
  });

  test('what is being put right is not called wrong meanwhile, and the rest still is', () => {
    const sent = { headline: '', recipients: ['pl-ncc'], readings: [{ value: -1 }] };
    const faults = ['/headline', '/tlp', '/readings/0/value'].map((pointer) => ({ pointer, detail: 'x' }));
    const left = (current: object) => stillWrong(faults, sent, current).map(({ pointer }) => pointer);
    expect(left(sent)).toEqual(['/headline', '/tlp', '/readings/0/value']);
    expect(left({ ...sent, headline: 'a', readings: [{ value: 1 }] })).toEqual(['/tlp']);
    expect(left({ ...sent, tlp: 'green' })).toEqual(['/headline', '/readings/0/value']);
  });

  test('a pointer into a list finds the field by its name', () => {
    const body = bodyOf(draft({ tlp: 'red', recipients: ['pl-ncc', 'de-ncc'], readings: { people: { ...blankReading(), figure: '1' } } }), writer);
    expect(fieldOf('/recipients/1', body)).toBe('recipients-de-ncc');
    expect(fieldOf('/recipients', body)).toBe('recipients');
    expect(fieldOf('/readings/0/value', body)).toBe('readings-people-value');
    expect(fieldOf('/readings/0/as_of', body)).toBe('readings-people-as_of');
    expect(fieldOf('/source/credibility', body)).toBe('credibility');
    expect(fieldOf('/areas/0', body)).toBe('areas');
  });
});

describe('figures', () => {
  test.each([
    ['en', '1,240', 1240], ['en', '1 240', 1240], ['en', '1.5', 1.5], ['en', '12,40', null], ['nl', '1.240', 1240], ['nl', '1,5', 1.5],
    ['nl', '1.240,5', 1240.5], ['fr', '1\u202f240,5', 1240.5], ['de', "1'240", 1240], ['de', '1.24', 1.24], ['en', '', null], ['en', '1e3', null], ['en', '12 40', null],
  ])('%s reads %s as %s', (locale, typed, figure) => {
    expect(figureOf(typed, true, separatorsOf(locale))).toBe(figure);
  });

  test('a count has no part of one', () => {
    expect(figureOf('1.5', false, english)).toBeNull();
    expect(figureOf('1,240', false, english)).toBe(1240);
  });

  test('a change shows its sign', () => {
    expect([1240, 0, -30].map((change) => changeWords(change, 'en'))).toEqual(['+1,240', '0', '-30']);
  });
});

test('a cell with words in the outbox is known by crisis and sector', () => {
  const item = { seq: 1, key: 'k', account: 'a', path: '/crises/drill/updates', body: JSON.stringify({ sector: 'cyber' }), about: '', writtenAt: 0, tries: 0, refusal: null };
  expect(isWaiting([item], 'drill', 'cyber')).toBe(true);
  expect(isWaiting([item], 'drill', 'displacement')).toBe(false);
  expect(isWaiting([item], 'other', 'cyber')).toBe(false);
  expect(isWaiting([{ ...item, path: '/crises/drill/updates/u/withdraw' }], 'drill', 'cyber')).toBe(false);
});
