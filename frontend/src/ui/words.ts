/** The words of the field in the language of the screen. Labels of TLP are never translated. */
import type {
  Environment, EscalationLevel, EscalationState, EscalationStep, EscalationView, IpcrMode, Outlook, Role, Tlp,
} from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import { getLocale } from '../i18n/generated/runtime';
import { refusalOf } from '../picture/clocks';
import type { Cell, Status } from '../picture/select';

const STATUS: Record<Status, () => string> = {
  extreme: m.severity_extreme, severe: m.severity_severe, moderate: m.severity_moderate, minor: m.severity_minor,
  unknown: m.severity_unknown, nil: m.status_nil, stale: m.status_stale, no_report: m.status_no_report,
};
const OUTLOOK: Record<Outlook, () => string> = {
  improving: m.outlook_improving, stable: m.outlook_stable, worsening: m.outlook_worsening, unknown: m.outlook_unknown,
};
const LEVEL: Record<EscalationLevel, () => string> = {
  watch: m.level_watch, coordination: m.level_coordination, political: m.level_political,
};
const STATE: Record<EscalationState, () => string> = {
  raised: m.state_raised, acknowledged: m.state_acknowledged, assigned: m.state_assigned,
  in_progress: m.state_in_progress, resolved: m.state_resolved, closed: m.state_closed, rejected: m.state_rejected,
};
const STEP: Record<EscalationStep, () => string> = {
  acknowledge: m.step_acknowledge, assign: m.step_assign, start: m.step_start, resolve: m.step_resolve,
  close: m.step_close, reject: m.step_reject, reopen: m.step_reopen, 'raise-level': m.step_raise_level,
  'lower-level': m.step_lower_level, snooze: m.step_snooze,
};
const ENVIRONMENT: Record<Environment, () => string> = {
  actual: m.environment_actual, exercise: m.environment_exercise, test: m.environment_test,
};
const IPCR: Record<IpcrMode, () => string> = {
  none: m.ipcr_mode_none, monitoring: m.ipcr_mode_monitoring,
  information_sharing: m.ipcr_mode_information_sharing, full_activation: m.ipcr_mode_full_activation,
};
const ROLE: Record<Role, () => string> = {
  wall_device: m.role_wall_device, viewer: m.role_viewer, duty_officer: m.role_duty_officer,
  centre_lead: m.role_centre_lead, coordinator: m.role_coordinator, auditor: m.role_auditor, admin: m.role_admin,
  partner: m.role_partner, system: m.role_system,
};
const TLP: Record<Tlp, string> = {
  red: 'TLP:RED', amber_strict: 'TLP:AMBER+STRICT', amber: 'TLP:AMBER', green: 'TLP:GREEN', clear: 'TLP:CLEAR',
};
const TLP_RULE: Record<Tlp, () => string> = {
  red: m.tlp_rule_red, amber_strict: m.tlp_rule_amber_strict, amber: m.tlp_rule_amber, green: m.tlp_rule_green,
  clear: m.tlp_rule_clear,
};

/** Worst first, as legends and summaries name them. */
export const STATUSES = Object.keys(STATUS) as Status[];
export const statusWord = (status: Status): string => STATUS[status]();

/** A status with what it hides: what it said before it went stale, and how near its end it is. */
export function standingWords(cell: Pick<Cell, 'status' | 'said' | 'ageing' | 'expired'>): string {
  const words = [statusWord(cell.status)];
  if (cell.status === 'stale' && cell.said) words.push(statusWord(cell.said));
  if (cell.ageing) words.push(m.status_ageing());
  if (cell.expired) words.push(m.status_expired());
  return words.join(', ');
}

const UNIT: Record<string, () => string> = {
  persons: m.unit_persons, 'persons/day': m.unit_persons_day, places: m.unit_places, hours: m.unit_hours,
  'contacts/day': m.unit_contacts_day, incidents: m.unit_incidents, 'signals/day': m.unit_signals_day,
};
/** A unit of the catalogue; one that the screens do not know stands as it was written. */
export const unitWord = (unit: string): string => UNIT[unit]?.() ?? unit;

export const outlookWord = (outlook: Outlook): string => OUTLOOK[outlook]();
export const levelWord = (level: EscalationLevel): string => LEVEL[level]();
export const stateWord = (state: EscalationState): string => STATE[state]();
/** Said where an owner would stand: nobody has answered, or who was asked cannot, and why. */
export const nobodyWord = (escalation: Pick<EscalationView, 'answer'>): string => {
  const why = refusalOf(escalation);
  return why === null ? m.escalation_nobody() : `${m.escalation_cannot()}: ${why}`;
};
export const stepWord = (step: EscalationStep): string => STEP[step]();
export const environmentWord = (environment: Environment): string => ENVIRONMENT[environment]();
export const ipcrWord = (mode: IpcrMode): string => IPCR[mode]();
export const roleWord = (role: Role): string => ROLE[role]();
export const tlpLabel = (tlp: Tlp): string => TLP[tlp];
export const tlpRule = (tlp: Tlp): string => TLP_RULE[tlp]();

/** A name that the configuration gives in several languages. */
export function nameIn(names: Readonly<Record<string, string | undefined>>): string {
  return names[getLocale()] ?? names.en ?? Object.values(names)[0] ?? '';
}
