/** Calls to the server that served this page. Every write carries a key, so that it can be sent again. */
import { exclusively } from '../outbox/alone';
import { timeIn } from './dated';
import { type Problem, problemOf } from './problem';
import type { Account, Centre, CrisisView, Device, EscalationStep, Indicator, Sector, SlotView, Template, Tlp, TokenInfo, UpdateHistoryView } from './types.gen';

export type { Account };

export type Catalogue = { sectors: Sector[]; indicators: Indicator[]; templates: Template[] };
export type Receipt = { id: string; position: string };

export const DISTANCES_M: readonly number[] = [3, 5, 8];
/** The most that a wall may be paired for. */
export const CEILINGS: readonly Tlp[] = ['clear', 'green', 'amber'];

/** What was answered, and what the server's clock said then. */
export type Told<T> = { what: T; at: number };

async function ask<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const answer = await answerTo(method, path, body, key);
  return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
}

export async function askWithTime<T>(path: string): Promise<Told<T>> {
  const answer = await answerTo('GET', path);
  return { what: (await answer.json()) as T, at: timeIn(answer) };
}

async function answerTo(method: string, path: string, body?: unknown, key?: string): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const request: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) request.body = JSON.stringify(body);
  const answer = await fetch(`/api/v1${path}`, request);
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

/** Who this browser is, or `null` when it is not signed in. */
export async function whoami(): Promise<Account | null> {
  const answer = await fetch('/api/v1/session', { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(ASKING_MS) });
  if (answer.status === 401) return null;
  if (!answer.ok) throw await problemOf(answer);
  return ((await answer.json()) as { account: Account }).account;
}

/** What the server's clock says, to the second. */
export async function serverTime(): Promise<number> {
  return (await askWithTime('/session')).at;
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
    return (await fetch(location.pathname, { cache: 'no-store', signal: AbortSignal.timeout(ASKING_MS) })).ok;
  } catch {
    return false;
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

export async function centres(): Promise<Centre[]> {
  return (await ask<{ centres: Centre[] }>('GET', '/centres')).centres;
}

/** One update with what became of it. */
export function update(crisis: string, id: string): Promise<UpdateHistoryView> {
  return ask('GET', `/crises/${crisis}/updates/${id}`);
}

export function devices(): Promise<Told<{ devices: Device[] }>> {
  return askWithTime('/devices');
}

export function tokens(): Promise<Told<{ tokens: TokenInfo[] }>> {
  return askWithTime('/tokens');
}

/** One write: its address and words are kept with its key until the server has answered. */
export function write<T = Receipt>(path: string, body: unknown, key: string): Promise<T> {
  return ask('POST', path, body, key);
}

export const CRISES = '/crises';
export const PAIRING = '/pairings/confirm';
export const TOKENS = '/tokens';

/** What becomes of a crisis itself. */
export function crisisStepOf(crisis: string, step: 'close' | 'reopen' | 'scope' | 'ipcr'): string {
  return `/crises/${crisis}/${step}`;
}

export function queriesOf(crisis: string, update: string): string {
  return `/crises/${crisis}/updates/${update}/queries`;
}

export function queryStepOf(crisis: string, query: string, step: 'answer' | 'withdraw'): string {
  return `/crises/${crisis}/queries/${query}/${step}`;
}

export function deviceStepOf(device: string, step: 'settings' | 'revoke'): string {
  return `/devices/${device}/${step}`;
}

export function tokenRevocationOf(token: string): string {
  return `/tokens/${token}/revoke`;
}

/** How long an answer to who is signed in, and to a write, is waited for: a server that never answers is away too. */
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

/** What every centre owed between two times, as far as this account may see. */
export async function slots(crisis: string, from: number, to: number): Promise<SlotView[]> {
  const between = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  return (await ask<{ slots: SlotView[] }>('GET', `/crises/${crisis}/slots?${between.toString()}`)).slots;
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
