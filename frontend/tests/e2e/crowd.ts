/** A crisis with something of everything: statuses, silence, overdue reports, escalations late and owned. */
import type { Vigie } from './vigie';

export type Crowd = { coordinator: string; officers: ReadonlyMap<string, string> };

const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();
const ahead = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Centre, sector, severity (or nil), outlook, headline, minutes old, minutes it held. */
const UPDATES = [
  ['pl-ncc', 'displacement', 'extreme', 'worsening', 'Medyka reception at 118 % of its capacity', 9, 240],
  ['pl-ncc', 'essential_services', 'moderate', 'stable', 'Rail towards Kyiv runs at half its capacity', 50, 240],
  ['ua-ncc', 'cyber', 'extreme', 'worsening', 'Second grid operator reports wiper activity', 4, 240],
  ['ro-ncc', 'displacement', 'severe', 'improving', 'Siret queue down to 6 km', 31, 240],
  ['sk-ncc', 'displacement', 'severe', 'stable', 'Vyšné Nemecké full, buses to Košice', 14, 240],
  ['hu-ncc', 'displacement', 'moderate', 'worsening', 'Záhony above its daily plan', 300, 60],
  ['md-ncc', 'essential_services', 'severe', 'worsening', 'Interconnector Isaccea–Vulcănești down', 12, 240],
  ['de-ncc', 'information_integrity', 'moderate', 'worsening', 'False evacuation order spreads on messengers', 75, 240],
  ['be-nccn', 'displacement', 'minor', 'stable', 'Brussels registration centre within plan', 22, 240],
  ['lt-ncc', 'cyber', 'moderate', 'unknown', 'Phishing against reception staff', 66, 240],
  ['cy-ncc', 'information_integrity', 'minor', 'stable', 'Nothing unusual seen', 700, 480],
  ['bg-ncc', 'displacement', 'minor', 'stable', 'Ruse bridge open in both directions', 190, 120],
  ['fr-ncc', 'displacement', 'minor', 'stable', 'Transit through Nice as planned', 18, 240],
  ['benelux', 'civil_society', 'minor', 'stable', 'Joint transport desk open', 40, 240],
  ['eu-ercc', 'civil_protection', 'moderate', 'worsening', 'Eleven offers pooled, four gaps remain', 6, 240],
] as const;
const NILS = ['at-ncc', 'nl-ncc', 'ie-ncc', 'pt-ncc', 'es-ncc', 'dk-ncc', 'se-ncc', 'lu-ncc', 'si-ncc'] as const;

const ESCALATIONS = [
  ['pl-ncc', 'Beds for 40,000 by tonight', 'political', 'extreme', 1, null],
  ['ua-ncc', 'Grid operators under attack: CERT-EU asked for', 'coordination', 'severe', 600, 'acknowledge'],
  ['md-ncc', 'Hospital back-up power below six hours', 'coordination', 'extreme', 2_400, null],
  ['sk-ncc', 'Buses to Košice: forty more wanted', 'watch', 'moderate', 5_000, null],
  ['ro-ncc', 'Second lane at Siret requested', 'watch', 'severe', 9_000, 'acknowledge'],
  ['hu-ncc', 'Interpreters for Ukrainian at Záhony', 'watch', 'minor', 20_000, null],
] as const;

/** Centre, indicator, figure: as the update of displacement of that centre says. */
const READINGS = [
  ['pl-ncc', 'border_crossings_in', 12_450],
  ['ro-ncc', 'border_crossings_in', 5_310],
  ['sk-ncc', 'border_crossings_in', 4_020],
  ['hu-ncc', 'border_crossings_in', 3_900],
  ['pl-ncc', 'beneficiaries_present', 958_000],
  ['sk-ncc', 'beneficiaries_present', 112_500],
  ['be-nccn', 'beneficiaries_present', 71_200],
] as const;

export async function crowd(vigie: Vigie, slug: string, name: string, environment = 'actual'): Promise<Crowd> {
  const coordinator = vigie.token('eu-ercc', 'coordinator').token;
  const centres = new Set<string>(['eu-ercc', ...UPDATES.map(([centre]) => centre), ...NILS, ...ESCALATIONS.map(([centre]) => centre)]);
  const officers = new Map([...centres].map((centre) => [centre, vigie.token(centre, 'duty_officer').token]));
  const by = (centre: string): string => officers.get(centre) ?? '';
  await vigie.post(coordinator, '/crises', { slug, name, environment });
  await vigie.post(coordinator, `/crises/${slug}/ipcr`, { mode: 'full_activation', since: ago(2_900), decided_by: 'French Presidency' });
  for (const [centre, sector, severity, outlook, headline, minutes, held] of UPDATES) {
    await vigie.post(by(centre), `/crises/${slug}/updates`, {
      centre, sector, severity, outlook, headline, tlp: 'green', lang: 'en',
      as_of: ago(minutes), valid_until: ago(minutes - held),
      readings: READINGS.filter(([of]) => of === centre && sector === 'displacement').map(([, indicator, value]) => ({ indicator, value, as_of: ago(minutes), quality: 'measured' })),
    });
  }
  for (const centre of NILS) {
    await vigie.post(by(centre), `/crises/${slug}/updates`, { centre, sector: 'displacement', nil: true, tlp: 'green', as_of: ago(20) });
  }
  for (const [centre, title, level, severity, dueS, then] of ESCALATIONS) {
    const { id } = await vigie.post(by(centre), `/crises/${slug}/escalations`, {
      title, level, severity, reason: 'Beyond national means.', asked_of: 'eu-ercc', ack_due: ahead(dueS), resolve_due: ahead(dueS + 9_000), tlp: 'green',
    });
    if (then) await vigie.post(by('eu-ercc'), `/crises/${slug}/escalations/${id}/${then}`, { note: 'Seen.' });
  }
  return { coordinator, officers };
}
