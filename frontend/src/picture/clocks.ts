/** What the clocks of an escalation and its answer have come to. Pure. */
import type { EscalationView } from '../api/types.gen';

/** Why the centre that was asked cannot; `null` unless it said so and nobody else has it. */
export function refusalOf({ answer }: Pick<EscalationView, 'answer'>): string | null {
  return answer?.answer === 'cannot' ? (answer.note ?? '') : null;
}

/** Whether time raised it to the level that it has now. At the top a clock runs out where it stands: the term stays. */
export function isRisen({ lapses, level, ack_due }: Pick<EscalationView, 'lapses' | 'level' | 'ack_due'>): boolean {
  return lapses.some((lapse) => lapse.which === 'ack' && lapse.level === level && lapse.due !== ack_due);
}
