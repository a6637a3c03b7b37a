/** What waits to be sent, and what becomes of it with every answer. Pure: no browser, no clock. */
import type { FieldFault } from '../api/problem';

export type Kind = 'update' | 'withdrawal' | 'escalation' | 'step' | 'answer' | 'log' | 'other';
export type Refusal = { status: number; detail: string; errors: readonly FieldFault[] };

export type Item = {
  /** Given by the store; sending goes by it. */
  seq: number;
  /** The Idempotency-Key: with it and the same words, sending twice is one entry. */
  key: string;
  /** Who wrote it. Nobody else's session may send it. */
  account: string;
  path: string;
  /** The request as it will be sent, to the letter: the server compares it with the key. */
  body: string;
  /** What it is about, for a list. */
  about: string;
  /** The server's time when it was written, in milliseconds. */
  writtenAt: number;
  /** Times it was sent and nothing came back: it may be on record. */
  tries: number;
  refusal: Refusal | null;
};

export type NewItem = Omit<Item, 'seq' | 'tries' | 'refusal'>;

/** How an attempt ended. */
export type Outcome =
  | { type: 'accepted'; id: string }
  | { type: 'refused'; refusal: Refusal }
  /** Nothing came back, or not for now. */
  | { type: 'later' }
  | { type: 'signed_out' };

/** What keeps the outbox from being sent. */
export type Pause = 'unreachable' | 'signed_out' | 'other_account';

/** The next to be sent: in the order written, past those that were refused and wait for their author. */
export function nextOf(items: readonly Item[], account: string): Item | null {
  const waiting = items.filter((item) => item.account === account && item.refusal === null);
  return waiting.reduce<Item | null>((first, item) => (first === null || item.seq < first.seq ? item : first), null);
}

/** The item as it stands when it is about to be sent. Kept before sending: a crash must not forget the attempt. */
export function tried(item: Item): Item {
  return { ...item, tries: item.tries + 1 };
}

/** What an answer makes of it: gone, back to its author, or kept as it is. */
export function settled(item: Item, outcome: Outcome): { item: Item | null; pause: Pause | null } {
  switch (outcome.type) {
    case 'accepted':
      return { item: null, pause: null };
    case 'refused':
      return { item: { ...item, tries: 0, refusal: outcome.refusal }, pause: null };
    case 'later':
      return { item, pause: 'unreachable' };
    case 'signed_out':
      // Turned away at the door: it is not on record.
      return { item: { ...item, tries: Math.max(0, item.tries - 1) }, pause: 'signed_out' };
  }
}

/** What an HTTP status says of a write. Only a refusal that would come again is one. */
export function outcomeOf(status: number, refusal: Omit<Refusal, 'status'>): Outcome {
  if (status === 401) return { type: 'signed_out' };
  const passing = status >= 500 || [408, 425, 429].includes(status);
  return passing ? { type: 'later' } : { type: 'refused', refusal: { status, ...refusal } };
}

/** Whether its author may change it: not while it may be on record already. */
export function isEditable(item: Item): boolean {
  return item.refusal !== null || item.tries === 0;
}

/** The crisis and the kind of a write, by its address. */
export function placeOf(path: string): { crisis: string; kind: Kind } {
  const [, root, crisis = '', noun, , verb] = path.split('/');
  if (root !== 'crises') return { crisis: '', kind: 'other' };
  if (noun === 'updates') return { crisis, kind: verb === undefined ? 'update' : verb === 'withdraw' ? 'withdrawal' : 'other' };
  if (noun === 'escalations') return { crisis, kind: verb === undefined ? 'escalation' : 'step' };
  if (noun === 'log') return { crisis, kind: 'log' };
  return { crisis, kind: noun === 'queries' && verb === 'answer' ? 'answer' : 'other' };
}
