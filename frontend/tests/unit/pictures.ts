/** Small pictures for the tests of what is derived from them. */
import type { CellView, CentreKind, CentreView, EscalationView, ReadingView, Sector, Severity, UpdateView, Value } from '../../src/api/types.gen';
import type { Picture } from '../../src/picture/picture';

/** The moment at which the tests look, unless they say otherwise. */
export const NOW = Date.parse('2026-03-04T12:00:00Z');
export const MINUTE = 60_000;
export const iso = (at: number): string => new Date(at).toISOString();

export function centre(code: string, kind: CentreKind = 'national', heard: number | null = NOW - MINUTE): CentreView {
  const country = kind === 'eu' || kind === 'regional' ? null : code;
  return {
    id: code.toLowerCase(), code, country, kind, name: { en: code }, timezone: 'Europe/Brussels', languages: ['en'],
    last_heard: heard === null ? null : iso(heard), last_handover: null, next_handover: null,
  };
}

export const sector = (id: string): Sector => ({ id, name: { en: id }, cadence_minutes: 60 });

export function update(centre: string, sector: string, more: Partial<UpdateView> = {}): UpdateView {
  return {
    id: `${centre}-${sector}`, centre, sector, nil: false, severity: 'minor', outlook: 'stable', urgency: null, certainty: null,
    headline: 'Said', body: null, as_of: iso(NOW - 10 * MINUTE), recorded_at: iso(NOW - 10 * MINUTE),
    valid_until: iso(NOW + 50 * MINUTE), tlp: 'green', recipients: [], source: null, areas: [], readings: [], supersedes: null,
    lang: null, by: { centre, role: 'duty_officer', position: 'Desk' }, ...more,
  };
}

export function cell(centre: string, sector: string, severity: Severity, more: Partial<UpdateView> = {}): CellView {
  return { centre, sector, update: update(centre, sector, { severity, ...more }), previous: null };
}

export function reading(centre: string, indicator: string, value: Value, more: Partial<ReadingView> = {}): ReadingView {
  return {
    centre, indicator, value, as_of: iso(NOW - 10 * MINUTE), recorded_at: iso(NOW - 10 * MINUTE), quality: 'measured',
    tlp: 'green', update: `${centre}-shelter`, ...more,
  };
}

export function escalation(raised_by: string, asked_of: string, owner: string | null): EscalationView {
  return {
    id: `${raised_by}-${asked_of}`, title: 'Beds', level: 'coordination', severity: 'severe', reason: 'None left', raised_by, asked_of,
    refs: [], ack_due: null, start_due: null, resolve_due: null, tlp: 'green', recipients: [], state: owner === null ? 'raised' : 'acknowledged',
    owner, assignee: null, answer: null, snoozed_until: null, decision: null, raised_at: iso(NOW), changed_at: iso(NOW), steps: [], lapses: [],
  };
}

export function picture(centres: CentreView[], cells: CellView[], readings: ReadingView[] = [], sectors = ['shelter', 'cyber']): Picture {
  return {
    position: 'p1',
    crisis: {
      slug: 'flood', name: 'Flood', environment: 'exercise', phase: 'response', state: 'open', opened_at: iso(NOW - 60 * MINUTE),
      sectors: sectors.map(sector), centres: centres.map(({ id }) => id), ipcr: null, ipcr_history: [], closed: null,
    },
    centres: new Map(centres.map((centre) => [centre.id, centre])),
    cells: new Map(cells.map((cell) => [`${cell.centre}/${cell.sector}`, cell])),
    readings: new Map(readings.map((reading) => [`${reading.centre}/${reading.indicator}`, reading])),
    escalations: new Map(),
    queries: new Map(),
    cycles: new Map(),
    slots: new Map(),
    feed: [],
  };
}
