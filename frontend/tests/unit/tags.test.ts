import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HEIGHT, WIDTH } from '../../src/map/shapes.gen';
import { spotsOf } from '../../src/map/spots';
import { type Place, placeOf, placeOfBody, TAG_HEIGHT, widthOf } from '../../src/map/tags';
import { boardOf } from '../../src/picture/board';
import { cell, centre, NOW, picture } from './pictures';

const configured = [...readFileSync('../config/default.toml', 'utf8').matchAll(/^code = "(\w+)"\n(country = )?/gm)];
const countries = configured.filter(([, , country]) => country).map(([, code]) => code ?? '');
const bodies = configured.filter(([, , country]) => !country).map(([, code]) => code ?? '');

type Box = { code: string; left: number; right: number; top: number; bottom: number };
function boxOf(code: string, { x, y }: Place): Box {
  const half = widthOf(code) / 2;
  return { code, left: x - half, right: x + half, top: y - TAG_HEIGHT / 2, bottom: y + TAG_HEIGHT / 2 };
}
const boxes = [...countries.map((code) => boxOf(code, placeOf(code))), ...bodies.map((code, index) => boxOf(code, placeOfBody(index)))];
const meet = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const meetings = (all: Box[]): string[] => all.flatMap((a, i) => all.slice(i + 1).filter((b) => meet(a, b)).map((b) => `${a.code} ${b.code}`));

describe('tags', () => {
  it('of all configured centres stand clear of each other, within the map', () => {
    expect(boxes.length).toBeGreaterThanOrEqual(35);
    expect(meetings(boxes)).toEqual([]);
    for (const box of boxes) expect(box.left > 0 && box.top > 0 && box.right < WIDTH && box.bottom < HEIGHT, box.code).toBe(true);
  });

  it('that met would be seen', () => {
    expect(meetings([...boxes, { ...boxOf('XX', placeOf('SI')) }])).toEqual(['SI XX']);
  });

  it('are large enough to point at', () => {
    for (const { code, left, right, top, bottom } of boxes) expect(Math.min(right - left, bottom - top), code).toBeGreaterThanOrEqual(24);
  });

  it('stand in open water, with a line, for the small and the crowded', () => {
    for (const code of ['LU', 'MD', 'MT', 'CY', 'HR']) expect(placeOf(code).anchor, code).toBeDefined();
  });
});

describe('spots', () => {
  it('are the centres of the crisis and no other; what is no country on the map stands beside it', () => {
    const flood = picture([centre('PL'), centre('ERCC', 'eu'), centre('US', 'observer')], [cell('pl', 'cyber', 'severe')]);
    const spots = spotsOf(boardOf([], flood, NOW), new Map([['ercc', 'nobody']]));
    expect(spots.map(({ id, onLand, status, part }) => [id, onLand, status, part])).toEqual([
      ['PL', true, 'severe', null],
      ['us', false, 'no_report', null],
      ['ercc', false, 'no_report', 'nobody'],
    ]);
  });

  it('of two centres in one country show the worst of what either says', () => {
    const second = { ...centre('PL'), id: 'pl-cert', code: 'PLC' };
    const flood = picture([centre('PL'), second], [cell('pl-cert', 'cyber', 'extreme', { recorded_at: new Date(NOW).toISOString() })]);
    const spots = spotsOf(boardOf([], flood, NOW), new Map([['pl', 'owned'], ['pl-cert', 'nobody']]));
    expect(spots).toEqual([{ id: 'PL', code: 'PL', onLand: true, status: 'extreme', marked: true, part: 'nobody' }]);
  });

  it('that are as they were stay the same, so that only what changed is drawn', () => {
    const centres = [centre('BE'), centre('PL')];
    const before = spotsOf(boardOf([], picture(centres, []), NOW), new Map());
    const after = spotsOf(boardOf([], picture(centres, [cell('pl', 'cyber', 'severe')]), NOW), new Map(), before);
    expect(after.map(({ status }) => status)).toEqual(['no_report', 'severe']);
    expect(after.map((spot, index) => spot === before[index])).toEqual([true, false]);
  });
});
