/** An escalation as it is being written, and as it is sent. Pure. */
import type { EscalationLevel, Severity, Tlp } from '../api/types.gen';
import { textEntered, timeEntered, timeForField } from '../ui/entered';
import { takesRecipients } from './draft';

export type Raised = {
  title: string;
  level: EscalationLevel | '';
  severity: Severity | '';
  reason: string;
  askedOf: string;
  ackDue: string;
  resolveDue: string;
  tlp: Tlp | '';
  recipients: string[];
  /** The updates that it refers to. */
  refs: string[];
};

/** The escalation as the API takes it. */
export type Sent = {
  title?: string | undefined;
  level?: EscalationLevel | undefined;
  severity?: Severity | undefined;
  reason?: string | undefined;
  asked_of?: string | undefined;
  ack_due?: string | undefined;
  resolve_due?: string | undefined;
  tlp?: Tlp | undefined;
  recipients?: string[] | undefined;
  refs?: string[] | undefined;
};

export function blankRaised(): Raised {
  return { title: '', level: '', severity: '', reason: '', askedOf: '', ackDue: '', resolveDue: '', tlp: '', recipients: [], refs: [] };
}

export function bodyOfRaised({ title, level, severity, reason, askedOf, ackDue, resolveDue, tlp, recipients, refs }: Raised): Sent {
  return {
    title: textEntered(title), level: level || undefined, severity: severity || undefined, reason: textEntered(reason),
    asked_of: askedOf || undefined, refs: refs.length > 0 ? refs : undefined, ack_due: timeEntered(ackDue), resolve_due: timeEntered(resolveDue),
    tlp: tlp || undefined, recipients: takesRecipients(tlp) && recipients.length > 0 ? recipients : undefined,
  };
}

/** What was sent, as a draft again. */
export function raisedFrom(sent: Sent): Raised {
  const time = (value: string | undefined): string => (value === undefined ? '' : timeForField(Date.parse(value)));
  return {
    title: sent.title ?? '', level: sent.level ?? '', severity: sent.severity ?? '', reason: sent.reason ?? '', askedOf: sent.asked_of ?? '',
    ackDue: time(sent.ack_due), resolveDue: time(sent.resolve_due), tlp: sent.tlp ?? '', recipients: sent.recipients ?? [], refs: sent.refs ?? [],
  };
}
