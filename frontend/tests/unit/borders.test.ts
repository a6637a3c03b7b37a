/** The borders that docs/decisions/0020-map-and-borders.md chose, held on the geometry that is drawn. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { draw, holds, place, prepare } from '../../scripts/draw-map.mjs';
import { COUNTRIES, HEIGHT, WIDTH } from '../../src/map/shapes.gen';

type Place = [longitude: number, latitude: number];
const { countries, rest } = prepare();
const SIMFEROPOL: Place = [34.1, 44.95];
const SEVASTOPOL: Place = [33.52, 44.6];

/** Every country whose shape holds a place. */
function holdersOf(shapes: Record<string, unknown>, place: Place): string[] {
  return Object.keys(shapes).filter((code) => holds(shapes[code], place));
}

describe('borders', () => {
  it.each([
    ['Simferopol', SIMFEROPOL, 'UA'],
    ['Sevastopol', SEVASTOPOL, 'UA'],
    ['Yalta', [34.17, 44.5], 'UA'],
    ['Kerch', [36.4, 45.35], 'UA'],
    ['Donetsk', [37.8, 48.0], 'UA'],
    ['Tiraspol', [29.62, 46.84], 'MD'],
    ['Pristina', [21.17, 42.66], 'XK'],
    ['Kyrenia', [33.32, 35.32], 'CY'],
    ['Larnaca', [33.6, 34.95], 'CY'],
    ['Mariehamn', [19.94, 60.12], 'FI'],
    ['Luxembourg', [6.13, 49.61], 'LU'],
    ['Valletta', [14.45, 35.88], 'MT'],
    ['Kaliningrad', [20.5, 54.7], 'RU'],
  ] as [string, Place, string][])('%s is in one country only', (_, at, country) => {
    expect(holdersOf(countries, at)).toEqual([country]);
  });

  it('would be seen to be wrong if Crimea were drawn with Russia', () => {
    const russia = { ...countries, UA: countries.RU, RU: countries.UA };
    expect(holdersOf(russia, SIMFEROPOL)).toEqual(['RU']);
    expect(holdersOf(russia, SEVASTOPOL)).not.toEqual(['UA']);
  });

  it.each([
    ['Cayenne', [-52.3, 4.9]],
    ['Las Palmas', [-15.4, 28.1]],
    ['Longyearbyen', [15.6, 78.2]],
    ['Ponta Delgada', [-25.6, 37.8]],
    ['Funchal', [-16.9, 32.65]],
    ['Saint-Denis', [55.4, -20.9]],
  ] as [string, Place][])('%s is overseas and not drawn', (_, at) => {
    expect(holdersOf(countries, at)).toEqual([]);
  });

  it('other land has nothing of the countries in it', () => {
    for (const at of [SIMFEROPOL, SEVASTOPOL, [21.17, 42.66], [33.32, 35.32], [29.62, 46.84]] as Place[]) expect(holds(rest, at)).toBe(false);
  });
});

describe('what is drawn', () => {
  it('is what the script draws', () => {
    expect(readFileSync('src/map/shapes.gen.ts', 'utf8')).toBe(draw());
  });

  it('shows every country of the configured centres, whole as far as Europe goes', () => {
    const configured = [...readFileSync('../config/default.toml', 'utf8').matchAll(/^country = "(..)"$/gm)].map(([, code]) => code ?? '');
    expect(configured.length).toBeGreaterThan(30);
    for (const code of configured) expect(COUNTRIES[code]?.path, code).toMatch(/^M/);
    const ends: Place[] = [[25.78, 71.17], [31, 70.3], [-10.4, 52], [-9.5, 38.7], [24.1, 34.95], [34.5, 35.6], [40.1, 49.6], [14.4, 35.85]];
    for (const end of ends) {
      const [x, y] = place(end);
      expect(x > 0 && x < WIDTH && y > 0 && y < HEIGHT, `${end}: ${x}, ${y}`).toBe(true);
    }
  });
});
