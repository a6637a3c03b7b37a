/** The board of escalations: its columns, their order, and where an arrow key leads. Pure. */
import type { EscalationState, EscalationView } from '../api/types.gen';

/** Rejected ones stand with the closed: both are over. */
export const COLUMNS = ['raised', 'acknowledged', 'assigned', 'in_progress', 'resolved', 'closed'] as const;
export type ColumnState = (typeof COLUMNS)[number];
export type Column = { state: ColumnState; escalations: EscalationView[] };

const LEVEL = { political: 2, coordination: 1, watch: 0 };

export function columnOf(state: EscalationState): ColumnState {
  return state === 'rejected' ? 'closed' : state;
}

/** Whether no step leads on but opening it again. */
export function isOver({ state }: EscalationView): boolean {
  return columnOf(state) === 'closed';
}

/** Open ones: highest level first, then what is due soonest. Those that are over: newest first. */
export function boardOf(escalations: Iterable<EscalationView>): Column[] {
  const all = [...escalations];
  return COLUMNS.map((state) => ({
    state,
    escalations: all.filter((one) => columnOf(one.state) === state).sort(state === 'closed' ? newestFirst : mostUrgentFirst),
  }));
}

export function isSnoozed({ snoozed_until }: EscalationView, now: number): boolean {
  return snoozed_until !== null && Date.parse(snoozed_until) > now;
}

function mostUrgentFirst(a: EscalationView, b: EscalationView): number {
  return LEVEL[b.level] - LEVEL[a.level] || dueAt(a) - dueAt(b) || Date.parse(a.raised_at) - Date.parse(b.raised_at);
}

function newestFirst(a: EscalationView, b: EscalationView): number {
  return Date.parse(b.changed_at) - Date.parse(a.changed_at);
}

function dueAt({ state, ack_due, resolve_due }: EscalationView): number {
  const due = (state === 'raised' ? ack_due : null) ?? resolve_due;
  return due === null ? Number.MAX_SAFE_INTEGER : Date.parse(due);
}

/** The card that a key leads to from `from`; empty columns are passed over. `null`: nowhere. */
export function moveOnBoard(columns: readonly (readonly string[])[], from: string, key: string): string | null {
  const x = columns.findIndex((column) => column.includes(from));
  const column = columns[x];
  if (column === undefined) return null;
  const y = column.indexOf(from);
  switch (key) {
    case 'ArrowDown':
      return column[y + 1] ?? null;
    case 'ArrowUp':
      return column[y - 1] ?? null;
    case 'ArrowRight':
      return beside(columns.slice(x + 1), y);
    case 'ArrowLeft':
      return beside(columns.slice(0, x).reverse(), y);
    case 'Home':
      return columns.flat()[0] ?? null;
    case 'End':
      return columns.flat().at(-1) ?? null;
    default:
      return null;
  }
}

function beside(columns: readonly (readonly string[])[], y: number): string | null {
  const next = columns.find((column) => column.length > 0);
  return next ? (next[Math.min(y, next.length - 1)] ?? null) : null;
}
