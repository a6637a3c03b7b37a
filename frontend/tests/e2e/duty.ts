/** A watch that is kept: entries of the log with a correction and key events, a shift that was handed over, and offers that wait. */
import { SCENE } from './scene';
import type { Vigie } from './vigie';

const HOUR = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();

/** `officer` comes to the scene as the one who takes over; at the other crisis it is the one who hands over. */
export async function keepWatch(vigie: Vigie, officer: string, elsewhere: string): Promise<void> {
  const night = vigie.token('be-nccn', 'duty_officer', '--name', 'Duty officer 1').token;
  const nl = vigie.token('nl-ncc', 'duty_officer', '--name', 'Duty officer 1').token;
  const write = async (token: string, kind: string, text: string, hours: number, more: object = {}): Promise<string> =>
    (await vigie.post(token, `/crises/${SCENE}/log`, { kind, text, event_time: ago(hours), tlp: 'green', ...more })).id;
  const offer = async (token: string, crisis: string, from: number, to: number, more: object): Promise<string> =>
    (await vigie.post(token, `/crises/${crisis}/handovers`, { shift: { from: ago(from), to: ago(to) }, ...more })).id;

  const day = await offer(officer, SCENE, 17, 9, { notes: 'Calm until 17:00. The gauge at Chooz has been rising since; the service of the waterways expects its peak after midnight.', staffing: 'Two officers and a liaison of the fire services from 22:00.' });
  await vigie.post(night, `/crises/${SCENE}/handovers/${day}/sign`, { note: 'Read and talked through at the desk.' });

  await write(night, 'fact', 'Gauge at Chooz passes 6.20 m, rising 4 cm an hour.', 8.5);
  const halls = await write(night, 'decision', 'Three sports halls open as shelters: Maaseik, Dilsen, Lanaken.', 7.2, { key_event: true });
  await write(night, 'contact', 'Telephone with the control room in Maastricht: pumps at Borgharen hold, they call back at 04:00.', 6.4, { tlp: 'amber' });
  await write(night, 'decision', 'Two sports halls open as shelters: Maaseik and Dilsen. Lanaken stays in reserve, it has no emergency power.', 7.2, { corrects: halls });
  await write(night, 'action', 'Liaison sent to the provincial crisis centre in Hasselt, arrives 02:30.', 5.1, { tlp: 'amber_strict', recipients: ['be-nccn', 'nl-ncc'] });
  await write(nl, 'fact', 'Dyke at Arcen: seepage seen, sandbags placed.', 3.0, { key_event: true });
  await write(night, 'fact', 'Dyke breached at Maaseik. Evacuation of the old town ordered by the mayor.', 1.4, { key_event: true });
  await write(night, 'action', 'Helicopters with night vision asked for through ERCC.', 1.2);

  await offer(night, SCENE, 9, 0.02, {
    notes: 'The breach at Maaseik is the whole picture. Evacuation runs by bus until 08:00, then by boat only.\nThe governor calls at 07:00 and wants one figure: how many are still inside the ring.',
    watch_items: ['Gauge at Chooz: peak expected 05:00 to 07:00', 'Second dyke ring at Dilsen holds, engineers look at 06:00', 'Hospital of Bree: emergency power until noon'],
    staffing: 'Duty officer 2 alone until 07:30, then two.',
    questions: 'Who decides on the reserve hall in Lanaken after 08:00?',
  });
  await offer(officer, elsewhere, 8, 0.02, { notes: 'Nothing of note for us. The interconnector is watched by the energy desk.' });
}
