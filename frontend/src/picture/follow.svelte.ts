/** The live state of one crisis for the components of a screen, with a clock that ticks by the second. */
import { getContext, onDestroy, setContext } from 'svelte';
import { type Link, serverNow, skew } from '../live/connection';
import { follow, moment } from '../live/socket';

export class Live {
  constructor(readonly crisis: string) {}

  link = $state.raw<Link | null>(null);
  /** The server's time, to the second. */
  now = $state(Date.now());

  /** Derived, not read through: whoever asks for it runs again when it changes, and not with every word of the server. */
  readonly isLive = $derived(this.link?.phase === 'live');
  readonly picture = $derived(this.link?.picture ?? null);

  /** What is shown was once, and is not to be taken for what is. */
  get isPast(): boolean {
    return false;
  }

  /** Since when what is shown is not live: the time of the last word of the server. */
  get notLiveSince(): number | null {
    return this.link !== null && !this.isLive && this.link.heard !== null ? this.link.serverTime : null;
  }

  /** The server said that it is restarting and has not come back yet. */
  get isRestarting(): boolean {
    return !this.isLive && this.link?.restarting === true;
  }

  get skewMs(): number {
    return this.link === null ? 0 : skew(this.link);
  }
}

export type Followed = { live: Live; stop: () => void };

/** Follows a crisis until told to stop. */
export function begin(crisis: string): Followed {
  const live = new Live(crisis);
  let latest: Link | null = null;
  let frame: number | undefined;
  const stop = follow(crisis, (link) => {
    latest = link;
    // Many changes may come within one frame of the screen; they are drawn once. A hidden page draws no frames.
    if (document.hidden || live.link === null) show();
    else frame ??= requestAnimationFrame(show);
  });
  const ticking = setInterval(show, 1000);

  function show(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    if (latest === null) return;
    live.link = latest;
    live.now = Math.floor(serverNow(latest, moment()) / 1000) * 1000;
  }

  return {
    live,
    stop: () => {
      stop();
      clearInterval(ticking);
      if (frame !== undefined) cancelAnimationFrame(frame);
    },
  };
}

const GIVEN = Symbol('live');

/** Lends what is followed already to the components below, which then open no socket of their own. */
export function lend(live: Live): void {
  setContext(GIVEN, live);
}

/** Follows a crisis for as long as the component that asks lives. */
export function live(crisis: string): Live {
  const given = getContext<Live | undefined>(GIVEN);
  if (given?.crisis === crisis) return given;
  const followed = begin(crisis);
  onDestroy(followed.stop);
  return followed.live;
}
