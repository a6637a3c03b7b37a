/** What a wall keeps over loading its page again, and over power loss where it must. */
import type { Reload } from './build';

const SOUND = 'vigie.sound';
const ROTATION = 'vigie.rotation';
const BUILD = 'vigie.build';
const STOOD_STILL = 'vigie.stood-still';
const PANEL = 'vigie.panel';

export const isMuted = (): boolean => localStorage.getItem(SOUND) === 'off';
export const keepMuted = (muted: boolean): void => localStorage.setItem(SOUND, muted ? 'off' : 'on');

export type Shown = { current: string | null; paused: boolean };

/** Which crisis was shown and whether it was held, before this page loaded itself again. */
export function shownBefore(): Shown {
  const kept = read(ROTATION) as Partial<Shown> | null;
  return { current: typeof kept?.current === 'string' ? kept.current : null, paused: kept?.paused === true };
}
export const keepShown = ({ current, paused }: Shown): void => write(ROTATION, { current, paused });

export function lastBuildLoaded(): Reload | null {
  const kept = read(BUILD) as Partial<Reload> | null;
  return typeof kept?.build === 'string' && typeof kept.at === 'number' ? { build: kept.build, at: kept.at } : null;
}
export const keepBuildLoaded = (reload: Reload): void => write(BUILD, reload);

export function lastStoodStill(): number | null {
  const kept = read(STOOD_STILL);
  return typeof kept === 'number' ? kept : null;
}
export const keepStoodStill = (at: number): void => write(STOOD_STILL, at);

/** The diagonal of this panel in inches, told once by `?panel=75` in the address; `null`: nobody told. */
export function panelInches(): number | null {
  const told = new URLSearchParams(location.search).get('panel');
  if (told !== null) localStorage.setItem(PANEL, told);
  const inches = Number(localStorage.getItem(PANEL));
  return inches >= 10 && inches <= 300 ? inches : null;
}

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  sessionStorage.setItem(key, JSON.stringify(value));
}
