/** The label of a thing made of others: the most restrictive of its parts (domain: most restrictive wins). */
import { TLPS, type Tlp } from '../api/types.gen';
import type { Picture } from '../picture/picture';

/** Of all that a picture shows; TLP:CLEAR when it shows nothing that is marked. */
export function strictestOf(picture: Picture): Tlp {
  const marks = new Set<Tlp>();
  for (const cell of picture.cells.values()) marks.add(cell.update.tlp);
  for (const reading of picture.readings.values()) marks.add(reading.tlp);
  for (const escalation of picture.escalations.values()) marks.add(escalation.tlp);
  for (const line of picture.feed) marks.add(line.tlp);
  // TLPS stands in the order of the vocabulary, strictest first.
  return TLPS.find((tlp) => marks.has(tlp)) ?? 'clear';
}
