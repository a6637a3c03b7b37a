/** How old a statement is against its own term: the same rule as `src/domain/freshness.rs`. */
import type { Freshness } from '../api/types.gen';

const AGEING_AFTER = 0.75;

/** All three in milliseconds since the epoch; `now` is the server's time. */
export function freshness(asOf: number, validUntil: number, now: number): Freshness {
  const term = validUntil - asOf;
  const age = now - asOf;
  if (term <= 0 || age >= 2 * term) return 'expired';
  if (age >= term) return 'stale';
  return age >= term * AGEING_AFTER ? 'ageing' : 'fresh';
}

/** The moments at which a statement ages, goes stale and expires. */
export function turns(asOf: number, validUntil: number): [number, number, number] {
  const term = validUntil - asOf;
  return [asOf + term * AGEING_AFTER, validUntil, asOf + 2 * term];
}
