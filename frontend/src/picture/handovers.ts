/** Which shifts ended without somebody having signed that they took over. Pure. */
import type { CentreView } from '../api/types.gen';
import type { Picture } from './picture';

export type HandoverMissing = { centre: CentreView; since: number };

/** Longest first. Of a centre that has never handed over, nothing is known: it may keep no shifts. */
export function handoversMissing(picture: Picture, now: number): HandoverMissing[] {
  const missing = [...picture.centres.values()].flatMap((centre) => {
    const since = centre.next_handover === null ? Infinity : Date.parse(centre.next_handover);
    return since < now ? [{ centre, since }] : [];
  });
  return missing.sort((a, b) => a.since - b.since || a.centre.code.localeCompare(b.centre.code));
}
