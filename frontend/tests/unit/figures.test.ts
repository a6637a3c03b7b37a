import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Counted, figuresOf } from '../../src/picture/figures';
import { cell, centre, iso, MINUTE, NOW, picture, reading } from './pictures';

const counted = (id: string, aggregation: Counted['aggregation'], more: Partial<Counted> = {}): Counted => ({
  id, name: { en: id }, definition: { en: id }, unit: 'persons', measure: 'stock', aggregation, direction: 'neutral', decimals: false, ...more,
});
const centres = ['PL', 'RO', 'MD', 'SK'].map((code) => centre(code));
const standing = ['pl', 'ro', 'md', 'sk'].map((id) => cell(id, 'shelter', 'minor'));
const only = (readings: Parameters<typeof reading>[], indicator: Counted, cells = standing) =>
  figuresOf(picture(centres, cells, readings.map((of) => reading(...of))), [indicator], NOW, 3)[0];

describe('a figure of the network', () => {
  it('is a sum only where the catalogue says so', () => {
    const readings: Parameters<typeof reading>[] = [['pl', 'present', 700], ['ro', 'present', 50], ['md', 'present', 3]];
    expect(only(readings, counted('present', 'sum'))).toMatchObject({ value: 753, reporting: 3, of: 3 });
    expect(only(readings, counted('present', 'max'))).toMatchObject({ value: 700, reporting: 3, of: 3 });
    const apart = only(readings, counted('present', 'none', { not_summed_because: { en: 'counted twice' } }));
    expect(apart).toMatchObject({ value: null, reporting: 3, of: 3 });
    expect(apart?.parts).toEqual([{ code: 'PL', value: 700 }, { code: 'RO', value: 50 }, { code: 'MD', value: 3 }]);
    expect(apart?.indicator.not_summed_because?.en).toBe('counted twice');
  });

  it('counts suppressed, missing and stale ones as not reporting, and never as nought', () => {
    const cells = [...standing.slice(0, 3), cell('sk', 'shelter', 'minor', { valid_until: iso(NOW) })];
    const figure = only([['pl', 'present', 700], ['ro', 'present', 'suppressed'], ['md', 'present', 'not_available'], ['sk', 'present', 90]], counted('present', 'sum'), cells);
    expect(figure).toMatchObject({ value: 700, reporting: 1, of: 4 });
    expect(figure?.parts).toEqual([{ code: 'PL', value: 700 }]);
    expect(figure?.without).toEqual([{ code: 'MD', why: 'not_available' }, { code: 'RO', why: 'suppressed' }, { code: 'SK', why: 'stale' }]);
  });

  it('of arrivals on 25 March 2022 is no number: the rows of the file count more than its whole', () => {
    const rows = readFileSync('../config/scenarios/displacement-2022.csv', 'utf8').split('\n').map((line) => line.split(',')).filter(([asOf]) => asOf === '2022-03-25');
    const arrivals = rows.filter(([, , indicator]) => indicator === 'arrivals_from_ua').map(([, country = '', , , value]) => ({ country, value: Number(value) }));
    const whole = Number(rows.find(([, country, indicator]) => country === 'ALL' && indicator === 'left_ua')?.[4]);
    const settings = readFileSync('../config/default.toml', 'utf8').split('[[indicators]]').find((one) => one.includes('"arrivals_from_ua_cumulative"')) ?? '';
    const [, aggregation = ''] = /^aggregation = "(\w+)"$/m.exec(settings) ?? [];
    const [, because = ''] = /^not_summed_because = \{ en = "([^"]+)"/m.exec(settings) ?? [];

    const sum = arrivals.reduce((all, { value }) => all + value, 0);
    expect([sum, whole, sum - whole]).toEqual([4_083_353, 3_772_599, 310_754]);
    const countries = arrivals.map(({ country }) => centre(country));
    const [, twice = ''] = /^counted_twice = "(\w+)"$/m.exec(settings) ?? [];
    const doubled = [reading('eu', twice, sum - whole), reading('ro', twice, 'not_available')];
    const indicators = [counted('arrivals', aggregation as Counted['aggregation'], { not_summed_because: { en: because }, counted_twice: twice }), counted(twice, 'max')];
    const told = picture(countries, countries.map(({ id }) => cell(id, 'shelter', 'severe')), [...arrivals.map(({ country, value }) => reading(country.toLowerCase(), 'arrivals', value)), ...doubled]);
    const figures = figuresOf(told, indicators, NOW, 3);
    expect(figures.map(({ indicator }) => indicator.id)).toEqual(['arrivals']);
    const [figure] = figures;
    expect(figure).toMatchObject({ value: null, twice: 310_754, reporting: arrivals.length, of: arrivals.length, without: [] });
    expect(figure?.parts).toEqual([...arrivals].sort((a, b) => b.value - a.value).map(({ country, value }) => ({ code: country, value })));
    expect(figure?.indicator.not_summed_because?.en).toContain('counted by both');
    // What its author no longer vouches for is not said of it either.
    const later = figuresOf(told, indicators, NOW + 25 * 60 * MINUTE, 3)[0];
    expect(later?.twice).toBeNull();
  });

  it('without any that holds is no number at all', () => {
    expect(only([['pl', 'present', 'suppressed']], counted('present', 'sum'))).toMatchObject({ value: null, reporting: 0, of: 1, oldest: null, parts: [] });
    expect(only([['pl', 'present', 'suppressed']], counted('present', 'max'))).toMatchObject({ value: null });
  });

  it('says when its oldest part was true and how many parts are soft', () => {
    const figure = only(
      [['pl', 'present', 1, { as_of: iso(NOW - 30 * MINUTE), quality: 'estimated' }], ['ro', 'present', 2], ['md', 'present', 'suppressed', { as_of: iso(NOW - 99 * MINUTE) }]],
      counted('present', 'sum'),
    );
    expect(figure).toMatchObject({ oldest: NOW - 30 * MINUTE, soft: 1 });
  });

  it('whose update was replaced by one without figures holds for a day', () => {
    const gone = { update: 'earlier' };
    const day = 24 * 60 * MINUTE;
    expect(only([['pl', 'present', 1, { ...gone, as_of: iso(NOW - day + 1) }]], counted('present', 'sum'))).toMatchObject({ reporting: 1 });
    expect(only([['pl', 'present', 1, { ...gone, as_of: iso(NOW - day) }]], counted('present', 'sum'))).toMatchObject({ reporting: 0 });
  });

  it('stands by how many report it, then in the order of the catalogue; at most as many as asked', () => {
    const flood = picture(centres, standing, [reading('pl', 'c', 1), reading('pl', 'b', 1), reading('ro', 'b', 1), reading('pl', 'a', 1)]);
    const catalogue = ['a', 'b', 'c', 'never'].map((id) => counted(id, 'sum'));
    expect(figuresOf(flood, catalogue, NOW, 2).map(({ indicator }) => indicator.id)).toEqual(['b', 'a']);
    expect(figuresOf(flood, [], NOW, 2)).toEqual([]);
  });
});
