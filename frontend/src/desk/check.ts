/** Everything that is wrong with an update, by the rules of the server and in the reader's language. Pure. */
import type { Catalogue } from '../api/client';
import type { FieldFault } from '../api/problem';
import { m } from '../i18n/generated/messages';
import { tlpLabel } from '../ui/words';
import { type PostBody, takesRecipients } from './draft';

export const HEADLINE_CHARS_MAX = 160;
export const BODY_CHARS_MAX = 4_000;
/** What a wall shows of a headline without cutting it. */
export const HEADLINE_CHARS_SHOWN = 42;
export const NOTE_CHARS_MAX = 1_000;
export const ANSWER_CHARS_MAX = 2_000;
const FIGURE_MAX = Number.MAX_SAFE_INTEGER;
const AREAS_MAX = 64;
const READINGS_MAX = 32;
/** The difference of two honest clocks. */
const GRACE_MS = 60_000;
const TERM_MAX_MS = 31 * 24 * 3_600_000;

const AREA = /^[A-Z]{2}[A-Z0-9]{0,3}$/;
const LANG = /^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/;
/** Control characters, and marks that make text read in another order than it is stored. */
const FORBIDDEN_ONE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
const FORBIDDEN_MANY = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

/** Length as the server counts it: in Unicode scalar values. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

export function faultsOf(post: PostBody, indicators: Catalogue['indicators'], now: number): FieldFault[] {
  const faults: FieldFault[] = [];
  const wrong = (pointer: string, detail: string): number => faults.push({ pointer, detail });
  if (!post.sector) wrong('/sector', m.fault_choose_sector());
  if (!post.nil && !post.severity) wrong('/severity', m.fault_choose_severity());
  if (!post.nil || post.headline !== undefined) text(post.headline, HEADLINE_CHARS_MAX, FORBIDDEN_ONE, (detail) => wrong('/headline', detail));
  if (post.body !== undefined) text(post.body, BODY_CHARS_MAX, FORBIDDEN_MANY, (detail) => wrong('/body', detail));
  mark(post, wrong);
  source(post, wrong);
  times(post, now, wrong);
  post.areas?.forEach((area, at) => {
    if (!AREA.test(area)) wrong(`/areas/${at}`, m.fault_area({ area }));
  });
  if ((post.areas?.length ?? 0) > AREAS_MAX) wrong('/areas', m.fault_many({ most: AREAS_MAX }));
  if (post.lang !== undefined && (!LANG.test(post.lang) || post.lang.length > 35)) wrong('/lang', m.fault_lang());
  readings(post, indicators, now, wrong);
  return faults;
}

type Wrong = (pointer: string, detail: string) => void;

function text(value: string | undefined, most: number, forbidden: RegExp, wrong: (detail: string) => void): void {
  if (value === undefined || value.trim() === '') wrong(m.fault_write());
  else if (lengthOf(value) > most) wrong(m.fault_long({ most, length: lengthOf(value) }));
  else if (forbidden.test(value)) wrong(m.fault_control());
}

function mark(post: PostBody, wrong: Wrong): void {
  if (!post.tlp) wrong('/tlp', m.fault_choose_tlp());
  const named = post.recipients?.length ?? 0;
  if ((post.tlp === 'red' || post.tlp === 'amber_strict') && named === 0) wrong('/recipients', m.fault_recipients({ label: tlpLabel(post.tlp) }));
  if (post.tlp && !takesRecipients(post.tlp) && named > 0) wrong('/recipients', m.fault_no_recipients({ label: tlpLabel(post.tlp) }));
}

function source(post: PostBody, wrong: Wrong): void {
  if (post.source === undefined) return;
  if (!post.source.reliability) wrong('/source/reliability', m.fault_pair());
  if (!post.source.credibility) wrong('/source/credibility', m.fault_pair());
}

function times(post: PostBody, now: number, wrong: Wrong): void {
  const asOf = Date.parse(post.as_of ?? '');
  if (Number.isNaN(asOf)) wrong('/as_of', m.fault_time());
  else if (asOf > now + GRACE_MS) wrong('/as_of', m.fault_future());
  if (post.valid_until === undefined) return;
  const until = Date.parse(post.valid_until);
  if (Number.isNaN(until)) wrong('/valid_until', m.fault_time());
  else if (until <= asOf) wrong('/valid_until', m.fault_until_before());
  else if (until - asOf > TERM_MAX_MS) wrong('/valid_until', m.fault_until_long());
}

function readings(post: PostBody, indicators: Catalogue['indicators'], now: number, wrong: Wrong): void {
  const list = post.readings ?? [];
  if (list.length > READINGS_MAX) wrong('/readings', m.fault_many({ most: READINGS_MAX }));
  list.forEach(({ indicator, value, as_of }, at) => {
    const known = indicators.find(({ id }) => id === indicator);
    if (known === undefined) wrong(`/readings/${at}/indicator`, m.fault_indicator());
    if (Date.parse(as_of ?? '') > now + GRACE_MS) wrong(`/readings/${at}/as_of`, m.fault_future());
    if (value === 'not_available' || value === 'suppressed') return;
    const detail = figure(value, known?.decimals ?? true);
    if (detail !== null) wrong(`/readings/${at}/value`, detail);
  });
}

function figure(value: unknown, decimals: boolean): string | null {
  if (typeof value !== 'number') return decimals ? m.fault_number() : m.fault_whole();
  if (value < 0) return m.fault_negative();
  if (value > FIGURE_MAX) return m.fault_large();
  return !decimals && !Number.isInteger(value) ? m.fault_whole() : null;
}

/** The field that a pointer is about, by the `id` it has in the form: what stands in lists is found by its name. */
export function fieldOf(pointer: string, post: PostBody): string {
  const [name = '', at = '', part = ''] = pointer.split('/').slice(1);
  if (name === 'readings') {
    const indicator = post.readings?.[Number(at)]?.indicator;
    return indicator === undefined ? 'readings' : `readings-${indicator}-${part === 'as_of' ? 'as_of' : 'value'}`;
  }
  if (name === 'recipients' && at !== '') return `recipients-${post.recipients?.[Number(at)] ?? ''}`;
  return name === 'source' && at !== '' ? at : name;
}

/** Of the faults of what was sent, those whose field still holds what it held then: what was changed is not yet wrong again. */
export function stillWrong(faults: readonly FieldFault[], sent: object, current: object): FieldFault[] {
  return faults.filter(({ pointer }) => JSON.stringify(at(sent, pointer)) === JSON.stringify(at(current, pointer)));
}

function at(body: unknown, pointer: string): unknown {
  return pointer.split('/').slice(1).reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined), body);
}
