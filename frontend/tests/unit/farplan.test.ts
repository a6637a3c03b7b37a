import { describe, expect, it } from 'vitest';
import { farPlan, type FarPlan } from '../../src/device/farplan';
import { arcMinutes, pitchMm, type Size } from '../../src/device/legible';

const FULL_HD = { width: 1920, height: 1080 };
const UHD = { width: 3840, height: 2160 };
const UPRIGHT = { width: 1080, height: 1920 };
const NETWORK = { countries: 32, bodies: [4, 4, 3] };

function plan(window: Size, distanceM: number, inches = 55, wanted = NETWORK): FarPlan {
  return farPlan({ window, panel: window, inches, distanceM }, wanted);
}

function smallest(window: Size, distanceM: number, inches: number): number {
  const { codePx, textPx } = plan(window, distanceM, inches);
  return arcMinutes(Math.min(codePx, textPx), distanceM, pitchMm(window, inches));
}

describe('a wall for five metres', () => {
  it('has 66 px codes, ages, five escalations and three overdue centres beside 32 countries on 55" full HD', () => {
    expect(plan(FULL_HD, 5)).toMatchObject({ codePx: 66, textPx: 53, beside: true, columns: 6, ages: true, escalations: 5, overdue: 3 });
  });

  it('looks the same on 4K', () => {
    const { columns, ages, escalations, codePx } = plan(UHD, 5);
    expect({ columns, ages, escalations }).toEqual({ columns: 6, ages: true, escalations: 5 });
    expect(codePx).toBeGreaterThanOrEqual(131);
  });

  it('puts the exceptions below the tiles on an upright screen', () => {
    expect(plan(UPRIGHT, 5)).toMatchObject({ beside: false, columns: 5, ages: true, overdue: 3 });
    expect(plan(UPRIGHT, 5).escalations).toBeGreaterThanOrEqual(3);
  });
});

describe('the strip of bodies', () => {
  const wide = { width: 2560, height: 1080 };

  it('shows age and outlook where both have room for every body', () => {
    expect(plan(wide, 3, 98, { countries: 32, bodies: [3] }).strip).toBe('full');
  });

  it('gives up the outlook, then the age, for all of them alike', () => {
    expect(plan(FULL_HD, 5).strip).toBe('age');
    expect(plan(FULL_HD, 5, 55, { countries: 32, bodies: [4, 4, 4, 4, 4] }).strip).toBe('code');
  });
});

describe('a wall at any distance', () => {
  it('never falls below 16 arc-minutes', () => {
    for (const window of [FULL_HD, UHD, UPRIGHT, { width: 1366, height: 768 }]) {
      for (const distance of [3, 5, 8]) {
        for (const inches of [43, 55, 75, 98]) expect(smallest(window, distance, inches)).toBeGreaterThanOrEqual(16);
      }
    }
  });

  it('fills the room there is: at 3 m on 75" the type is larger than it must be', () => {
    expect(plan(FULL_HD, 3, 75).codePx).toBeGreaterThan(50);
  });

  it('gives up ages and escalations before size', () => {
    expect(plan(FULL_HD, 8)).toMatchObject({ codePx: 84, textPx: 84, ages: false });
    expect(plan(FULL_HD, 8, 75).escalations).toBeGreaterThanOrEqual(2);
  });

  it('keeps every row of tiles within the screen', () => {
    for (const window of [FULL_HD, UHD, UPRIGHT]) {
      for (const distance of [3, 5, 8]) {
        const { columns, tile, textPx } = plan(window, distance);
        expect(columns * tile.width).toBeLessThanOrEqual(window.width - textPx);
        expect(Math.ceil(32 / columns) * tile.height).toBeLessThan(window.height);
      }
    }
  });

  it('shows codes at the least size when nothing else fits', () => {
    const crowded = plan({ width: 800, height: 600 }, 8, 20, { countries: 60, bodies: [4, 4, 3, 5] });
    expect(crowded).toMatchObject({ beside: false, ages: false });
    expect(crowded.columns).toBeGreaterThanOrEqual(1);
  });
});
