/** What changed between two versions of what a cell said, field by field, and word by word in texts. Pure. */
import type { UpdateHistoryView } from '../api/types.gen';

/** A run of words that stayed, went or came. */
export type Run = { type: 'same' | 'gone' | 'new'; text: string };

export type ChangedField =
  | 'status' | 'outlook' | 'urgency' | 'certainty' | 'headline' | 'body' | 'as_of' | 'valid_until' | 'mark' | 'source' | 'areas' | 'lang';

export type Change =
  | { field: ChangedField; type: 'words'; runs: Run[] }
  | { field: ChangedField; type: 'value' }
  | { field: 'reading'; type: 'reading'; indicator: string };

/** The version that each one followed in its cell: what it names as superseded, else the next older one. */
export function before(versions: readonly UpdateHistoryView[], at: number): UpdateHistoryView | null {
  const version = versions[at];
  if (version === undefined) return null;
  return versions.find(({ id }) => id === version.supersedes) ?? versions[at + 1] ?? null;
}

export function changesBetween(old: UpdateHistoryView, now: UpdateHistoryView): Change[] {
  const changes: Change[] = [];
  const value = (field: ChangedField, a: unknown, b: unknown): void => {
    if (JSON.stringify(a) !== JSON.stringify(b)) changes.push({ field, type: 'value' });
  };
  const words = (field: ChangedField, a: string | null, b: string | null): void => {
    if (a !== b) changes.push({ field, type: 'words', runs: wordChanges(a ?? '', b ?? '') });
  };
  value('status', [old.nil, old.severity], [now.nil, now.severity]);
  value('outlook', old.outlook, now.outlook);
  words('headline', old.headline, now.headline);
  words('body', old.body, now.body);
  value('mark', [old.tlp, [...old.recipients].sort()], [now.tlp, [...now.recipients].sort()]);
  value('as_of', old.as_of, now.as_of);
  value('valid_until', old.valid_until, now.valid_until);
  value('urgency', old.urgency, now.urgency);
  value('certainty', old.certainty, now.certainty);
  value('source', old.source, now.source);
  value('areas', old.areas, now.areas);
  value('lang', old.lang, now.lang);
  for (const indicator of new Set([...old.readings, ...now.readings].map((reading) => reading.indicator))) {
    const [a, b] = [old, now].map(({ readings }) => readings.find((reading) => reading.indicator === indicator));
    if (a?.value !== b?.value || a?.quality !== b?.quality) changes.push({ field: 'reading', type: 'reading', indicator });
  }
  return changes;
}

/** Above this many words a text is shown as replaced: the table of comparisons would not be worth its size. */
const WORDS_MAX = 700;

/** The longest common words stay; what is between them went or came. */
export function wordChanges(old: string, now: string): Run[] {
  const [a, b] = [wordsOf(old), wordsOf(now)];
  if (a.length > WORDS_MAX * 2 || b.length > WORDS_MAX * 2) return joined([...a.map(gone), ...b.map(fresh)]);
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  function at(i: number, j: number): number {
    return common[i * width + j] ?? 0;
  }
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [from, to] = [a[i], b[j]];
    if (from !== undefined && from === to) {
      runs.push({ type: 'same', text: from });
      [i, j] = [i + 1, j + 1];
    } else if (to === undefined || (from !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      runs.push(gone(from ?? ''));
      i += 1;
    } else {
      runs.push(fresh(to));
      j += 1;
    }
  }
  return joined(runs);
}

/** A figure in groups of three is one word. */
const wordsOf = (text: string): string[] => text.match(/\d{1,3}(?:[ \u00a0\u202f]\d{3})+|\s+|[^\s]+/g) ?? [];
const gone = (text: string): Run => ({ type: 'gone', text });
const fresh = (text: string): Run => ({ type: 'new', text });

function joined(runs: Run[]): Run[] {
  const all: Run[] = [];
  for (const run of runs) {
    const last = all.at(-1);
    if (last?.type === run.type) last.text += run.text;
    else all.push({ ...run });
  }
  return all;
}
