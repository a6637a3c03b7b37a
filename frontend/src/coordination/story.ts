/** What became of an escalation, in order: what people did, and what the clocks did meanwhile. Pure. */
import type { EscalationView, LapseView, StepView } from '../api/types.gen';

export type Turn = { at: string; key: string; step: StepView; lapse: null } | { at: string; key: string; step: null; lapse: LapseView };

/** Oldest first; a clock stands where it ran out. */
export function storyOf({ steps, lapses }: Pick<EscalationView, 'steps' | 'lapses'>): Turn[] {
  const turns: Turn[] = [
    ...steps.map((step): Turn => ({ at: step.at, key: `${step.at} ${step.step}`, step, lapse: null })),
    ...lapses.map((lapse): Turn => ({ at: lapse.due, key: `${lapse.due} ${lapse.which} ${lapse.level}`, step: null, lapse })),
  ];
  return turns.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
