/** Runs the link: the only file that touches WebSocket, timers and chance. */
import { type Effect, type Event, type Link, type Moment, start, step } from './connection';
import { isSignedIn } from '../api/client';
import { decode, REVOKED } from './protocol';

const TICK_MS = 500;
/** The close code of a socket that ended without saying why. */
const ABNORMAL = 1006;

/** The clocks of this screen. */
export function moment(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Follows a crisis until told to stop; `show` is called with every new state. */
export function follow(crisis: string, show: (link: Link) => void): () => void {
  let socket: WebSocket | null = null;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let outcome = start(moment());
  let link = outcome.link;

  function handle(event: Event): void {
    outcome = step(link, event);
    if (outcome.link !== link) {
      link = outcome.link;
      show(link);
    }
    for (const effect of outcome.effects) run(effect);
  }

  function run(effect: Effect): void {
    switch (effect.type) {
      case 'hang-up':
        hangUp();
        return;
      case 'connect':
        clearTimeout(waiting);
        // Full jitter: a whole network of walls must not come back in the same moment.
        waiting = setTimeout(() => connect(effect.after), effect.atLeastMs + Math.random() * effect.withinMs);
    }
  }

  function connect(after: string | null): void {
    hangUp();
    const query = after === null ? '' : `?after=${encodeURIComponent(after)}`;
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const opened = new WebSocket(`${scheme}://${location.host}/api/v1/crises/${encodeURIComponent(crisis)}/live${query}`);
    socket = opened;
    let welcome = false;
    opened.onopen = () => {
      welcome = true;
    };
    opened.onmessage = (message) => {
      if (socket !== opened) return;
      try {
        handle({ type: 'frame', frame: decode(String(message.data)), at: moment() });
      } catch {
        handle({ type: 'garbled', at: moment() });
      }
    };
    opened.onclose = (closed) => {
      if (socket !== opened) return;
      socket = null;
      if (welcome) handle({ type: 'closed', code: closed.code, at: moment() });
      else void turnedAway(opened);
    };
  }

  /** A browser does not say why a socket was not opened: ask whether this screen is still signed in. */
  async function turnedAway(from: WebSocket): Promise<void> {
    const code = (await isSignedIn()) ? ABNORMAL : REVOKED;
    if (socket === null && from.readyState === WebSocket.CLOSED) handle({ type: 'closed', code, at: moment() });
  }

  function hangUp(): void {
    const old = socket;
    socket = null;
    old?.close();
  }

  const ticking = setInterval(() => handle({ type: 'tick', at: moment() }), TICK_MS);
  show(link);
  for (const effect of outcome.effects) run(effect);
  return () => {
    clearInterval(ticking);
    clearTimeout(waiting);
    hangUp();
  };
}
