/** The words of a replay in the language of the screen. */
import type { MomentView } from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import { utcDate, utcSeconds } from '../ui/time';
import { ipcrWord } from '../ui/words';

/** What no picture of a replay is shown without. */
export const notNow = (at: number): string => m.replay_not_now({ time: utcSeconds(at), day: utcDate(at) });

export function momentWord({ kind, mode }: Pick<MomentView, 'kind' | 'mode'>): string {
  switch (kind) {
    case 'crisis_opened': return m.feed_opened();
    case 'crisis_closed': return m.replay_crisis_closed();
    case 'crisis_reopened': return m.replay_crisis_reopened();
    case 'crisis_scoped': return m.feed_scoped();
    case 'ipcr_recorded': return m.feed_ipcr({ mode: ipcrWord(mode ?? 'none') });
    case 'update_posted': return m.replay_update();
    case 'escalation_raised': return m.replay_raised();
    case 'escalation_level_raised': return m.replay_level_raised();
    case 'escalation_level_lowered': return m.replay_level_lowered();
    case 'escalation_resolved': return m.replay_resolved();
    case 'key_event': return m.replay_key_event();
    case 'slot_missed': return m.replay_slot_missed();
  }
}
