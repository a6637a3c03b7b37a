/** Words of the desk's own forms in the language of the screen. */
import type { Certainty, Credibility, Missing, Quality, Reliability, SlotState, Urgency } from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import type { Kind } from '../outbox/outbox';
import type { CautionKind } from './caution';
import type { ChangedField } from './changes';

const URGENCY: Record<Urgency, () => string> = {
  immediate: m.urgency_immediate, expected: m.urgency_expected, future: m.urgency_future, past: m.urgency_past, unknown: m.urgency_unknown,
};
const CERTAINTY: Record<Certainty, () => string> = {
  observed: m.certainty_observed, likely: m.certainty_likely, possible: m.certainty_possible, unlikely: m.certainty_unlikely, unknown: m.certainty_unknown,
};
const RELIABILITY: Record<Reliability, () => string> = {
  A: m.reliability_a, B: m.reliability_b, C: m.reliability_c, D: m.reliability_d, E: m.reliability_e, F: m.reliability_f,
};
const CREDIBILITY: Record<Credibility, () => string> = {
  1: m.credibility_1, 2: m.credibility_2, 3: m.credibility_3, 4: m.credibility_4, 5: m.credibility_5, 6: m.credibility_6,
};
const QUALITY: Record<Quality, () => string> = {
  measured: m.quality_measured, estimated: m.quality_estimated, provisional: m.quality_provisional, revised: m.quality_revised,
};
const MISSING: Record<Missing, () => string> = { not_available: m.missing_not_available, suppressed: m.missing_suppressed };
const CAUTION: Record<CautionKind, () => string> = {
  email: m.caution_email, phone: m.caution_phone, account_number: m.caution_account_number, id_number: m.caution_id_number,
  birth_date: m.caution_birth_date, person: m.caution_person, classification: m.caution_classification,
};
const CHANGED: Record<ChangedField, () => string> = {
  status: m.field_severity, outlook: m.field_outlook, urgency: m.field_urgency, certainty: m.field_certainty, headline: m.field_headline,
  body: m.field_body, as_of: m.field_as_of, valid_until: m.field_valid_until, mark: m.field_tlp, source: m.field_source, areas: m.field_areas, lang: m.field_lang,
};
const KIND: Record<Kind, () => string> = {
  update: m.outbox_update, withdrawal: m.outbox_withdrawal, escalation: m.outbox_escalation, step: m.outbox_step, answer: m.outbox_answer, log: m.outbox_log, other: m.outbox_other,
};
const SLOT: Record<SlotState, () => string> = {
  open: m.slot_open, due_soon: m.slot_due_soon, overdue: m.slot_overdue, submitted: m.slot_submitted, nil: m.slot_nil, late: m.slot_late,
  missed: m.slot_missed, excused: m.slot_excused,
};
/** Units of the catalogue that need no translation stand as they are. */
const UNIT: Record<string, () => string> = {
  persons: m.unit_persons, 'persons/day': m.unit_persons_day, places: m.unit_places, hours: m.unit_hours, incidents: m.unit_incidents,
};

export const urgencyWord = (urgency: Urgency): string => URGENCY[urgency]();
export const certaintyWord = (certainty: Certainty): string => CERTAINTY[certainty]();
export const reliabilityWord = (reliability: Reliability): string => `${reliability} · ${RELIABILITY[reliability]()}`;
export const credibilityWord = (credibility: Credibility): string => `${credibility} · ${CREDIBILITY[credibility]()}`;
export const qualityWord = (quality: Quality): string => QUALITY[quality]();
export const missingWord = (missing: Missing): string => MISSING[missing]();
export const cautionWord = (kind: CautionKind): string => CAUTION[kind]();
export const changedWord = (field: ChangedField): string => CHANGED[field]();
/** In the order of a slot's life, as legends name them. */
export const SLOT_STATES = Object.keys(SLOT) as SlotState[];
export const slotWord = (state: SlotState): string => SLOT[state]();
export const kindWord = (kind: Kind): string => KIND[kind]();
export const unitWord = (unit: string): string => UNIT[unit]?.() ?? unit;
