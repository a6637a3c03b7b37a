/** Calls about the watch log and the handover of shifts. Nothing is kept in the browser: whoever signs in next may see less. */
import { answerTo, ask, query } from './past';
import type { HandoverView, LogEntryView, LogKind, ShiftView } from './types.gen';

/** A handover with what the system knew of the shift when it was offered. */
export type HandoverTold = { handover: HandoverView; told: ShiftView };

export const handoversOf = (crisis: string): string => `/crises/${crisis}/handovers`;
export const signatureOf = (crisis: string, handover: string): string => `${handoversOf(crisis)}/${handover}/sign`;
export const logOf = (crisis: string): string => `/crises/${crisis}/log`;

/** Those of the own centre, newest first. */
export async function handovers(crisis: string, limit: number): Promise<HandoverView[]> {
  return (await ask<{ handovers: HandoverView[] }>(`${crisis}/handovers?${query({ limit: String(limit) })}`)).handovers;
}

export function handover(crisis: string, id: string): Promise<HandoverTold> {
  return ask(`${crisis}/handovers/${id}`);
}

/** What would be told of a shift if it were handed over now. */
export function draftOf(crisis: string, from: string, to: string): Promise<ShiftView> {
  return ask(`${crisis}/handovers/draft?${query({ from, to })}`);
}

export type Wanted = { centre: string; kind: LogKind | ''; key: boolean };
/** Oldest first. `more`: whether the page beyond it holds something. */
export type LogPage = { entries: LogEntryView[]; more: boolean };

/** The newest entries before a position; before none, the newest of all. */
export function logBefore(crisis: string, wanted: Wanted, before: string, limit: number): Promise<LogPage> {
  return logPage(crisis, wanted, { before, limit: String(limit) });
}

/** The entries after a position. */
export function logAfter(crisis: string, wanted: Wanted, after: string): Promise<LogPage> {
  return logPage(crisis, wanted, { after });
}

async function logPage(crisis: string, { centre, kind, key }: Wanted, edge: Record<string, string>): Promise<LogPage> {
  const answer = await answerTo(`${crisis}/log?${query({ centre, ...(kind === '' ? {} : { kind }), ...(key ? { key: 'true' } : {}), ...edge })}`);
  const lines = (await answer.text()).split('\n').filter(Boolean);
  return { entries: lines.map((line) => JSON.parse(line) as LogEntryView), more: answer.headers.has('Link') };
}
