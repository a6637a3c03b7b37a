/** Pictures, frames and moments for tests. */
import type { CrisisView, EscalationView, FeedItem, QueryView, UpdateView } from '../../src/api/types.gen';
import type { Change, Snapshot } from '../../src/live/protocol';

export const T0 = Date.parse('2026-03-29T12:00:00Z');
export const at = (ms: number): string => new Date(T0 + ms).toISOString();

export function crisis(changes: Partial<CrisisView> = {}): CrisisView {
  const names = { en: 'Cyber' };
  return {
    slug: 'drill', name: 'A drill', environment: 'exercise', phase: 'response', state: 'open', opened_at: at(0),
    sectors: [{ id: 'cyber', name: names, cadence_minutes: 60 }, { id: 'displacement', name: { en: 'Displacement' }, cadence_minutes: 60 }],
    centres: ['be-nccn', 'pl-ncc'], ipcr: null, ...changes,
  } as CrisisView;
}

export function update(changes: Partial<UpdateView> = {}): UpdateView {
  return {
    id: 'u1', centre: 'be-nccn', sector: 'cyber', nil: false, severity: 'moderate', outlook: 'stable', urgency: null,
    certainty: null, headline: 'A headline', body: null, as_of: at(0), recorded_at: at(0), valid_until: at(3_600_000),
    tlp: 'green', recipients: [], source: null, areas: [], readings: [], supersedes: null, lang: null,
    by: { centre: 'be-nccn', role: 'duty_officer', position: 'Duty officer' }, ...changes,
  };
}

export function escalation(changes: Partial<EscalationView> = {}): EscalationView {
  return {
    id: 'e1', title: 'A title', level: 'coordination', severity: 'severe', reason: 'A reason', raised_by: 'be-nccn',
    asked_of: 'pl-ncc', refs: [], ack_due: null, start_due: null, resolve_due: null, tlp: 'green', recipients: [], state: 'raised', owner: null,
    assignee: null, answer: null, snoozed_until: null, decision: null, raised_at: at(0), changed_at: at(0), steps: [], lapses: [], ...changes,
  };
}

export function query(changes: Partial<QueryView> = {}): QueryView {
  return {
    id: 'q1', update: 'u1', centre: 'be-nccn', sector: 'cyber', question: 'A question', asked_at: at(0), state: 'open', answer: null,
    asked_by: { centre: 'eu-ercc', role: 'coordinator', position: 'Coordination' }, withdrawn: null, tlp: 'green', recipients: [], ...changes,
  };
}

export function snapshot(position: string, changes: Partial<Snapshot['picture']> = {}, time = T0): Snapshot {
  const centre = (id: string, code: string) => ({
    id, code, country: code, kind: 'national' as const, name: { en: id }, timezone: 'Europe/Brussels', languages: ['en'], last_heard: null, last_handover: null,
    next_handover: null,
  });
  return {
    type: 'snapshot',
    server_time: new Date(time).toISOString(),
    picture: {
      position, crisis: crisis(), cells: [], escalations: [], queries: [], cycles: [], slots: [], readings: [], feed: [],
      centres: [centre('be-nccn', 'BE'), centre('pl-ncc', 'PL')], ...changes,
    } as Snapshot['picture'],
  } as Snapshot;
}

export function entry(position: string): FeedItem {
  return { position, recorded_at: at(0), by: update().by, tlp: 'green', kind: 'update_posted', update: update() };
}

export function change(after: string, upto: string, changes: Partial<Change> = {}): Change {
  return { type: 'change', after, upto, server_time: at(0), set: [], remove: [], entries: [entry(upto)], ...changes };
}
