/** Between the simple ways to say when reports are due and the rule of RFC 5545 that the server keeps. Pure. */
export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type Day = (typeof DAYS)[number];
export const WAYS = ['hours', 'daily', 'weekly', 'rule'] as const;
export type Way = (typeof WAYS)[number];

/** As it is entered. `times` are of a day in UTC, such as `06:00, 18:00`; `rule` is what was typed out. */
export type Recurrence = { way: Way; hours: string; times: string; days: Day[]; rule: string };

export const USUAL: Recurrence = { way: 'hours', hours: '4', times: '06:00, 18:00', days: ['MO'], rule: '' };

/** The rule, or `null` where what was entered makes none. */
export function ruleOf({ way, hours, times, days, rule }: Recurrence): string | null {
  switch (way) {
    case 'hours': return /^[1-9]\d{0,2}$/.test(hours.trim()) ? `FREQ=HOURLY;INTERVAL=${hours.trim()}` : null;
    case 'daily': return within('FREQ=DAILY', times);
    case 'weekly': return days.length === 0 ? null : within(`FREQ=WEEKLY;BYDAY=${DAYS.filter((day) => days.includes(day)).join(',')}`, times);
    case 'rule': return rule.trim() === '' ? null : rule.trim();
  }
}

/** One rule names every hour with every minute: times that share their minutes are all that it can say. */
function within(frequency: string, times: string): string | null {
  const read = times.split(/[\s,;]+/).filter(Boolean).map((time) => /^([01]?\d|2[0-3])[:.]([0-5]\d)$/.exec(time));
  const [hours, minutes] = [read.map((time) => Number(time?.[1])), new Set(read.map((time) => Number(time?.[2])))];
  if (read.length === 0 || read.includes(null) || minutes.size > 1) return null;
  return `${frequency};BYHOUR=${[...new Set(hours)].sort((a, b) => a - b).join(',')};BYMINUTE=${[...minutes].join('')};BYSECOND=0`;
}

/** How a rule is shown for changing: in the simple way that makes it, else as it is. */
export function recurrenceOf(rule: string): Recurrence {
  const hourly = /^FREQ=HOURLY(?:;INTERVAL=([1-9]\d{0,2}))?$/.exec(rule);
  if (hourly) return { ...USUAL, way: 'hours', hours: hourly[1] ?? '1', rule };
  const timed = /^FREQ=(DAILY|WEEKLY;BYDAY=([A-Z,]+));BYHOUR=([\d,]+);BYMINUTE=(\d{1,2});BYSECOND=0$/.exec(rule);
  if (timed) {
    const [, frequency, days = '', hours = '', minute = ''] = timed;
    const times = hours.split(',').map((hour) => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`).join(', ');
    const simple: Recurrence = { way: frequency === 'DAILY' ? 'daily' : 'weekly', hours: USUAL.hours, times, days: DAYS.filter((day) => days.split(',').includes(day)), rule };
    if (ruleOf(simple) === rule) return simple;
  }
  return { ...USUAL, way: 'rule', rule };
}
