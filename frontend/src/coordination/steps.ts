/** Which steps are open to whom: the tables of `src/domain/escalation.rs` and `access.rs`, so that no button is offered in vain. */
import { speaks } from '../admin/rights';
import type { Account } from '../api/client';
import type { EscalationState, EscalationStep, EscalationView } from '../api/types.gen';

const OPEN_ALWAYS: readonly EscalationStep[] = ['raise-level', 'lower-level', 'snooze'];
/** First what leads on. */
const FROM: Record<EscalationState, readonly EscalationStep[]> = {
  raised: ['acknowledge', 'reject', ...OPEN_ALWAYS],
  acknowledged: ['assign', ...OPEN_ALWAYS],
  assigned: ['start', 'assign', ...OPEN_ALWAYS],
  in_progress: ['resolve', ...OPEN_ALWAYS],
  resolved: ['close', 'reopen'],
  closed: ['reopen'],
  rejected: [],
};

export type Who = Pick<Account, 'centre' | 'role'>;

/** Who could not may yet say that it can, until another is assigned. */
const DECLINED: readonly EscalationStep[] = ['assign', 'acknowledge', ...OPEN_ALWAYS];

/** Whether it was put to sleep since it must be answered by the time that it has now: then it is answered, not put off again. */
function hasSlept({ steps, lapses }: EscalationView): boolean {
  const begun = [
    ...steps.filter(({ step }) => step === 'raise-level' || step === 'lower-level' || step === 'reopen'),
    ...lapses.filter(({ which }) => which === 'ack'),
  ].map(({ at }) => Date.parse(at));
  const since = Math.max(-Infinity, ...begun);
  return steps.some(({ step, at }) => step === 'snooze' && Date.parse(at) >= since);
}

export function stepsFor(escalation: EscalationView, who: Who): EscalationStep[] {
  const declined = escalation.state === 'acknowledged' && escalation.answer?.answer === 'cannot';
  return (declined ? DECLINED : FROM[escalation.state]).filter(
    (step) =>
      mayTake(step, escalation, who) &&
      !(step === 'raise-level' && escalation.level === 'political') &&
      !(step === 'lower-level' && escalation.level === 'watch') &&
      !(step === 'snooze' && escalation.state === 'raised' && hasSlept(escalation)),
  );
}

function mayTake(step: EscalationStep, { raised_by, asked_of }: EscalationView, who: Who): boolean {
  if (who.role === 'coordinator') return true;
  const raising = speaks(who) && who.centre === raised_by;
  const answering = speaks(who) && who.centre === asked_of;
  switch (step) {
    case 'acknowledge':
    case 'assign':
    case 'start':
    case 'resolve':
    case 'snooze':
      return answering;
    case 'close':
      return raising;
    case 'reopen':
      return raising || answering;
    case 'reject':
    case 'raise-level':
    case 'lower-level':
      return who.role === 'centre_lead' && raising;
  }
}
