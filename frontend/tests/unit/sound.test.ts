import { expect, test } from 'vitest';
import type { EscalationView } from '../../src/api/types.gen';
import { type Alarm, APART_MS, DEAF, type Hearing, listen, sound, tune } from '../../src/device/sound';
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
