/** Calls to the server that served this page. Every write carries a key, so that it can be sent again. */
import { problemOf } from './problem';
import type { CrisisView, EscalationStep, Indicator, Role, Sector, Tlp } from './types.gen';

export type Account = {
  id: string;
  centre: string;
  role: Role;
  name: string;
  /** What a wall shows at the most; `null` for people. */
  ceiling: Tlp | null;
  expires_at: string;
  /** How a wall shows; `null` for people. */
  device?: DeviceSettings | null;
};

export type DeviceSettings = {
  layout: 'overview' | 'far';
  distance_m: 3 | 5 | 8;
  /** The crisis it is pinned to; `null` is a rotation over the open ones. */
  crisis: string | null;
};

export type Catalogue = { sectors: Sector[]; indicators: Indicator[] };
export type Receipt = { id: string; position: string };

async function ask<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const request: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) request.body = JSON.stringify(body);
  const answer = await fetch(`/api/v1${path}`, request);
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

/** A server that takes the call and never answers is away too. */
const PATIENCE_MS = 10_000;

/** Who this browser is, or `null` when it is not signed in. */
export async function whoami(): Promise<Account | null> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch('/api/v1/session', { credentials: 'same-origin', cache: 'no-store', signal });
  if (answer.status === 401) return null;
  if (!answer.ok) throw await problemOf(answer);
  return ((await answer.json()) as { account: Account }).account;
}

/** Whether the server still knows this browser; when it cannot be asked, what was keeps being so. */
export async function isSignedIn(): Promise<boolean> {
  try {
    return (await whoami()) !== null;
  } catch {
    return true;
  }
}

/** Whether this page would come if it were asked for now. */
export async function isServed(): Promise<boolean> {
  try {
    return (await fetch(location.pathname, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })).ok;
  } catch {
    return false;
  }
}

export async function signIn(token: string): Promise<Account> {
  return (await ask<{ account: Account }>('POST', '/session', { token })).account;
}

export function signOut(): Promise<void> {
  return ask('DELETE', '/session');
}

export async function crises(): Promise<CrisisView[]> {
  return (await ask<{ crises: CrisisView[] }>('GET', '/crises')).crises;
}

export function catalogue(): Promise<Catalogue> {
  return ask('GET', '/catalogue');
}

/** One write: its address and words are kept with its key until the server has answered. */
export function write(path: string, body: unknown, key: string): Promise<Receipt> {
  return ask('POST', path, body, key);
}

export function updatesOf(crisis: string): string {
  return `/crises/${crisis}/updates`;
}

export function withdrawalOf(crisis: string, update: string): string {
  return `/crises/${crisis}/updates/${update}/withdraw`;
}

export function escalationsOf(crisis: string): string {
  return `/crises/${crisis}/escalations`;
}

export function stepOf(crisis: string, escalation: string, step: EscalationStep): string {
  return `/crises/${crisis}/escalations/${escalation}/${step}`;
}

/** A key for one write. Browsers offer `randomUUID` only where the connection is trusted. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
