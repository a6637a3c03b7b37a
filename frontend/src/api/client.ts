/** Calls to the server that served this page. Every write carries a key, so that it can be sent again. */
import { exclusively } from '../outbox/alone';
import { type Problem, problemOf } from './problem';
import type { CrisisView, EscalationStep, Indicator, Role, Sector, Template, Tlp, UpdateHistoryView } from './types.gen';

export type Account = {
  id: string;
  centre: string;
  role: Role;
  name: string;
  /** What a wall shows at the most; `null` for people. */
  ceiling: Tlp | null;
  expires_at: string;
};

export type Catalogue = { sectors: Sector[]; indicators: Indicator[]; templates: Template[] };
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

/** Who this browser is, or `null` when it is not signed in. */
export async function whoami(): Promise<Account | null> {
  const answer = await fetch('/api/v1/session', { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(ASKING_MS) });
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

/** Never between the question who is signed in and the sending of that person's words. */
export async function signIn(token: string): Promise<Account> {
  return (await exclusively(() => ask<{ account: Account }>('POST', '/session', { token }))).account;
}

export function signOut(): Promise<void> {
  return exclusively(() => ask('DELETE', '/session'));
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

/** How long an answer to who is signed in, and to a write, is waited for. */
const ASKING_MS = 4_000;
const DELIVERING_MS = 15_000;

export type Delivery = { type: 'receipt'; receipt: Receipt } | { type: 'problem'; problem: Problem };

/** A write that was kept: its words go as they were kept. Throws when nothing comes back. */
export async function deliver(path: string, body: string, key: string): Promise<Delivery> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  const answer = await fetch(`/api/v1${path}`, {
    method: 'POST', headers, body, credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(DELIVERING_MS),
  });
  if (!answer.ok) return { type: 'problem', problem: await problemOf(answer) };
  return { type: 'receipt', receipt: (await answer.json()) as Receipt };
}

/** Everything that was said in a cell and that this account may see, newest first. */
export async function historyOf(crisis: string, centre: string, sector: string): Promise<UpdateHistoryView[]> {
  return (await ask<{ updates: UpdateHistoryView[] }>('GET', `/crises/${crisis}/cells/${centre}/${sector}/history?limit=100`)).updates;
}

export function answerOf(crisis: string, query: string): string {
  return `/crises/${crisis}/queries/${query}/answer`;
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
