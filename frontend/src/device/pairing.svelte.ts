/** Runs the pairing of a wall: its calls, its timers, and the clock that counts down. */
import { onDestroy } from 'svelte';
import { type Account, whoami } from '../api/client';
import { askForCode, collect } from '../api/pairing';
import { moment } from '../live/socket';
import { type Event, leftMs, nextCall, type Offer, type Outcome, start, step } from './pairing';

export class Waiting {
  pairing = $state.raw(start(moment()).pairing);
  leftMs = $state(0);
}

/** Asks for codes and shows them for as long as the component lives; `paired` is called once. */
export function waitToBePaired(paired: (account: Account) => void): Waiting {
  const state = new Waiting();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;

  function handle(event: Event): void {
    if (!ended) follow(step(state.pairing, event));
  }

  function follow({ pairing, callInMs }: Outcome): void {
    state.pairing = pairing;
    state.leftMs = leftMs(pairing, moment());
    if (callInMs !== null) timer = setTimeout(() => void call(), callInMs);
  }

  async function call(): Promise<void> {
    try {
      const event = await ask(nextCall(state.pairing), state.pairing.offer);
      if ('account' in event) end(event.account);
      else handle(event);
    } catch {
      handle({ type: 'away' });
    }
  }

  function end(account: Account): void {
    if (ended) return;
    stop();
    paired(account);
  }

  function stop(): void {
    ended = true;
    clearTimeout(timer);
    clearInterval(ticking);
  }

  const ticking = setInterval(() => handle({ type: 'tick', at: moment() }), 1000);
  follow(start(moment()));
  onDestroy(stop);
  return state;
}

async function ask(what: ReturnType<typeof nextCall>, offer: Offer | null): Promise<Event | { account: Account }> {
  if (what === 'who') {
    const account = await whoami();
    return account === null ? { type: 'stranger' } : { account };
  }
  if (what === 'collect' && offer !== null) {
    const answer = await collect(offer.id, offer.secret);
    return typeof answer === 'string' ? { type: answer } : { account: answer };
  }
  const answer = await askForCode();
  if ('retryMs' in answer) return { type: 'full', retryMs: answer.retryMs };
  const { id, code, secret, expires_at } = answer.offered;
  return { type: 'offered', offer: { id, code, secret, holdsMs: Date.parse(expires_at) - answer.serverTime }, at: moment() };
}
