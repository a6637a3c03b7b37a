/** Which escalations sound, and when: each once, few in all, none that was there already. Pure. */
import type { Environment, EscalationView } from '../api/types.gen';
import { isOpen } from '../picture/select';

export type Loudness = 'extreme' | 'political';
export type Alarm = { crisis: string; id: string; title: string; loudness: Loudness; environment: Environment };

export type Hearing = {
  /** Crisis → escalation → the loudest it has been. */
  known: ReadonlyMap<string, ReadonlyMap<string, Loudness>>;
  /** What sounded not long ago: when, in milliseconds of a clock that never jumps, and how much it weighed. */
  sounded: readonly { at: number; weight: number }[];
  /** What is to sound as soon as it may: the weightiest of those that are held back. */
  waiting: Alarm | null;
  /** The escalations that are held back: they sound together. */
  held: readonly string[];
};

/** One sound a minute at the most, and so many in ten: who is alarmed more often than that hears none of them. */
export const APART_MS = 60_000;
export const SOUNDS_MAX = 3;
export const WITHIN_MS = 10 * 60_000;
const RANK: Record<Loudness, number> = { extreme: 1, political: 2 };

export const DEAF: Hearing = { known: new Map(), sounded: [], waiting: null, held: [] };

export function loudnessOf({ level, severity }: EscalationView): Loudness | null {
  if (level === 'political') return 'political';
  return severity === 'extreme' ? 'extreme' : null;
}

export type Seen = { crisis: string; environment: Environment; escalations: Iterable<EscalationView> };

/**
 * Takes note of a crisis. `begun` is when this screen began, by the server's clock: what was raised before
 * is not new. `null` for a crisis that opened later: nothing in it is old.
 */
export function listen(hearing: Hearing, seen: Seen, begun: number | null): { hearing: Hearing; alarms: Alarm[] } {
  const before = hearing.known.get(seen.crisis);
  const known = new Map(before);
  const alarms: Alarm[] = [];
  for (const escalation of seen.escalations) {
    const loudness = loudnessOf(escalation);
    if (loudness === null || !isOpen(escalation) || RANK[loudness] <= rank(known.get(escalation.id))) continue;
    known.set(escalation.id, loudness);
    if (before === undefined && begun !== null && Date.parse(escalation.raised_at) < begun) continue;
    alarms.push({ crisis: seen.crisis, id: escalation.id, title: escalation.title, loudness, environment: seen.environment });
  }
  if (before !== undefined && alarms.length === 0) return { hearing, alarms };
  const waiting = alarms.reduce<Alarm | null>(louder, hearing.waiting);
  const held = [...new Set([...hearing.held, ...alarms.map(({ id }) => id)])];
  return { hearing: { ...hearing, known: new Map(hearing.known).set(seen.crisis, known), waiting, held }, alarms };
}

/** What to sound now. A muted wall forgets: nothing old sounds when it is heard again. */
export function sound(hearing: Hearing, steady: number, muted: boolean): { hearing: Hearing; alarm: Alarm | null } {
  if (hearing.waiting === null) return { hearing, alarm: null };
  const done = { ...hearing, waiting: null, held: [] };
  if (muted) return { hearing: done, alarm: null };
  if (steady < soundsAt(hearing.sounded, hearing.waiting)) return { hearing, alarm: null };
  const recent = hearing.sounded.filter(({ at }) => steady - at < WITHIN_MS);
  return { hearing: { ...done, sounded: [...recent, { at: steady, weight: weightOf(hearing.waiting) }] }, alarm: hearing.waiting };
}

/** When it may sound. What weighs less, as an exercise does, uses up nothing of what weighs more. */
function soundsAt(sounded: Hearing['sounded'], waiting: Alarm): number {
  const last = sounded.at(-1);
  const first = sounded.filter(({ weight }) => weight >= weightOf(waiting)).at(-SOUNDS_MAX);
  return Math.max(last ? last.at + APART_MS : -Infinity, first ? first.at + WITHIN_MS : -Infinity);
}

/** How many are held back, and for how long yet; `null` where none is. */
export function heldBack({ sounded, waiting, held }: Hearing, steady: number): { count: number; leftMs: number } | null {
  return waiting && { count: held.length, leftMs: soundsAt(sounded, waiting) - steady };
}

/** A note: how high in hertz, from when and how long in seconds. */
export type Note = { hertz: number; from: number; lasts: number };

/** Rising for political, level for extreme; what is not actual is announced by one long low note. */
export function tune({ loudness, environment }: Pick<Alarm, 'loudness' | 'environment'>): Note[] {
  const heights = loudness === 'political' ? [660, 880, 1100] : [740, 740, 740];
  const prefix: Note[] = environment === 'actual' ? [] : [{ hertz: 220, from: 0, lasts: 0.9 }];
  const begin = prefix.length > 0 ? 1.1 : 0;
  return [...prefix, ...heights.map((hertz, index) => ({ hertz, from: begin + index * 0.3, lasts: 0.2 }))];
}

function rank(loudness: Loudness | undefined): number {
  return loudness === undefined ? 0 : RANK[loudness];
}

/** What is actual comes before what is not, then the louder. */
function weightOf({ loudness, environment }: Alarm): number {
  return RANK[loudness] + (environment === 'actual' ? 10 : 0);
}

function louder(a: Alarm | null, b: Alarm): Alarm {
  return a === null || weightOf(b) > weightOf(a) ? b : a;
}
