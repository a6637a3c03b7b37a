/** Which escalations sound, and when: each once, few in all, none that was there already. Pure. */
import type { Environment, EscalationView } from '../api/types.gen';
import { isOpen } from '../picture/select';

export type Loudness = 'extreme' | 'political';
export type Alarm = { crisis: string; id: string; title: string; loudness: Loudness; environment: Environment };

export type Hearing = {
  /** Crisis → escalation → the loudest it has been. */
  known: ReadonlyMap<string, ReadonlyMap<string, Loudness>>;
  /** When it last sounded, in milliseconds of a clock that never jumps. */
  soundedAt: number | null;
  /** What is to sound as soon as it may. */
  waiting: Alarm | null;
};

/** One sound a minute at the most; what comes in between sounds together when the minute is over. */
export const APART_MS = 60_000;
const RANK: Record<Loudness, number> = { extreme: 1, political: 2 };

export const DEAF: Hearing = { known: new Map(), soundedAt: null, waiting: null };

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
  return { hearing: { ...hearing, known: new Map(hearing.known).set(seen.crisis, known), waiting }, alarms };
}

/** What to sound now. A muted wall forgets: nothing old sounds when it is heard again. */
export function sound(hearing: Hearing, steady: number, muted: boolean): { hearing: Hearing; alarm: Alarm | null } {
  if (hearing.waiting === null) return { hearing, alarm: null };
  if (muted) return { hearing: { ...hearing, waiting: null }, alarm: null };
  if (hearing.soundedAt !== null && steady - hearing.soundedAt < APART_MS) return { hearing, alarm: null };
  return { hearing: { ...hearing, soundedAt: steady, waiting: null }, alarm: hearing.waiting };
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
function louder(a: Alarm | null, b: Alarm): Alarm {
  if (a === null) return b;
  const weight = (alarm: Alarm): number => RANK[alarm.loudness] + (alarm.environment === 'actual' ? 10 : 0);
  return weight(b) > weight(a) ? b : a;
}
