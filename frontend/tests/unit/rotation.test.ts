import { expect, test } from 'vitest';
import { isRotating, placeOf, type Rotation, start, step, TURN_MS } from '../../src/device/rotation';

const over = (...crises: string[]): Rotation => step(start(), { type: 'crises', crises });
const pass = (rotation: Rotation, spanMs: number): Rotation => step(rotation, { type: 'tick', spanMs });

test('it shows the first, then each for thirty seconds, then the first again', () => {
  let rotation = over('a', 'b', 'c');
  const shown = [rotation.current];
  for (let turn = 0; turn < 3; turn += 1) {
    rotation = pass(rotation, TURN_MS - 1);
    shown.push(rotation.current);
    rotation = pass(rotation, 1);
    shown.push(rotation.current);
  }
  expect(shown).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'a']);
});

test('it says which of how many and how long it stays', () => {
  const rotation = pass(over('a', 'b', 'c'), TURN_MS + 18_000);
  expect(placeOf(rotation)).toBe(2);
  expect(rotation.leftMs).toBe(TURN_MS);
  expect(pass(rotation, 18_000).leftMs).toBe(12_000);
});

test('one crisis does not turn, and none is nothing', () => {
  expect(isRotating(over('a'))).toBe(false);
  expect(pass(over('a'), 10 * TURN_MS)).toEqual(over('a'));
  expect(over()).toMatchObject({ current: null });
  expect(placeOf(over())).toBe(0);
});

test('paused it stays, and resumed it begins the turn anew', () => {
  const paused = step(pass(over('a', 'b'), 20_000), { type: 'pause' });
  expect(pass(paused, 10 * TURN_MS)).toMatchObject({ current: 'a', paused: true });
  expect(step(paused, { type: 'resume' })).toMatchObject({ current: 'a', paused: false, leftMs: TURN_MS });
});

test('what is shown stays when others open or close', () => {
  const rotation = pass(over('a', 'b', 'c'), TURN_MS);
  expect(step(pass(rotation, 5_000), { type: 'crises', crises: ['b', 'c', 'd'] })).toMatchObject({ current: 'b', leftMs: TURN_MS - 5_000 });
});

test('when the one that is shown closes, the one that followed it is shown', () => {
  const rotation = pass(over('a', 'b', 'c'), TURN_MS);
  expect(step(rotation, { type: 'crises', crises: ['a', 'c'] })).toMatchObject({ current: 'c', leftMs: TURN_MS });
  expect(step(over('a', 'b'), { type: 'crises', crises: [] }).current).toBeNull();
});

test('however long the screen slept, it goes on by one', () => {
  expect(pass(over('a', 'b', 'c'), 3_600_000).current).toBe('b');
});

test('a page that loaded itself again goes on where it was, held if it was held', () => {
  const kept = step(start({ current: 'b', paused: true }), { type: 'crises', crises: ['a', 'b'] });
  expect(kept).toMatchObject({ current: 'b', paused: true });
});
