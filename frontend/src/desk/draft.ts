/** An update as it is being written, and as it is sent. Pure. */
import type {
  Certainty, Credibility, Indicator, Outlook, Quality, Reading, Reliability, Severity, Tlp, UpdateView, Urgency, Value,
} from '../api/types.gen';
import { figureOf, type Separators } from './figure';
import { textEntered, timeEntered } from '../ui/entered';

/** What is entered for one indicator. */
export type ReadingDraft = {
  figure: string;
  missing: '' | 'not_available' | 'suppressed';
  quality: Quality;
  /** UTC, as a `datetime-local` field holds it; empty: as the update. */
  asOf: string;
};

export type Draft = {
  sector: string;
  /** The severity, or that there is nothing to report. */
  said: Severity | 'nil' | '';
  headline: string;
  outlook: Outlook;
  tlp: Tlp | '';
  recipients: string[];
  body: string;
  urgency: Urgency | '';
  certainty: Certainty | '';
  reliability: Reliability | '';
  credibility: Credibility | '';
  areas: string;
  lang: string;
  asOf: string;
  validUntil: string;
  readings: Record<string, ReadingDraft>;
  /** The update that this one corrects. */
  supersedes: { id: string; headline: string; recordedAt: string } | null;
};

/** The update as the API takes it. */
export type PostBody = {
  centre: string;
  sector?: string;
  nil?: true;
  severity?: Severity;
  outlook?: Outlook;
  headline?: string;
  body?: string;
  urgency?: Urgency;
  certainty?: Certainty;
  as_of?: string;
  valid_until?: string;
  tlp?: Tlp;
  recipients?: string[];
  source?: { reliability?: Reliability; credibility?: Credibility };
  areas?: string[];
  readings?: { indicator: string; value?: Value | string; as_of?: string; quality: Quality }[];
  supersedes?: string;
  lang?: string;
};

export function blank(lang: string): Draft {
  return {
    sector: '', said: '', headline: '', outlook: 'unknown', tlp: '', recipients: [], body: '', urgency: '', certainty: '',
    reliability: '', credibility: '', areas: '', lang, asOf: '', validUntil: '', readings: {}, supersedes: null,
  };
}

/** Whether anything was entered that would be missed. */
export function isBlank(draft: Draft): boolean {
  const readings = Object.fromEntries(Object.entries(draft.readings).filter(([, reading]) => isEntered(reading)));
  return JSON.stringify({ ...draft, lang: '', readings }) === JSON.stringify(blank(''));
}

export function blankReading(): ReadingDraft {
  return { figure: '', missing: '', quality: 'measured', asOf: '' };
}

export function isEntered({ figure, missing }: ReadingDraft): boolean {
  return figure.trim() !== '' || missing !== '';
}

/** Codes of areas as they are typed: separated by spaces or commas, in capitals. */
export function areasEntered(value: string): string[] {
  return value.toUpperCase().split(/[\s,;]+/).filter(Boolean);
}

/** Who has `recipients` in the mark at all. */
export function takesRecipients(tlp: Tlp | ''): boolean {
  return tlp === 'red' || tlp === 'amber_strict' || tlp === 'amber';
}

export type Writer = {
  centre: string;
  /** The server's time. */
  now: number;
  /** What a nil report says in the language of the update, where that is known. */
  nilHeadline?: string | undefined;
  indicators: ReadonlyMap<string, Indicator>;
  separators: Separators;
};

/** What is sent. What was not entered is not sent; what cannot be read is sent as it stands, to be named as wrong. */
export function bodyOf(draft: Draft, { centre, now, nilHeadline, indicators, separators }: Writer): PostBody {
  const asOf = timeEntered(draft.asOf) ?? new Date(now).toISOString();
  const nil = draft.said === 'nil';
  const severity = draft.said === 'nil' || draft.said === '' ? undefined : draft.said;
  const readings = Object.entries(draft.readings)
    .filter(([, reading]) => isEntered(reading))
    .map(([indicator, reading]) => ({
      indicator,
      value: reading.missing || (figureOf(reading.figure, indicators.get(indicator)?.decimals ?? true, separators) ?? reading.figure),
      as_of: timeEntered(reading.asOf) ?? asOf,
      quality: reading.quality,
    }));
  const areas = areasEntered(draft.areas);
  const source = draft.reliability === '' && draft.credibility === '' ? undefined : given({ reliability: draft.reliability || undefined, credibility: draft.credibility || undefined });
  return given({
    centre,
    sector: draft.sector || undefined,
    nil: nil ? (true as const) : undefined,
    severity,
    outlook: nil ? undefined : draft.outlook,
    headline: textEntered(draft.headline) ?? (nil ? nilHeadline : undefined),
    body: textEntered(draft.body),
    urgency: draft.urgency || undefined,
    certainty: draft.certainty || undefined,
    as_of: asOf,
    valid_until: timeEntered(draft.validUntil),
    tlp: draft.tlp || undefined,
    recipients: takesRecipients(draft.tlp) && draft.recipients.length > 0 ? draft.recipients : undefined,
    source,
    areas: areas.length > 0 ? areas : undefined,
    readings: readings.length > 0 ? readings : undefined,
    supersedes: draft.supersedes?.id,
    lang: draft.lang.trim() || undefined,
  });
}

/** The draft that corrects an update: the same words, true at the same time. */
export function correctionOf(update: UpdateView, separators: Separators): Draft {
  const draft = draftOf(update, separators);
  return { ...draft, supersedes: { id: update.id, headline: update.headline, recordedAt: update.recorded_at } };
}

/** What was sent, as a draft again: a refused update comes back to its author. */
export function draftOf(sent: PostBody | UpdateView, separators: Separators): Draft {
  const readings = Object.fromEntries((sent.readings ?? []).map((reading) => [reading.indicator, readingDraft(reading, separators)]));
  return {
    sector: sent.sector ?? '',
    said: sent.nil ? 'nil' : (sent.severity ?? ''),
    headline: sent.headline ?? '',
    outlook: sent.outlook ?? 'unknown',
    tlp: sent.tlp ?? '',
    recipients: [...(sent.recipients ?? [])],
    body: sent.body ?? '',
    urgency: sent.urgency ?? '',
    certainty: sent.certainty ?? '',
    reliability: sent.source?.reliability ?? '',
    credibility: sent.source?.credibility ?? '',
    areas: (sent.areas ?? []).join(' '),
    lang: sent.lang ?? '',
    asOf: fieldTime(sent.as_of),
    validUntil: fieldTime(sent.valid_until),
    readings,
    supersedes: null,
  };
}

/** The last words once more: true as of now, for as long again, under the same mark. Figures keep their own time. */
export function sameAgain(update: UpdateView, now: number): PostBody {
  const term = Date.parse(update.valid_until) - Date.parse(update.as_of);
  return given({
    centre: update.centre,
    sector: update.sector,
    nil: update.nil ? (true as const) : undefined,
    severity: update.severity,
    outlook: update.outlook,
    headline: update.headline,
    body: update.body ?? undefined,
    urgency: update.urgency ?? undefined,
    certainty: update.certainty ?? undefined,
    as_of: new Date(now).toISOString(),
    valid_until: new Date(now + term).toISOString(),
    tlp: update.tlp,
    recipients: update.recipients.length > 0 ? update.recipients : undefined,
    source: update.source ?? undefined,
    areas: update.areas.length > 0 ? update.areas : undefined,
    readings: update.readings.length > 0 ? update.readings : undefined,
    supersedes: update.id,
    lang: update.lang ?? undefined,
  });
}

function readingDraft(reading: Reading | NonNullable<PostBody['readings']>[number], { decimal }: Separators): ReadingDraft {
  const { value, quality } = reading;
  const missing = value === 'not_available' || value === 'suppressed' ? value : '';
  const figure = typeof value === 'number' ? String(value).replace('.', decimal) : missing ? '' : (value ?? '');
  return { figure, missing, quality, asOf: fieldTime(reading.as_of) };
}

/** To the millisecond: a correction must not make its update a little older. */
function fieldTime(time: string | undefined): string {
  const at = Date.parse(time ?? '');
  return Number.isNaN(at) ? '' : new Date(at).toISOString().replace(/(\.000)?Z$/, '');
}

/** Without what was not given: `undefined` is no field. */
function given<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
