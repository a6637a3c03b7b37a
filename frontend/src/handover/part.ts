/** The system's part of a handover, with the picture in which what it names has its words. */
import { catalogue } from '../api/client';
import { type PastPicture, pictureAt } from '../api/past';
import type { Indicator, ShiftView } from '../api/types.gen';

export type Part = { told: ShiftView; picture: PastPicture; indicators: ReadonlyMap<string, Indicator> };

export async function partOf(crisis: string, told: ShiftView): Promise<Part> {
  const [picture, { indicators }] = await Promise.all([pictureAt(crisis, told.changes.upto), catalogue()]);
  return { told, picture, indicators: new Map(indicators.map((indicator) => [indicator.id, indicator])) };
}
