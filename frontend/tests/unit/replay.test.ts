import { describe, expect, it } from 'vitest';
import type { MomentView, Severity } from '../../src/api/types.gen';
import { atSpeed, moved, pause, play, standing, timeAt } from '../../src/replay/clock';
import { Frames } from '../../src/replay/frames';
import { deedOf } from '../../src/replay/keys';
import { barsOf, momentFrom, placeOf, ticksOf } from '../../src/replay/scale';
import { iso, MINUTE, NOW } from './pictures';

const HOUR = 60 * MINUTE;
const span = { from: NOW, to: NOW + 10 * HOUR };
const moment = (at: number, severity: Severity | null = 'severe'): MomentView =>
  ({ position: `p${at}`, recorded_at: iso(at), kind: 'update_posted', centre: 'be-nccn', severity, title: null, mode: null });

describe('the clock of a replay', () => {
  it('stands until it is played, then runs as many times as fast as time, and ends with the crisis', () => {
    const still = standing(NOW, 60);
    expect(timeAt(still, 5_000, span.to)).toBe(NOW);
    const running = play(still, 5_000);
    expect(timeAt(running, 7_000, span.to)).toBe(NOW + 2 * MINUTE);
    expect(timeAt(running, 10_000_000, span.to)).toBe(span.to);
    expect(timeAt(pause(running, 7_000, span.to), 99_000, span.to)).toBe(NOW + 2 * MINUTE);
  });

  it('goes on from where it is when its speed changes or it is moved', () => {
    const running = play(standing(NOW, 1), 0);
    const faster = atSpeed(running, 600, 10_000, span.to);
    expect(timeAt(faster, 10_000, span.to)).toBe(NOW + 10_000);
    expect(timeAt(faster, 11_000, span.to)).toBe(NOW + 10_000 + 600_000);
    expect(timeAt(moved(faster, NOW + HOUR, 20_000), 21_000, span.to)).toBe(NOW + HOUR + 600_000);
    expect(timeAt(moved(standing(NOW, 10), NOW + HOUR, 20_000), 90_000, span.to)).toBe(NOW + HOUR);
    expect(timeAt(atSpeed(standing(NOW, 10), 60, 5_000, span.to), 90_000, span.to)).toBe(NOW);
  });
});

describe('the scale of the slider', () => {
  it('holds every time within the span', () => {
    expect(placeOf(NOW + 5 * HOUR, span)).toBe(0.5);
    expect([placeOf(NOW - 1, span), placeOf(span.to + 1, span)]).toEqual([0, 1]);
    expect(placeOf(NOW, { from: NOW, to: NOW })).toBe(0);
  });

  it('shows the fullest part at its height and the emptiest still to be seen', () => {
    const bars = barsOf([{ from: iso(NOW), entries: 200 }, { from: iso(NOW + 9 * HOUR), entries: 1 }], 60, span);
    expect(bars[0]).toMatchObject({ left: 0, height: 1 });
    expect(bars[0]?.width).toBeCloseTo(0.1);
    expect(bars[1]?.height).toBe(0.08);
  });

  it('stands the gravest where several key moments are on one spot', () => {
    const ticks = ticksOf([moment(NOW + HOUR, 'minor'), moment(NOW + HOUR + 1, 'extreme'), moment(NOW + HOUR + 2, 'moderate'), moment(NOW + 2 * HOUR, null)], span);
    expect(ticks.map(({ severity }) => severity)).toEqual(['extreme', null]);
    expect(ticks[0]?.height).toBe(1);
  });

  it('leads to the moment before or after, never to the one it stands on', () => {
    const moments = [NOW, NOW + HOUR, NOW + 2 * HOUR].map((at) => moment(at));
    expect(momentFrom(moments, NOW + HOUR, 1)).toBe(moments[2]);
    expect(momentFrom(moments, NOW + HOUR, -1)).toBe(moments[0]);
    expect(momentFrom(moments, NOW + HOUR + 1, -1)).toBe(moments[1]);
    expect(momentFrom(moments, NOW, -1)).toBeUndefined();
    expect(momentFrom(moments, NOW + 2 * HOUR, 1)).toBeUndefined();
  });
});

describe('frames', () => {
  function asked() {
    const waiting: { wish: number; answer: (frame: string) => void; refuse: (error: unknown) => void }[] = [];
    const shown: string[] = [];
    const failed: number[] = [];
    const frames = new Frames<number, string>(
      (wish) => new Promise((answer, refuse) => waiting.push({ wish, answer, refuse })),
      (frame) => shown.push(frame),
      (_, wish) => failed.push(wish),
    );
    return { frames, waiting, shown, failed };
  }
  const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

  it('are asked for one at a time, and of several wishes the newest alone', async () => {
    const { frames, waiting, shown } = asked();
    for (const wish of [1, 2, 3]) frames.want(wish);
    expect(waiting.map(({ wish }) => wish)).toEqual([1]);
    expect([frames.isIdle, frames.isLast]).toEqual([false, false]);
    waiting[0]?.answer('one');
    await settled();
    expect(waiting.map(({ wish }) => wish)).toEqual([1, 3]);
    waiting[1]?.answer('three');
    await settled();
    expect(shown).toEqual(['one', 'three']);
    expect([frames.isIdle, frames.isLast]).toEqual([true, true]);
  });

  it('that do not come are told of, unless something else is wished for by then', async () => {
    const { frames, waiting, shown, failed } = asked();
    frames.want(1);
    frames.want(2);
    waiting[0]?.refuse(new Error('away'));
    await settled();
    expect(failed).toEqual([]);
    waiting[1]?.refuse(new Error('away'));
    await settled();
    expect([failed, shown, frames.isIdle]).toEqual([[2], [], true]);
  });
});

describe('a key', () => {
  const pressed = (key: string, target: EventTarget | null = document.body, more = {}) =>
    deedOf({ key, target, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
  const input = (type: string): HTMLInputElement => Object.assign(document.createElement('input'), { type });

  it('plays, steps and leads to key moments, also on the slider', () => {
    for (const target of [document.body, input('range')]) {
      expect(['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', ' '].map((key) => pressed(key, target))).toEqual(['entry-back', 'entry-next', 'moment-back', 'moment-next', 'toggle']);
    }
  });

  it('is left to fields, to buttons that it presses, and to the browser', () => {
    expect([pressed('ArrowLeft', input('datetime-local')), pressed(' ', document.createElement('button')), pressed('ArrowLeft', document.body, { altKey: true }), pressed('x')]).toEqual([null, null, null, null]);
    expect(pressed('ArrowLeft', document.createElement('button'))).toBe('entry-back');
  });
});
