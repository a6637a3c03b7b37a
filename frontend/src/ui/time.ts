/** Times and spans as words. UTC is always the one that is shown; local time stands beside it. */
import { getLocale } from '../i18n/generated/runtime';

/** The conventions that go with a language: in Europe, English counts days before months. */
const CONVENTIONS: Record<string, string> = { en: 'en-GB' };

export function conventions(): string {
  return CONVENTIONS[getLocale()] ?? getLocale();
}

const PARTS = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const kept = new Map<string, Intl.DateTimeFormat>();

function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${getLocale()} ${name}`;
  const found = kept.get(key) ?? new Intl.DateTimeFormat(conventions(), options);
  kept.set(key, found);
  return found;
}

export function utcSeconds(at: number): string {
  return format('seconds', { ...PARTS, second: '2-digit', timeZone: 'UTC' }).format(at);
}

export function utcMinutes(at: number): string {
  return format('minutes', { ...PARTS, timeZone: 'UTC' }).format(at);
}

export function utcDay(at: number): string {
  return format('day', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' }).format(at);
}

/** With the year where it is another than that of `now`. */
export function utcDayAndMinutes(at: number, now = at): string {
  if (new Date(at).getUTCFullYear() !== new Date(now).getUTCFullYear()) {
    return format('year', { day: 'numeric', month: 'short', year: 'numeric', ...PARTS, timeZone: 'UTC' }).format(at);
  }
  return format('both', { day: 'numeric', month: 'short', ...PARTS, timeZone: 'UTC' }).format(at);
}

export function utcDate(at: number): string {
  return format('date', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at);
}

export function localMinutes(at: number, zone: string): string {
  return format(`local ${zone}`, { ...PARTS, timeZone: zone }).format(at);
}

/** The city that names a time zone. */
export function cityOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

/** A span in its largest unit: `40s`, `12m`, `5h`, `3d`. */
export function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A running clock: `9:07`, `1:02:07`, `3d 04h`. The sign is left to the caller. */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600)];
  const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
  if (days >= 2) return `${days}d ${pad(hours % 24)}h`;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
