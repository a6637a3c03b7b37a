/** A round of reports in the words of a wall. */
import { m } from '../i18n/generated/messages';
import type { Rhythm, Tally } from '../picture/slots';

/** Centres that are named, unless there is less room; of more, the number is said. */
const NAMED_MAX = 7;

/** How many reported, and how. */
export function tallyWords(tally: Tally): string {
  return `${m.wall_round({ submitted: tally.submitted, of: tally.of })}, ${restWords(tally)}`;
}

/** What became of those that did not submit in time. */
export function restWords({ nil, late, excused }: Tally): string {
  const more = [late > 0 ? m.wall_round_late({ count: late }) : '', excused > 0 ? m.wall_round_excused({ count: excused }) : ''];
  return [m.wall_round_nil({ count: nil }), ...more].filter(Boolean).join(', ');
}

/** Who owes one, by name; empty when nobody does. */
export function owingWords({ overdue, missed }: Pick<Rhythm, 'overdue' | 'missed'>, codeOf: (id: string) => string, most = NAMED_MAX): string {
  const named = (ids: readonly string[]): string => {
    const codes = [...new Set(ids.map(codeOf))].sort();
    return codes.length > most ? `${codes.slice(0, most - 1).join(', ')} +${codes.length - most + 1}` : codes.join(', ');
  };
  const parts = [
    overdue.length > 0 ? m.wall_round_overdue({ count: overdue.length, codes: named(overdue) }) : '',
    missed.length > 0 ? m.wall_round_missed({ count: missed.length, codes: named(missed) }) : '',
  ];
  return parts.filter(Boolean).join(', ');
}
