/** What is known of a device or token at a moment: whether it holds, and when a wall was last there. Pure. */
export type Holding = 'holds' | 'revoked' | 'ended';

export function holding(one: { revoked_at: string | null; expires_at: string }, now: number): Holding {
  if (one.revoked_at !== null) return 'revoked';
  return Date.parse(one.expires_at) <= now ? 'ended' : 'holds';
}

/** The server writes it at most once a minute while the wall is connected. */
export const HERE_MS = 2.5 * 60_000;

/** `here`: connected now, as far as the server has written it down. */
export function seen(lastSeen: string | null, now: number): { state: 'here' | 'gone' | 'never'; agoMs: number } {
  if (lastSeen === null) return { state: 'never', agoMs: 0 };
  const agoMs = Math.max(0, now - Date.parse(lastSeen));
  return { state: agoMs <= HERE_MS ? 'here' : 'gone', agoMs };
}
