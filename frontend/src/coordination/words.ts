/** The words of coordination in the language of the screen. */
import type { By, CentreView, Environment, EscalationStep, IpcrMode, LapseView, Layout, QueryState, Sector } from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import { conventions } from '../ui/time';
import { levelWord, nameIn, roleWord } from '../ui/words';
import type { ColumnState } from './board';
import { DAYS, recurrenceOf } from './recurrence';

const COLUMN: Record<ColumnState, () => string> = {
  raised: m.state_raised, acknowledged: m.state_acknowledged, assigned: m.state_assigned, in_progress: m.state_in_progress,
  resolved: m.state_resolved, closed: m.coord_column_over,
};
const STEP_MEANS: Record<EscalationStep, () => string> = {
  acknowledge: m.coord_means_acknowledge, assign: m.coord_means_assign, start: m.coord_means_start, resolve: m.coord_means_resolve,
  close: m.coord_means_close, reject: m.coord_means_reject, reopen: m.coord_means_reopen, 'raise-level': m.coord_means_raise_level,
  'lower-level': m.coord_means_lower_level, snooze: m.coord_means_snooze,
};
const QUERY: Record<QueryState, () => string> = {
  open: m.coord_query_open, answered: m.coord_query_answered, withdrawn: m.coord_query_withdrawn,
};
const ENVIRONMENT_MEANS: Record<Environment, () => string> = {
  actual: m.coord_environment_actual, exercise: m.coord_environment_exercise, test: m.coord_environment_test,
};
const IPCR_MEANS: Record<IpcrMode, () => string> = {
  none: m.coord_ipcr_means_none, monitoring: m.coord_ipcr_means_monitoring,
  information_sharing: m.coord_ipcr_means_information_sharing, full_activation: m.coord_ipcr_means_full_activation,
};
const LAYOUT: Record<Layout, () => string> = { overview: m.coord_layout_overview, far: m.coord_layout_far };

export const columnWord = (state: ColumnState): string => COLUMN[state]();
export const stepMeans = (step: EscalationStep): string => STEP_MEANS[step]();
export const queryStateWord = (state: QueryState): string => QUERY[state]();
export const environmentMeans = (environment: Environment): string => ENVIRONMENT_MEANS[environment]();
export const ipcrMeans = (mode: IpcrMode): string => IPCR_MEANS[mode]();
export const layoutWord = (layout: Layout): string => LAYOUT[layout]();

/** What a clock did that ran out. */
export function lapseWord({ which, level }: LapseView): string {
  if (which === 'ack') return m.coord_lapse_ack({ level: levelWord(level) });
  return which === 'start' ? m.coord_lapse_start() : m.coord_lapse_resolve();
}

/** The name of a day of the week, Monday first. */
export function dayWord(day: number): string {
  return new Intl.DateTimeFormat(conventions(), { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day));
}

/** When reports are due, in words where the rule is a simple one. */
export function ruleWords(rule: string): string {
  const { way, hours, times, days } = recurrenceOf(rule);
  switch (way) {
    case 'hours': return m.coord_rule_hours({ hours });
    case 'daily': return m.coord_rule_daily({ times });
    case 'weekly': return m.coord_rule_weekly({ days: days.map((day) => dayWord(DAYS.indexOf(day))).join(', '), times });
    case 'rule': return rule;
  }
}

export type Centres = ReadonlyMap<string, Pick<CentreView, 'id' | 'code' | 'name'>>;

export const codeOf = (centres: Centres, id: string): string => centres.get(id)?.code ?? id;

export function centreName(centres: Centres, id: string): string {
  const centre = centres.get(id);
  return centre ? nameIn(centre.name) : id;
}

export function sectorName(sectors: readonly Sector[], id: string): string {
  const sector = sectors.find((sector) => sector.id === id);
  return sector ? nameIn(sector.name) : id;
}

/** Who spoke: the centre's code, the role, the position. */
export function byWhom(centres: Centres, by: By): string {
  return [codeOf(centres, by.centre), roleWord(by.role), by.position].filter(Boolean).join(' · ');
}
