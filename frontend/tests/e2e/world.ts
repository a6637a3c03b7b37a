/** One server with every kind of crisis in it, for those who look at all screens. */
import { crowd } from './crowd';
import { keepWatch } from './duty';
import { beat, beatScene } from './rhythm';
import { SCENE, tell } from './scene';
import { type Role, Vigie } from './vigie';

const HOUR = 3_600_000;
/** Who sits at a screen of the world. */
export type Reader = 'coordinator' | 'officer' | 'nothing_to_write' | 'wall';
const READERS: Record<Reader, [centre: string, role: Role, ...more: string[]]> = {
  coordinator: ['eu-ercc', 'coordinator', '--name', 'ERCC coordination'],
  officer: ['be-nccn', 'duty_officer', '--name', 'Duty officer 2'],
  nothing_to_write: ['be-nccn', 'viewer', '--name', 'Press room'],
  wall: ['be-nccn', 'wall_device', '--ceiling', 'green'],
};

export class World {
  private constructor(
    readonly vigie: Vigie,
    private readonly tokens: Record<Reader, string>,
  ) {}

  static async begin(): Promise<World> {
    const vigie = await Vigie.serve();
    const tokens = Object.fromEntries(
      Object.entries(READERS).map(([reader, [centre, role, ...more]]) => [reader, vigie.token(centre, role, ...more).token]),
    ) as Record<Reader, string>;
    const crowded = await crowd(vigie, 'dnister', 'Dnister blackout');
    const { coordinator, officers } = crowded;
    await beat(vigie, 'dnister', crowded);
    await crowd(vigie, 'drill', 'Dnister blackout', 'exercise');
    await tell(vigie);
    await beatScene(vigie);
    await vigie.post(coordinator, '/crises', { slug: 'quiet', name: 'Heat wave, south', environment: 'actual' });
    await vigie.post(coordinator, '/crises', { slug: 'trial', name: 'Trial of the lines', environment: 'test' });
    await silent(vigie, coordinator, officers);
    await vigie.post(coordinator, '/crises', { slug: 'over', name: 'Storm Ciarán', environment: 'actual' });
    await vigie.post(coordinator, '/crises/over/close', { reason: 'All centres back to normal.' });
    await keepWatch(vigie, tokens.officer, 'dnister');
    return new World(vigie, tokens);
  }

  /** The token of someone at a screen; a wall of its own, where it is to lose it. */
  token(reader: Reader): string {
    return this.tokens[reader];
  }

  end(): Promise<void> {
    return this.vigie.end();
  }
}

/** Thirty centres spoke once, hours ago, and not since. */
async function silent(vigie: Vigie, coordinator: string, officers: ReadonlyMap<string, string>): Promise<void> {
  await vigie.post(coordinator, '/crises', { slug: 'silence', name: 'Cable cut, North Sea', environment: 'actual' });
  const answer = await fetch(`${vigie.base}/api/v1/centres`, { headers: { authorization: `Bearer ${coordinator}` } });
  const centres = ((await answer.json()) as { centres: { id: string }[] }).centres.slice(0, 30);
  for (const [index, { id }] of centres.entries()) {
    const token = officers.get(id) ?? vigie.token(id, 'duty_officer').token;
    const asOf = Date.now() - 9 * HOUR - index * 60_000;
    await vigie.post(token, '/crises/silence/updates', {
      centre: id, sector: 'essential_services', severity: index % 3 === 0 ? 'severe' : 'minor', outlook: 'unknown', headline: 'Traffic moved to other cables',
      tlp: 'green', as_of: new Date(asOf).toISOString(), valid_until: new Date(asOf + 4 * HOUR).toISOString(),
    });
  }
}

export { SCENE };
