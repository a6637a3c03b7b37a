/** The calls of a wall that is not signed in: a code to show, and whether somebody confirmed it. */
import type { Account } from './client';
import { timeIn } from './dated';

export type Offered = { id: string; code: string; secret: string; expires_at: string };
export type Asked = { offered: Offered; serverTime: number } | { retryMs: number };
export type Collected = 'waiting' | 'gone' | Account;

const RETRY_MS = 10_000;
const PATIENCE_MS = 10_000;

async function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin', cache: 'no-store', signal });
}

/** A new code, or when to ask again where too many are open. */
export async function askForCode(): Promise<Asked> {
  const answer = await post('/pairings', {});
  if (answer.status === 503 || answer.status === 429) return { retryMs: Number(answer.headers.get('Retry-After')) * 1000 || RETRY_MS };
  if (answer.status !== 201) throw new Error(`pairings: ${answer.status}`);
  return { offered: (await answer.json()) as Offered, serverTime: timeIn(answer) };
}

export async function collect(id: string, secret: string): Promise<Collected> {
  const answer = await post(`/pairings/${encodeURIComponent(id)}/collect`, { secret });
  if (answer.status === 202) return 'waiting';
  if (answer.status === 404) return 'gone';
  if (answer.status !== 201) throw new Error(`collect: ${answer.status}`);
  return ((await answer.json()) as { account: Account }).account;
}
