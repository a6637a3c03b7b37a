/** A crisis in the middle of a shift, told through the API: escalations in every state, updates, queries, IPCR records, walls. */
import type { Vigie } from './vigie';

export const SCENE = 'flood-meuse';

export async function tell(vigie: Vigie): Promise<void> {
  const ercc = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  const be = vigie.token('be-nccn', 'duty_officer', '--name', 'Duty officer 2').token;
  const de = vigie.token('de-ncc', 'centre_lead', '--name', 'Shift lead').token;
  const nl = vigie.token('nl-ncc', 'duty_officer', '--name', 'Duty officer 1').token;
  const at = `/crises/${SCENE}`;
  const ahead = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();
  await vigie.post(ercc, '/crises', {
    slug: SCENE, name: 'Flood of the Meuse and the Rhine', environment: 'actual',
    centres: ['be-nccn', 'de-ncc', 'nl-ncc', 'lu-ncc', 'fr-ncc', 'eu-ercc', 'eu-gsc'],
  });
  const said = async (token: string, centre: string, sector: string, severity: string, headline: string, lang: string, body?: string): Promise<string> =>
    (await vigie.post(token, `${at}/updates`, {
      centre, sector, severity, outlook: 'worsening', headline, lang, body, as_of: ahead(-12), tlp: 'green',
      source: { reliability: 'A', credibility: '2' },
    })).id;
  const dyke = await said(be, 'be-nccn', 'civil_protection', 'extreme', 'Dijkdoorbraak te Maaseik, 4.200 mensen geëvacueerd', 'nl', 'Twee bressen van samen 60 meter. Helikopters gevraagd voor nachtvluchten; drie bruggen gesloten.');
  const power = await said(de, 'de-ncc', 'essential_services', 'severe', 'Stromausfall in 14 Gemeinden, Krankenhaus auf Notstrom', 'de');
  await said(nl, 'nl-ncc', 'displacement', 'moderate', 'Opvang in Roermond voor 900 mensen gereed', 'nl');
  await said(nl, 'nl-ncc', 'cyber', 'minor', 'Geen verstoring van meetnetten', 'nl');
  const raise = async (token: string, title: string, level: string, asked_of: string, more: object = {}): Promise<string> =>
    (await vigie.post(token, `${at}/escalations`, { title, level, severity: 'severe', reason: 'National capacity is used up; without help from outside, the night cannot be covered.', asked_of, tlp: 'green', ...more })).id;
  const step = (token: string, id: string, name: string, body: object = {}): Promise<unknown> => vigie.post(token, `${at}/escalations/${id}/${name}`, body);

  await raise(be, 'Night-capable helicopters for 400 people on roofs', 'political', 'eu-ercc', { severity: 'extreme', refs: [dyke, power], ack_due: new Date(Date.now() + 4_000).toISOString(), resolve_due: ahead(90) });
  await raise(de, 'Mobile generators for the hospital of Stolberg', 'coordination', 'fr-ncc', { refs: [power], ack_due: ahead(26) });
  const snoozed = await raise(nl, 'Joint line to take on drinking water', 'watch', 'be-nccn', { ack_due: ahead(200) });
  await step(ercc, snoozed, 'snooze', { until: ahead(55), note: 'Laboratory results are expected within the hour.' });
  const pumps = await raise(be, 'High-capacity pumps, four modules', 'coordination', 'eu-ercc', { refs: [dyke], ack_due: ahead(5), resolve_due: ahead(180) });
  await step(ercc, pumps, 'acknowledge', { note: 'Offers of FR and DE are being compared.' });
  const boats = await raise(nl, 'Boats with crew for Limburg', 'coordination', 'de-ncc', { resolve_due: ahead(75) });
  await step(ercc, boats, 'acknowledge');
  await step(ercc, boats, 'assign', { assignee: 'Liaison water rescue' });
  const rail = await raise(de, 'Rail line Aachen–Liège closed: replacement traffic', 'watch', 'be-nccn', { resolve_due: ahead(600) });
  for (const [name, body] of [['acknowledge', {}], ['assign', { assignee: 'Mobility desk' }], ['start', { note: 'Bus contract signed.' }]] as const) await step(be, rail, name, body);
  const done = await raise(be, 'Satellite images of the lower Meuse', 'coordination', 'eu-ercc', { refs: [dyke] });
  for (const [name, body] of [['acknowledge', {}], ['assign', { assignee: 'Copernicus desk' }], ['start', {}], ['resolve', { note: 'First product delivered at 13:40; next at 19:00.' }]] as const) await step(ercc, done, name, body);
  const refused = await raise(nl, 'Extra border checks at Eijsden', 'watch', 'be-nccn');
  await step(ercc, refused, 'reject', { note: 'Not a matter for this network; passed on bilaterally.' });

  const ask = async (update: string, question: string): Promise<string> => (await vigie.post(ercc, `${at}/updates/${update}/queries`, { question })).id;
  await ask(dyke, 'How many of the 4,200 are still waiting to be fetched, and from where?');
  const hospital = await ask(power, 'For how long does the fuel of the hospital last?');
  await vigie.post(de, `${at}/queries/${hospital}/answer`, { answer: 'Bis 06:00 UTC; Nachschub ist unterwegs.' });
  const settled = await ask(power, 'Are other hospitals affected?');
  await vigie.post(ercc, `${at}/queries/${settled}/withdraw`, { reason: 'Answered by telephone.' });
  for (const [name, layout, distance_m] of [['Crisis room, left', 'overview', 3], ['Crisis room, far wall', 'far', 8]] as const) {
    const begun = await fetch(`${vigie.base}/api/v1/pairings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    const { code } = (await begun.json()) as { code: string };
    await vigie.post(ercc, '/pairings/confirm', { code, name, ceiling: 'green', layout, distance_m, ...(layout === 'far' ? { crisis: SCENE } : {}) });
  }

  await vigie.post(ercc, `${at}/ipcr`, { mode: 'monitoring', since: ahead(-2_000), decided_by: 'Presidency of the Council (example)', source_url: 'https://example.org/press/1' });
  await vigie.post(ercc, `${at}/ipcr`, { mode: 'information_sharing', since: ahead(-300), decided_by: 'Presidency of the Council (example)', source_url: 'https://example.org/press/2' });
}
