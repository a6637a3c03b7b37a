/** Contrast (WCAG 2.2) and what is left of it for the colour-blind (Machado et al. 2009, severity 1), from tokens.css itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

type Rgb = readonly [number, number, number];
const css = readFileSync('src/styles/tokens.css', 'utf8');

function tokensOf(theme: 'dark' | 'light'): Map<string, Rgb> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  const found = block.matchAll(/--([\w-]+):\s*#([0-9a-f]{6});/g);
  return new Map([...found].map(([, name = '', hex = '']) => [name, [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as unknown as Rgb]));
}

const linear = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

function luminance([r, g, b]: Rgb): number {
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function contrast(a: Rgb, b: Rgb): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

const EYES = {
  all: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanope: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranope: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanope: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
} as const;

/** CIE L*a*b* (D65) of a colour as these eyes see it. */
function seen(colour: Rgb, eyes: keyof typeof EYES): Rgb {
  const [r, g, b] = colour.map(linear) as unknown as Rgb;
  const [x, y, z] = EYES[eyes].map(([cr, cg, cb]) => Math.min(1, Math.max(0, cr * r + cg * g + cb * b))) as unknown as Rgb;
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29);
  const fx = f((0.4124 * x + 0.3576 * y + 0.1805 * z) / 0.95047);
  const fy = f(0.2126 * x + 0.7152 * y + 0.0722 * z);
  const fz = f((0.0193 * x + 0.1192 * y + 0.9505 * z) / 1.08883);
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function distance(a: Rgb, b: Rgb, eyes: keyof typeof EYES): number {
  const [one, other] = [seen(a, eyes), seen(b, eyes)];
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

const STATUSES = ['extreme', 'severe', 'moderate', 'minor', 'nil', 'unknown', 'no-report'];
/** Fills that must stay apart without their shape: what calls for an act from what does not. */
const APART: [string, string][] = [['extreme', 'severe'], ['extreme', 'minor'], ['severe', 'minor'], ['severe', 'moderate'], ['severe', 'no-report'], ['extreme', 'no-report']];
const DELTA_E_LEAST = 20;

describe.each(['dark', 'light'] as const)('%s', (theme) => {
  const tokens = tokensOf(theme);
  const token = (name: string): Rgb => {
    const found = tokens.get(name);
    if (!found) throw new Error(`tokens.css has no --${name} in ${theme}`);
    return found;
  };

  test.each(STATUSES)('the ink on %s can be read', (status) => {
    expect(contrast(token(status), token(`on-${status}`))).toBeGreaterThanOrEqual(4.5);
  });

  test('the ink on both stripes of stale can be read', () => {
    for (const stripe of ['stale-a', 'stale-b']) expect(contrast(token(stripe), token('on-stale'))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['text', 'dim'])('%s can be read on the ground and on panels', (ink) => {
    for (const ground of ['bg', 'panel']) expect(contrast(token(ink), token(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test('focus, the ring of what is new, the mark of a live link and the banner stand out', () => {
    for (const mark of ['focus', 'new', 'live']) {
      for (const ground of ['bg', 'panel']) expect(contrast(token(mark), token(ground))).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(token('lost'), token('on-lost'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token('focus'), token('bg'))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.keys(EYES) as (keyof typeof EYES)[])('what calls for an act is told from what does not, for %s eyes', (eyes) => {
    for (const [one, other] of APART) {
      expect.soft(distance(token(one), token(other), eyes), `${one} and ${other}`).toBeGreaterThanOrEqual(DELTA_E_LEAST);
    }
  });
});

test('the measure is right: black on white is 21, equal colours are not apart', () => {
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21);
  expect(distance([0.2, 0.4, 0.6], [0.2, 0.4, 0.6], 'protanope')).toBe(0);
});
