/** Whether this screen runs what the server gives out now, and when it may load it. Pure. */
export type Reload = { build: string; at: number };

export type Sight = {
  /** The entry script of this page. */
  own: string;
  /** The entry script that the server gives out. */
  served: string;
  /** The last time that this screen loaded itself anew, and for what. */
  last: Reload | null;
  live: boolean;
  /** How long nothing changed in the picture. */
  quietMs: number;
  now: number;
};

/** `stuck`: it was loaded anew for this build and still is not it. Loading it again would help nobody. */
export type Verdict = 'current' | 'wait' | 'reload' | 'stuck';

/** Between changes: so long without one. */
export const QUIET_MS = 5_000;
/** Servers of two builds behind one address must not make a screen load without end. */
export const AGAIN_MS = 60_000;

export function verdict({ own, served, last, live, quietMs, now }: Sight): Verdict {
  if (own === '' || served === '' || own === served) return 'current';
  if (last?.build === served) return 'stuck';
  if (!live || quietMs < QUIET_MS) return 'wait';
  return last !== null && now - last.at < AGAIN_MS ? 'wait' : 'reload';
}

/** The word of a build in the address of its entry script; none while developing. */
export function buildOf(script: string): string {
  return /\/assets\/(index-[^/]+)\.js$/.exec(new URL(script).pathname)?.[1] ?? '';
}
