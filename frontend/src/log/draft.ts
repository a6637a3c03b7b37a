/** An entry of the watch log as it is being written, as it is sent, and what is wrong with it. Pure. */
import type { FieldFault } from '../api/problem';
import type { LogEntryView, LogKind, Tlp } from '../api/types.gen';
import { BODY_CHARS_MAX, lengthOf } from '../desk/check';
import { takesRecipients } from '../desk/draft';
import { m } from '../i18n/generated/messages';
import { textEntered, timeEntered } from '../ui/entered';
import { tlpLabel } from '../ui/words';

/** What is put right: its words, for whoever writes the new ones. Its mark is kept. */
export type Corrected = Pick<LogEntryView, 'id' | 'text' | 'event_time' | 'tlp' | 'recipients'> & { key: boolean };

export type LogDraft = {
  kind: LogKind | '';
  text: string;
  /** Empty: now. */
  eventTime: string;
  key: boolean;
  tlp: Tlp | '';
  recipients: string[];
  refs: string[];
  corrects: Corrected | null;
};

/** An entry as the API takes it. */
export type LogSent = {
  kind?: LogKind | undefined;
  text?: string | undefined;
  event_time?: string | undefined;
  key_event?: true | undefined;
  refs?: string[] | undefined;
  tlp?: Tlp | undefined;
  recipients?: string[] | undefined;
  corrects?: string | undefined;
};

/** The difference of two honest clocks. */
const GRACE_MS = 60_000;

export function blankEntry(): LogDraft {
  return { kind: '', text: '', eventTime: '', key: false, tlp: '', recipients: [], refs: [], corrects: null };
}

export function isWriting(draft: LogDraft): boolean {
  return JSON.stringify(draft) !== JSON.stringify(blankEntry());
}

/** What happened without a time said happened now, by the server's clock. */
export function bodyOf({ kind, text, eventTime, key, tlp, recipients, refs, corrects }: LogDraft, now: number): LogSent {
  return {
    kind: kind || undefined, text: textEntered(text), event_time: timeEntered(eventTime) ?? new Date(now).toISOString(), key_event: key || undefined,
    refs: refs.length > 0 ? refs : undefined, tlp: tlp || undefined, recipients: takesRecipients(tlp) && recipients.length > 0 ? recipients : undefined,
    corrects: corrects?.id,
  };
}

/** To the millisecond: a correction must not move what happened. */
function timeInField(time: string | undefined): string {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().replace(/(\.000)?Z$/, '');
}

/** The draft that puts an entry right: the same words under the same mark, of the same time. */
export function correctionOf({ id, kind, text, event_time, key_event, tlp, recipients, refs }: LogEntryView): LogDraft {
  return {
    kind, text, eventTime: timeInField(event_time), key: key_event, tlp, recipients: [...recipients], refs: [...refs],
    corrects: { id, text, event_time, tlp, recipients: [...recipients], key: key_event },
  };
}

/** What was sent, as a draft again. What it corrects has its words only where the entry is still held. */
export function draftOf(sent: LogSent, corrected: LogEntryView | undefined): LogDraft {
  return {
    kind: sent.kind ?? '', text: sent.text ?? '', eventTime: timeInField(sent.event_time), key: sent.key_event ?? false, tlp: sent.tlp ?? '',
    recipients: [...(sent.recipients ?? [])], refs: [...(sent.refs ?? [])], corrects: corrected === undefined ? null : correctionOf(corrected).corrects,
  };
}

export function faultsOf(sent: LogSent, now: number): FieldFault[] {
  const faults: FieldFault[] = [];
  const wrong = (name: string, detail: string): void => void faults.push({ pointer: `/${name}`, detail });
  const length = lengthOf(sent.text ?? '');
  const at = Date.parse(sent.event_time ?? '');
  const named = sent.recipients?.length ?? 0;
  if (sent.kind === undefined) wrong('kind', m.fault_choose());
  if (sent.text === undefined) wrong('text', m.fault_write());
  else if (length > BODY_CHARS_MAX) wrong('text', m.fault_long({ most: BODY_CHARS_MAX, length }));
  if (Number.isNaN(at)) wrong('event_time', m.fault_time());
  else if (at > now + GRACE_MS) wrong('event_time', m.fault_future());
  if (sent.tlp === undefined) wrong('tlp', m.fault_choose_tlp());
  else if ((sent.tlp === 'red' || sent.tlp === 'amber_strict') && named === 0) wrong('recipients', m.fault_recipients({ label: tlpLabel(sent.tlp) }));
  return faults;
}
