import { describe, expect, it } from 'vitest';
import { arcMinutes, fontPx, panelOf, pitchMm } from '../../src/device/legible';

const FULL_HD = { width: 1920, height: 1080 };

describe('type that is read from afar', () => {
  it('is 66 px for 20′ and 53 px for 16′ on a 55" full HD panel at 5 m', () => {
    const pitch = pitchMm(FULL_HD, 55);
    expect(pitch).toBeCloseTo(0.634, 3);
    expect(fontPx(20, 5, pitch)).toBe(66);
    expect(fontPx(16, 5, pitch)).toBe(53);
  });

  it('has twice the pixels on a panel twice as dense, and the same when the panel stands upright', () => {
    expect(fontPx(20, 5, pitchMm({ width: 3840, height: 2160 }))).toBe(132);
    expect(fontPx(20, 5, pitchMm({ width: 1080, height: 1920 }))).toBe(66);
  });

  it('grows with the distance and shrinks with the size of the panel', () => {
    const pitch = pitchMm(FULL_HD);
    expect([3, 5, 8].map((distance) => fontPx(16, distance, pitch))).toEqual([32, 53, 84]);
    expect(fontPx(20, 5, pitchMm(FULL_HD, 65))).toBe(56);
  });

  it('fills at least the angle that was asked for', () => {
    for (const inches of [43, 55, 65, 75, 98]) {
      for (const distance of [3, 5, 8]) {
        const pitch = pitchMm(FULL_HD, inches);
        expect(arcMinutes(fontPx(16, distance, pitch), distance, pitch)).toBeGreaterThanOrEqual(16);
      }
    }
  });

  it('believes the screen for a small window and the window of a page zoomed out', () => {
    expect(panelOf({ width: 960, height: 540 }, FULL_HD)).toBe(FULL_HD);
    const zoomedOut = { width: 3840, height: 2160 };
    expect(panelOf(zoomedOut, FULL_HD)).toBe(zoomedOut);
  });
});
