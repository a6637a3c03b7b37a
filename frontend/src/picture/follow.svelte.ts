/** The live state of one crisis for the components of a screen, with a clock that ticks by the second. */
import { onDestroy } from 'svelte';
import { type Link, serverNow, skew } from '../live/connection';
import { follow, moment } from '../live/socket';

export class Live {
  link = $state.raw<Link | null>(null);
  /** The server's time, to the second. */
  now = $state(Date.now());

  get picture() {
    return this.link?.picture ?? null;
  }

  get isLive(): boolean {
    return this.link?.phase === 'live';
  }

  /** Since when what is shown is not live: the time of the last word of the server. */
  get notLiveSince(): number | null {
    return this.link !== null && !this.isLive && this.link.heard !== null ? this.link.serverTime : null;
  }

  get skewMs(): number {
    return this.link === null ? 0 : skew(this.link);
  }
}

/** Follows a crisis for as long as the component that asks lives. */
export function live(crisis: string): Live {
  const state = new Live();
  let latest: Link | null = null;
  let frame: number | undefined;
  const stop = follow(crisis, (link) => {
    latest = link;
    // Many changes may come within one frame of the screen; they are drawn once. A hidden page draws no frames.
    if (document.hidden || state.link === null) show();
    else frame ??= requestAnimationFrame(show);
  });
  const ticking = setInterval(show, 1000);

  function show(): void {
    if (frame !== undefined) cancelAnimationFrame(frame);
    frame = undefined;
    if (latest === null) return;
    state.link = latest;
    state.now = Math.floor(serverNow(latest, moment()) / 1000) * 1000;
  }

  onDestroy(() => {
    stop();
    clearInterval(ticking);
    if (frame !== undefined) cancelAnimationFrame(frame);
  });
  return state;
}
