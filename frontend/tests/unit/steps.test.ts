import { describe, expect, it } from 'vitest';
import { STEPS, type EscalationState, type EscalationStep, type EscalationView } from '../../src/api/types.gen';
import { speaks } from '../../src/admin/rights';
import { stepsFor } from '../../src/coordination/steps';

const of = (state: EscalationState, level: EscalationView['level'] = 'coordination') =>
  ({ state, level, raised_by: 'pl-ncc', asked_of: 'eu-ercc', steps: [], lapses: [] }) as unknown as EscalationView;
const sorted = (steps: readonly EscalationStep[]) => [...steps].sort();
const coordinator = { centre: 'eu-gsc', role: 'coordinator' } as const;

describe('steps that a state leaves open', () => {
  // As `every_state_allows_exactly_these_steps` in src/domain/escalation.rs.
  const table: [EscalationState, EscalationStep[]][] = [
    ['raised', ['acknowledge', 'reject', 'raise-level', 'lower-level', 'snooze']],
    ['acknowledged', ['assign', 'raise-level', 'lower-level', 'snooze']],
    ['assigned', ['assign', 'start', 'raise-level', 'lower-level', 'snooze']],
    ['in_progress', ['resolve', 'raise-level', 'lower-level', 'snooze']],
    ['resolved', ['close', 'reopen']],
    ['closed', ['reopen']],
    ['rejected', []],
  ];
  it.each(table)('%s', (state, steps) => {
    expect(sorted(stepsFor(of(state), coordinator))).toEqual(sorted(steps));
  });

  it('offers no level beyond the ends', () => {
    expect(stepsFor(of('raised', 'political'), coordinator)).not.toContain('raise-level');
    expect(stepsFor(of('raised', 'political'), coordinator)).toContain('lower-level');
    expect(stepsFor(of('raised', 'watch'), coordinator)).not.toContain('lower-level');
  });
});

describe('a snooze of what nobody has answered', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString();
  const taken = (step: EscalationStep, minute: number) => ({ step, at: at(minute) });
  const offered = (changes: object) => stepsFor({ ...of('raised'), ...changes } as EscalationView, coordinator).includes('snooze');

  it('is offered once for each time by which it must be answered', () => {
    expect(offered({})).toBe(true);
    expect(offered({ steps: [taken('snooze', 1)] })).toBe(false);
    expect(offered({ steps: [taken('snooze', 1)], lapses: [{ which: 'start', at: at(2) }] })).toBe(false);
    expect(offered({ steps: [taken('snooze', 1)], lapses: [{ which: 'ack', at: at(2) }] })).toBe(true);
    expect(offered({ steps: [taken('snooze', 1), taken('snooze', 3)], lapses: [{ which: 'ack', at: at(2) }] })).toBe(false);
    expect(offered({ steps: [taken('snooze', 1), taken('raise-level', 2)] })).toBe(true);
    expect(offered({ state: 'acknowledged', steps: [taken('snooze', 1)] })).toBe(true);
  });
});

describe('steps that a role leaves open', () => {
  const all = (who: Parameters<typeof stepsFor>[1]) =>
    sorted([...new Set((['raised', 'acknowledged', 'assigned', 'in_progress', 'resolved', 'closed'] as const).flatMap((state) => stepsFor(of(state), who)))]);

  it('the centre that is asked answers', () => {
    const answering = sorted(['acknowledge', 'assign', 'start', 'resolve', 'snooze', 'reopen']);
    expect(all({ centre: 'eu-ercc', role: 'duty_officer' })).toEqual(answering);
    expect(all({ centre: 'eu-ercc', role: 'centre_lead' })).toEqual(answering);
  });

  it('the centre that raised closes and reopens; its lead rejects and changes the level', () => {
    expect(all({ centre: 'pl-ncc', role: 'duty_officer' })).toEqual(sorted(['close', 'reopen']));
    expect(all({ centre: 'pl-ncc', role: 'centre_lead' })).toEqual(sorted(['close', 'reopen', 'reject', 'raise-level', 'lower-level']));
  });

  it('a coordinator takes every step, other centres and readers none', () => {
    expect(all(coordinator)).toEqual(sorted(STEPS));
    expect(all({ centre: 'be-nccn', role: 'centre_lead' })).toEqual([]);
    for (const role of ['viewer', 'partner', 'wall_device', 'auditor', 'admin'] as const) {
      expect(all({ centre: 'eu-ercc', role })).toEqual([]);
      expect(speaks({ role })).toBe(false);
    }
  });
});
