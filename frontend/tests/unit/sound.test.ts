import { expect, test } from 'vitest';
import type { EscalationView } from '../../src/api/types.gen';
import { type Alarm, APART_MS, DEAF, heldBack, type Hearing, listen, sound, SOUNDS_MAX, tune, WITHIN_MS } from '../../src/device/sound';
import { at, escalation, T0 } from './given';

const political = (id: string, changes: Partial<EscalationView> = {}) => escalation({ id, level: 'political', ...changes });
const extreme = (id: string, changes: Partial<EscalationView> = {}) => escalation({ id, severity: 'extreme', ...changes });

function hear(hearing: Hearing, escalations: EscalationView[], { begun = T0 + 1_000 as number | null, crisis = 'a', environment = 'actual' as Alarm['environment'] } = {}) {
  return listen(hearing, { crisis, environment, escalations }, begun);
}

const heard = (...there: EscalationView[]): Hearing => hear(DEAF, there).hearing;

test('what was there when the page began does not sound', () => {
  const { hearing, alarms } = hear(DEAF, [political('e1'), extreme('e2')]);
  expect(alarms).toEqual([]);
  expect(sound(hearing, 0, false).alarm).toBeNull();
});

test('what was raised since then sounds, though it came with the first picture', () => {
  const { alarms } = hear(DEAF, [political('e1'), political('e2', { raised_at: at(1_500) })]);
  expect(alarms.map(({ id }) => id)).toEqual(['e2']);
});

test('a new political or extreme escalation sounds once; others never do', () => {
  const { hearing, alarms } = hear(heard(), [political('e1'), escalation({ id: 'e2' })]);
  expect(alarms.map(({ id, loudness }) => [id, loudness])).toEqual([['e1', 'political']]);
  const first = sound(hearing, 0, false);
  expect(first.alarm?.id).toBe('e1');
  const again = hear(first.hearing, [political('e1')]);
  expect(again.alarms).toEqual([]);
  expect(sound(again.hearing, APART_MS, false).alarm).toBeNull();
});

test('one that becomes political sounds then; one that is lowered does not', () => {
  const raised = hear(heard(extreme('e1')), [extreme('e1', { level: 'political' })]);
  expect(raised.alarms.map(({ loudness }) => loudness)).toEqual(['political']);
  expect(hear(raised.hearing, [extreme('e1')]).alarms).toEqual([]);
});

test('a crisis that opens later has nothing old in it', () => {
  expect(hear(heard(), [political('e9')], { crisis: 'b', begun: null }).alarms.map(({ crisis }) => crisis)).toEqual(['b']);
});

test('what is closed already does not sound', () => {
  expect(hear(heard(), [political('e1', { state: 'closed' })]).alarms).toEqual([]);
});

test('one sound a minute; what comes in between sounds together when it is over', () => {
  let { hearing } = sound(hear(heard(), [extreme('e1')]).hearing, 1_000, false);
  hearing = hear(hearing, [extreme('e1'), extreme('e2'), political('e3')]).hearing;
  expect(sound(hearing, 1_000 + APART_MS - 1, false).alarm).toBeNull();
  const later = sound(hearing, 1_000 + APART_MS, false);
  expect(later.alarm?.id).toBe('e3');
  expect(sound(later.hearing, 1_000 + 2 * APART_MS, false).alarm).toBeNull();
});

/** As many sounds as are allowed, a minute apart from 0 on. */
function loud(environment: Alarm['environment'] = 'actual', crisis = 'a'): Hearing {
  let hearing = heard();
  const there: EscalationView[] = [];
  for (let nth = 0; nth < SOUNDS_MAX; nth += 1) {
    there.push(extreme(`${crisis}${nth}`));
    const next = sound(hear(hearing, there, { environment, crisis, begun: null }).hearing, nth * APART_MS, false);
    expect(next.alarm?.id).toBe(`${crisis}${nth}`);
    hearing = next.hearing;
  }
  return hearing;
}

test('so many sounds in ten minutes; what comes then is held back together, and how many and how long is told', () => {
  const hearing = hear(loud(), [extreme('x1'), extreme('x2')]).hearing;
  expect(sound(hearing, 5 * APART_MS, false).alarm).toBeNull();
  expect(heldBack(hearing, 5 * APART_MS)).toEqual({ count: 2, leftMs: WITHIN_MS - 5 * APART_MS });
  expect(sound(hearing, WITHIN_MS - 1, false).alarm).toBeNull();
  const next = sound(hearing, WITHIN_MS, false);
  expect(next.alarm?.id).toBe('x1');
  expect(heldBack(next.hearing, WITHIN_MS)).toBeNull();
  // One of the ten minutes is over, the others are not.
  const more = hear(next.hearing, [extreme('x3')]).hearing;
  expect(heldBack(more, WITHIN_MS)).toEqual({ count: 1, leftMs: APART_MS });
});

test('one that is held back and becomes louder is still one', () => {
  const waits = hear(loud(), [extreme('x1')]).hearing;
  const louder = hear(waits, [extreme('x1', { level: 'political' })]).hearing;
  expect(louder.held).toEqual(['x1']);
});

test('what weighs less holds nothing back that weighs more', () => {
  const drilled = loud('exercise', 'drill');
  const actual = hear(drilled, [political('e1')], { begun: null }).hearing;
  expect(sound(actual, SOUNDS_MAX * APART_MS, false).alarm?.id).toBe('e1');
  const drill = hear(drilled, [extreme('d9')], { crisis: 'drill', environment: 'exercise', begun: null }).hearing;
  expect(sound(drill, SOUNDS_MAX * APART_MS, false).alarm).toBeNull();
});

test('a muted wall forgets: nothing old sounds when it is heard again', () => {
  const muted = sound(hear(heard(), [political('e1')]).hearing, 0, true);
  expect(muted.alarm).toBeNull();
  expect(sound(muted.hearing, APART_MS, false).alarm).toBeNull();
});

test('an actual alarm goes before one of an exercise', () => {
  const drill = hear(heard(), [political('e1')], { crisis: 'drill', environment: 'exercise', begun: null });
  const both = hear(drill.hearing, [extreme('e2')]);
  expect(sound(both.hearing, 0, false).alarm?.id).toBe('e2');
});

test('political and extreme differ, and what is not actual begins with one long low note', () => {
  const heights = (loudness: Alarm['loudness'], environment: Alarm['environment']) => tune({ loudness, environment }).map(({ hertz }) => hertz);
  expect(heights('political', 'actual')).toEqual([660, 880, 1100]);
  expect(new Set(heights('extreme', 'actual')).size).toBe(1);
  expect(heights('extreme', 'exercise')[0]).toBeLessThan(300);
});
