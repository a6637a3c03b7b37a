/** What a pointer of a problem is called on the form. Pure. */
import type { Indicator } from '../api/types.gen';
import { m } from '../i18n/generated/messages';
import { nameIn } from '../ui/words';
import type { PostBody } from './draft';

const LABEL: Record<string, () => string> = {
  sector: m.field_sector, severity: m.field_said, outlook: m.field_outlook, headline: m.field_headline, body: m.field_body, tlp: m.field_tlp,
  recipients: m.field_recipients, as_of: m.field_as_of, valid_until: m.field_valid_until, urgency: m.field_urgency, certainty: m.field_certainty,
  source: m.field_source, areas: m.field_areas, lang: m.field_lang, readings: m.reading_title, supersedes: m.desk_correct,
};

export function labelOf(pointer: string, post: PostBody, indicators: ReadonlyMap<string, Indicator>): string {
  const [name = '', at = ''] = pointer.split('/').slice(1);
  const label = LABEL[name]?.() ?? pointer;
  if (name !== 'readings' || at === '') return label;
  const id = post.readings?.[Number(at)]?.indicator ?? '';
  const indicator = indicators.get(id);
  return `${label}, ${indicator ? nameIn(indicator.name) : id}`;
}
