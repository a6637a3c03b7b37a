/** A line of the feed as words. */
import type { EscalationClock, EscalationLevel, EscalationView, FeedItem } from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import { utcMinutes } from './time';
import { ipcrWord, levelWord, stepWord } from './words';

export type Among = {
  codeOf: (centre: string) => string;
  escalations: ReadonlyMap<string, EscalationView>;
};

export function entryText(item: FeedItem, { codeOf, escalations }: Among): string {
  const titleOf = (id: string): string => escalations.get(id)?.title ?? m.feed_stepped_unknown();
  const timeOf = (due: string): string => utcMinutes(Date.parse(due));
  switch (item.kind) {
    case 'update_posted': return item.update.headline;
    case 'update_withdrawn': return m.feed_withdrawn({ reason: item.reason });
    case 'escalation_raised': return m.feed_raised({ asked: codeOf(item.asked_of), title: item.title });
    case 'escalation_stepped': return m.feed_stepped({ step: stepWord(item.step), title: titleOf(item.id) });
    case 'escalation_lapsed': return lapsed(item.which, item.level, titleOf(item.id));
    case 'escalation_woken': return m.feed_woken({ title: titleOf(item.id) });
    case 'ipcr_recorded': return m.feed_ipcr({ mode: ipcrWord(item.ipcr.mode) });
    case 'crisis_opened': return m.feed_opened();
    case 'crisis_closed': return m.feed_closed({ reason: item.reason });
    case 'crisis_reopened': return m.feed_reopened({ reason: item.reason });
    case 'crisis_scoped': return m.feed_scoped();
    case 'query_asked': return m.feed_query_asked({ asked: codeOf(item.centre), question: item.question });
    case 'query_answered': return m.feed_query_answered({ answer: item.answer });
    case 'query_withdrawn': return m.feed_query_withdrawn({ reason: item.reason });
    case 'cycle_set': return m.feed_cycle_set({ name: item.name });
    case 'cycle_changed': return m.feed_cycle_changed({ name: item.name });
    case 'cycle_planned': return m.feed_cycle_planned();
    case 'cycle_ended': return m.feed_cycle_ended({ reason: item.reason });
    case 'slot_excused': return m.feed_slot_excused({ centre: codeOf(item.centre), time: timeOf(item.due_at), reason: item.reason });
    case 'slot_reminded': return m.feed_slot_reminded({ time: timeOf(item.due_at) });
    case 'slot_missed': return m.feed_slot_missed({ time: timeOf(item.due_at) });
    case 'log_entered': return (item.corrects === null ? m.feed_log_entered : m.feed_log_corrected)({ headline: item.headline });
    case 'handover_offered': return m.feed_handover_offered({ time: timeOf(item.shift.to) });
    case 'handover_signed': return m.feed_handover_signed({ centre: codeOf(item.centre) });
  }
}

function lapsed(which: EscalationClock, level: EscalationLevel, title: string): string {
  switch (which) {
    case 'ack': return m.feed_lapsed_ack({ level: levelWord(level), title });
    case 'start': return m.feed_lapsed_start({ title });
    case 'resolve': return m.feed_lapsed_resolve({ title });
  }
}
