/** The scale of the slider: where a time, a part of the density and a key moment stand on it. Pure. */
import type { DensityView, MomentView, Severity } from '../api/types.gen';

export type Span = { from: number; to: number };

/** Where a time stands, from 0 to 1. */
export function placeOf(at: number, { from, to }: Span): number {
  return to <= from ? 0 : Math.min(1, Math.max(0, (at - from) / (to - from)));
}

export type Bar = { left: number; width: number; height: number };

/** How much was said when. The fullest part is as high as there is room; a part with anything in it can be seen. */
export function barsOf(density: readonly DensityView[], partMinutes: number, span: Span): Bar[] {
  const most = Math.max(1, ...density.map(({ entries }) => entries));
  return density.map(({ from, entries }) => {
    const began = Date.parse(from);
    const left = placeOf(began, span);
    return { left, width: placeOf(began + partMinutes * 60_000, span) - left, height: Math.max(0.08, entries / most) };
  });
}

export type Tick = { left: number; height: number; severity: Severity | null };

const HEIGHT: Record<Severity, number> = { extreme: 1, severe: 0.8, moderate: 0.6, unknown: 0.45, minor: 0.3 };
/** Ticks nearer to each other than this are one line to the eye. */
const APART = 1 / 600;

/** Key moments, the graver the higher; where several stand on one spot, the gravest. */
export function ticksOf(moments: readonly MomentView[], span: Span): Tick[] {
  const spots = new Map<number, Tick>();
  for (const { recorded_at, severity } of moments) {
    const left = placeOf(Date.parse(recorded_at), span);
    const height = severity === null ? 0.6 : HEIGHT[severity];
    const spot = Math.round(left / APART);
    if (height > (spots.get(spot)?.height ?? 0)) spots.set(spot, { left, height, severity });
  }
  return [...spots.values()];
}

/** The next key moment after a time, or the last before it. `moments` are oldest first. */
export function momentFrom(moments: readonly MomentView[], at: number, way: 1 | -1): MomentView | undefined {
  return way === 1
    ? moments.find(({ recorded_at }) => Date.parse(recorded_at) > at)
    : moments.findLast(({ recorded_at }) => Date.parse(recorded_at) < at);
}
