/** Reporting cycles of the crises in the world: one under way, one that is due next, an excuse. */
import type { Crowd } from './crowd';
import { SCENE } from './scene';
import type { Vigie } from './vigie';

const MINUTE = 60_000;
/** A due time is a whole minute; this is the first that is so many minutes ahead or more. */
export const dueIn = (minutes: number): string => new Date(Math.ceil((Date.now() + minutes * MINUTE) / MINUTE) * MINUTE).toISOString();

/** Most centres of a crowd report on one sector, some that there is nothing; the others come to owe it. */
export async function beat(vigie: Vigie, crisis: string, { coordinator, officers }: Crowd): Promise<void> {
  const centres = [...officers.keys()];
  await vigie.post(coordinator, `/crises/${crisis}/cycles`, {
    name: 'Situation report', sectors: ['civil_society'], centres, starts_at: dueIn(0.3), rrule: 'FREQ=MINUTELY;INTERVAL=45', grace_minutes: 40, reminder_minutes: [30],
  });
  for (const [index, centre] of centres.entries()) {
    if (index % 9 === 4) continue;
    await vigie.post(officers.get(centre) ?? '', `/crises/${crisis}/updates`, {
      centre, sector: 'civil_society', tlp: 'green', as_of: new Date().toISOString(),
      ...(index % 6 === 0 ? { nil: true } : { severity: 'minor', outlook: 'stable', headline: 'As planned', lang: 'en' }),
    });
  }
}

/** The scene has a cycle that was just due and one that is due soon. */
export async function beatScene(vigie: Vigie): Promise<void> {
  const at = `/crises/${SCENE}`;
  const ercc = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  const set = async (body: object): Promise<string> => (await vigie.post(ercc, `${at}/cycles`, body)).id;
  const centres = ['be-nccn', 'de-ncc', 'nl-ncc', 'lu-ncc', 'fr-ncc'];
  const due = dueIn(0.3);
  const hourly = await set({ name: 'Water levels and dykes', sectors: ['civil_protection'], centres, starts_at: due, rrule: 'FREQ=MINUTELY;INTERVAL=45', grace_minutes: 40, reminder_minutes: [30] });
  await set({ name: 'Report to the Council, morning and evening', sectors: ['civil_protection', 'essential_services', 'displacement'], centres, starts_at: dueIn(50), rrule: 'FREQ=HOURLY;INTERVAL=12', grace_minutes: 60, cutoff_minutes: 240, reminder_minutes: [60, 15] });
  await vigie.post(ercc, `${at}/cycles/${hourly}/excuse`, { centre: 'lu-ncc', due_at: due, reason: 'Its operations room is flooded; BE reports for both.' });
  const over = await set({ name: 'First hours', sectors: ['cyber'], centres, starts_at: dueIn(20), rrule: 'FREQ=HOURLY', grace_minutes: 10, reminder_minutes: [] });
  await vigie.post(ercc, `${at}/cycles/${over}/end`, { reason: 'Replaced by the two others.' });
  const report = (centre: string, body: object): Promise<unknown> =>
    vigie.post(vigie.token(centre, 'duty_officer', '--name', 'Duty officer').token, `${at}/updates`, { centre, sector: 'civil_protection', tlp: 'green', as_of: new Date().toISOString(), ...body });
  await report('de-ncc', { severity: 'moderate', outlook: 'stable', headline: 'Pegel Köln 9,80 m, fallend', lang: 'de' });
  await report('nl-ncc', { nil: true });
}
