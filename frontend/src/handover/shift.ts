/** Shifts and their handovers: which one is offered next, which waits for whom, and the form as it is sent. Pure. */
import type { FieldFault } from '../api/problem';
import type { EscalationView, HandoverView, ShiftView, SlotView, Tlp } from '../api/types.gen';
import { TLPS } from '../api/types.gen';
import { strictestOf } from '../changes/told';
import { BODY_CHARS_MAX, HEADLINE_CHARS_MAX, lengthOf, NOTE_CHARS_MAX } from '../desk/check';
import { m } from '../i18n/generated/messages';
import { textEntered, timeEntered, timeForField } from '../ui/entered';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** As the server has them. */
export const SHIFT_MAX_MS = 48 * HOUR;
export const WATCH_ITEMS_MAX = 20;
/** A shift where nothing is known of the one before. */
const USUAL_MS = 8 * HOUR;
/** So near to the planned end of a shift, it is handed over until then. */
const AROUND_MS = 2 * HOUR;

export type Span = { from: number; to: number };

const endOf = ({ shift }: HandoverView): number => Date.parse(shift.to);

/** The latest shift that somebody signed for. */
export function lastSigned(handovers: readonly HandoverView[]): HandoverView | null {
  return handovers.filter(({ state }) => state === 'signed').reduce<HandoverView | null>((last, one) => (last === null || endOf(one) > endOf(last) ? one : last), null);
}

/** The shift that is handed over next: since the last one that was signed for, until its planned end or now. */
export function nextShift(handovers: readonly HandoverView[], now: number): Span {
  const minute = Math.floor(now / MINUTE) * MINUTE;
  const last = lastSigned(handovers);
  const began = last === null ? -Infinity : endOf(last);
  if (last === null || began >= minute || minute - began > SHIFT_MAX_MS) return { from: minute - USUAL_MS, to: minute };
  const planned = began + (began - Date.parse(last.shift.from));
  return { from: began, to: Math.abs(planned - now) <= AROUND_MS ? planned : minute };
}

/** Offers that nobody signed, the newest first; not those that a later signature or a newer offer of the same shift has overtaken. */
export function waitingOf(handovers: readonly HandoverView[]): HandoverView[] {
  const signed = lastSigned(handovers);
  const open = handovers.filter((one) => one.state === 'offered' && (signed === null || endOf(one) > endOf(signed)));
  return open.filter((one, at) => !open.slice(0, at).some((newer) => endOf(newer) >= endOf(one) && Date.parse(newer.shift.from) <= Date.parse(one.shift.from)));
}

/** A handover as it is being written. */
export type Offer = { from: string; to: string; notes: string; watch: string; staffing: string; questions: string };

/** A handover as the API takes it. */
export type OfferSent = { shift: { from?: string | undefined; to?: string | undefined }; notes?: string | undefined; watch_items?: string[] | undefined; staffing?: string | undefined; questions?: string | undefined };

export function blankOffer({ from, to }: Span): Offer {
  return { from: timeForField(from).slice(0, 16), to: timeForField(to).slice(0, 16), notes: '', watch: '', staffing: '', questions: '' };
}

/** Whether words were written that would be missed. */
export function isWritten({ notes, watch, staffing, questions }: Offer): boolean {
  return [notes, watch, staffing, questions].some((text) => text.trim() !== '');
}

/** One item a line. */
export const itemsOf = (watch: string): string[] => watch.split('\n').map((line) => line.trim()).filter(Boolean);

export function bodyOf({ from, to, notes, watch, staffing, questions }: Offer): OfferSent {
  const items = itemsOf(watch);
  return {
    shift: { from: timeEntered(from), to: timeEntered(to) }, notes: textEntered(notes),
    watch_items: items.length > 0 ? items : undefined, staffing: textEntered(staffing), questions: textEntered(questions),
  };
}

/** What is wrong with a shift as it is handed over now: it has begun, and has an end within its longest. */
export function shiftFaults({ from, to }: OfferSent['shift'], now: number): FieldFault[] {
  const [began, ends] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
  const wrong = (pointer: string, detail: string): FieldFault[] => [{ pointer: `/shift/${pointer}`, detail }];
  if (Number.isNaN(began)) return wrong('from', m.fault_time());
  if (Number.isNaN(ends)) return wrong('to', m.fault_time());
  if (began > now) return wrong('from', m.fault_future());
  if (ends <= began) return wrong('to', m.handover_fault_order());
  const hours = SHIFT_MAX_MS / HOUR;
  if (ends - began > SHIFT_MAX_MS) return wrong('to', m.handover_fault_long({ hours }));
  return now - ends > SHIFT_MAX_MS ? wrong('to', m.handover_fault_old({ hours })) : [];
}

/** What can be seen to be wrong before it is sent; the server has the last word. */
export function faultsOf(sent: OfferSent, now: number): FieldFault[] {
  const faults = shiftFaults(sent.shift, now);
  const wrong = (pointer: string, detail: string): void => void faults.push({ pointer, detail });
  const atMost = (pointer: string, text: string | undefined, most: number): void => {
    const length = lengthOf(text ?? '');
    if (length > most) wrong(pointer, m.fault_long({ most, length }));
  };
  if (sent.notes === undefined) wrong('/notes', m.fault_write());
  atMost('/notes', sent.notes, BODY_CHARS_MAX);
  const items = sent.watch_items ?? [];
  if (items.length > WATCH_ITEMS_MAX) wrong('/watch_items', m.fault_many({ most: WATCH_ITEMS_MAX }));
  items.forEach((item, at) => atMost(`/watch_items/${at}`, item, HEADLINE_CHARS_MAX));
  atMost('/staffing', sent.staffing, NOTE_CHARS_MAX);
  atMost('/questions', sent.questions, NOTE_CHARS_MAX);
  return faults;
}

/** A handover is for its centre alone; what it tells of may be for still fewer. */
export function labelOf({ changes, escalations, queries, key_events }: ShiftView): Tlp {
  const told = strictestOf(changes, { heard: [], cells: [] });
  const marks = new Set<Tlp>(['amber_strict', told, ...[...escalations, ...queries, ...key_events].map(({ tlp }) => tlp)]);
  return TLPS.find((tlp) => marks.has(tlp)) ?? 'amber_strict';
}

/** Of one cycle: what needs somebody now, and what is to come. */
export type Owed = { cycle: string; pressing: SlotView[]; ahead: SlotView[] };

/** What a centre owes, by cycle: first what is due first. */
export function owedIn(slots: readonly SlotView[]): Owed[] {
  const cycles = new Map<string, Owed>();
  for (const slot of [...slots].sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))) {
    const owed = cycles.get(slot.cycle) ?? { cycle: slot.cycle, pressing: [], ahead: [] };
    cycles.set(slot.cycle, owed);
    (slot.state === 'open' ? owed.ahead : owed.pressing).push(slot);
  }
  return [...cycles.values()];
}

export type Clock = { what: 'answer' | 'start' | 'resolve' | 'snoozed'; at: number; late: boolean };

/** The next thing that an open escalation waits for, at the time for which it is told. */
export function clockOf({ state, ack_due, start_due, resolve_due, snoozed_until }: EscalationView, at: number): Clock | null {
  const clock = (what: Clock['what'], due: string | null): Clock | null => (due === null ? null : { what, at: Date.parse(due), late: Date.parse(due) < at });
  if (snoozed_until !== null) return clock('snoozed', snoozed_until);
  if (state === 'raised') return clock('answer', ack_due) ?? clock('resolve', resolve_due);
  if (state === 'acknowledged' || state === 'assigned') return clock('start', start_due) ?? clock('resolve', resolve_due);
  return state === 'in_progress' ? clock('resolve', resolve_due) : null;
}
