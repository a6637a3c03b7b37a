import { describe, expect, test } from 'vitest';
import { ruleWords } from '../../src/coordination/words';
import { type Recurrence, recurrenceOf, ruleOf, USUAL } from '../../src/coordination/recurrence';

const of = (more: Partial<Recurrence>): string | null => ruleOf({ ...USUAL, ...more });

test('simple ways make rules', () => {
  expect(of({ way: 'hours', hours: ' 4 ' })).toBe('FREQ=HOURLY;INTERVAL=4');
  expect(of({ way: 'daily', times: '18:00, 06:00 6.00' })).toBe('FREQ=DAILY;BYHOUR=6,18;BYMINUTE=0;BYSECOND=0');
  expect(of({ way: 'weekly', times: '07:30', days: ['TH', 'MO'] })).toBe('FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=30;BYSECOND=0');
  expect(of({ way: 'rule', rule: ' FREQ=MINUTELY;INTERVAL=20 ' })).toBe('FREQ=MINUTELY;INTERVAL=20');
});

test.each<Partial<Recurrence>>([
  { way: 'hours', hours: '0' }, { way: 'hours', hours: '1.5' }, { way: 'hours', hours: '' },
  { way: 'daily', times: '' }, { way: 'daily', times: '25:00' }, { way: 'daily', times: '06:00, 18:30' }, { way: 'daily', times: '06:00, noon' },
  { way: 'weekly', days: [] }, { way: 'rule', rule: '  ' },
])('%o makes none', (wrong) => {
  expect(of(wrong)).toBeNull();
});

test('a rule is said in words where they hold all of it', () => {
  expect(ruleWords('FREQ=HOURLY;INTERVAL=4')).toBe('Every 4 h');
  expect(ruleWords('FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=30;BYSECOND=0')).toBe('Monday, Thursday at 07:30 UTC');
  expect(ruleWords('FREQ=MINUTELY;INTERVAL=20')).toBe('FREQ=MINUTELY;INTERVAL=20');
});

describe('a rule is shown', () => {
  test.each(['FREQ=HOURLY;INTERVAL=4', 'FREQ=DAILY;BYHOUR=6,18;BYMINUTE=0;BYSECOND=0', 'FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=7;BYMINUTE=30;BYSECOND=0'])('%s in the way that makes it', (rule) => {
    const shown = recurrenceOf(rule);
    expect(shown.way).not.toBe('rule');
    expect(ruleOf(shown)).toBe(rule);
  });

  test.each(['FREQ=MINUTELY;INTERVAL=20', 'FREQ=DAILY;BYHOUR=18,6;BYMINUTE=0;BYSECOND=0', 'FREQ=HOURLY;INTERVAL=4;COUNT=3', 'FREQ=WEEKLY;BYDAY=1MO;BYHOUR=6;BYMINUTE=0;BYSECOND=0'])('%s as it is', (rule) => {
    expect(recurrenceOf(rule)).toMatchObject({ way: 'rule', rule });
    expect(ruleOf(recurrenceOf(rule))).toBe(rule);
  });
});
