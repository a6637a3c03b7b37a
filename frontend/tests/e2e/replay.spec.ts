/** Looking back: a replay says what the live wall of the same viewer said then, and the difference says what happened. */
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Vigie, willDo } from './vigie';

const CRISIS = 'drill';
const HOUR = 3_600_000;
let vigie: Vigie;
let [coordinator, poland, belgium] = ['', '', ''];

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  coordinator = vigie.token('eu-ercc', 'coordinator').token;
  poland = vigie.token('pl-ncc', 'duty_officer').token;
  belgium = vigie.token('be-nccn', 'duty_officer').token;
  await vigie.post(coordinator, '/crises', { slug: CRISIS, name: 'A drill', environment: 'exercise', centres: ['be-nccn', 'pl-ncc', 'nl-ncc', 'eu-ercc'] });
});
test.afterEach(async () => vigie.end());

type Receipt = { id: string; position: string };
const say = (headline: string, more: object = {}): Promise<Receipt> =>
  vigie.post(poland, `/crises/${CRISIS}/updates`, {
    centre: 'pl-ncc', sector: 'displacement', severity: 'severe', outlook: 'worsening', headline, tlp: 'green', as_of: new Date().toISOString(), ...more,
  });
const raise = (title: string): Promise<Receipt> =>
  vigie.post(poland, `/crises/${CRISIS}/escalations`, {
    title, level: 'coordination', severity: 'severe', reason: 'The station is full', asked_of: 'be-nccn', tlp: 'green', ack_due: new Date(Date.now() + HOUR).toISOString(),
  });

/** What a wall says, but for what runs with its clock. */
async function told(page: Page): Promise<unknown> {
  return page.getByTestId('picture').evaluate((picture) => {
    const texts = (selector: string): string[] => [...picture.querySelectorAll(selector)].map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim());
    return {
      cells: [...picture.querySelectorAll<HTMLElement>('[data-cell]')].map(({ dataset, textContent }) => [dataset.cell, dataset.status, (textContent ?? '').trim()]),
      escalations: texts('[data-testid="escalation"] :is(.who, h3, .owner)'),
      feed: texts('[data-testid="feed"] li'),
    };
  });
}

async function back(browser: Browser, token: string, at: string): Promise<Page> {
  const page = await vigie.open(browser, token, `/replay/${CRISIS}?${new URLSearchParams({ at }).toString()}`);
  await expect(page.getByTestId('replay')).toHaveAttribute('data-at', /Z$/);
  return page;
}

test('a replay at three moments says what a live wall of the same viewer said at those moments', async ({ browser }) => {
  test.setTimeout(120_000);
  const wall = await vigie.open(browser, belgium, `/wall/${CRISIS}`);
  await expect(wall.getByTestId('link')).toHaveAttribute('data-phase', 'live');
  const live: { position: string; said: unknown }[] = [];
  const keep = async ({ position }: Receipt, shown: string): Promise<void> => {
    await expect(wall.getByTestId('feed').locator('li').first()).toContainText(shown);
    live.push({ position, said: await told(wall) });
  };
  await keep(await say('Reception in Rzeszów is full'), 'Reception in Rzeszów is full');
  // Not for the eyes of Belgium, then or ever.
  await say('Only for the Netherlands', { sector: 'cyber', tlp: 'amber_strict', recipients: ['nl-ncc'] });
  const raised = await raise('Buses for 400 people');
  await keep(raised, 'Buses for 400 people');
  const answered = await vigie.post(belgium, `/crises/${CRISIS}/escalations/${raised.id}/acknowledge`, willDo());
  await expect(wall.getByTestId('escalation')).toContainText('Acknowledged');
  await say('Trains run again', { severity: 'minor', sector: 'civil_protection' });
  await keep(await say('Reception has room again', { severity: 'moderate' }), 'Reception has room again');
  expect(new Set(live.map(({ said }) => JSON.stringify(said))).size).toBe(3);

  const replay = await back(browser, belgium, live[0]?.position ?? '');
  for (const { position, said } of live) {
    await replay.goto(`${vigie.base}/replay/${CRISIS}?${new URLSearchParams({ at: position }).toString()}`);
    await expect(replay.getByTestId('picture')).toBeVisible();
    expect(await told(replay)).toEqual(said);
    await expect(replay.getByTestId('not-now')).toHaveText(/^REPLAY, not now: \d\d:\d\d:\d\d UTC \d/);
    await expect(replay).toHaveTitle(/^REPLAY, not now/);
    await expect(replay.getByTestId('link')).toHaveCount(0);
    await expect(replay.getByTestId('picture')).toHaveAttribute('data-live', 'false');
    await expect(replay.locator('body')).not.toContainText('Only for the Netherlands');
  }

  // Entry by entry back: the escalation is answered, then NOBODY has it.
  await replay.keyboard.press('ArrowLeft');
  await expect(replay.getByTestId('feed').locator('li').first()).toContainText('Trains run again');
  await replay.keyboard.press('ArrowLeft');
  await expect(replay.getByTestId('feed').locator('li').first()).toContainText('Acknowledge');
  await expect(replay.getByTestId('escalation')).toContainText('Acknowledged');
  await replay.keyboard.press('ArrowLeft');
  await expect(replay.getByTestId('escalation')).toContainText('NOBODY');
  expect(await told(replay)).toEqual(live[1]?.said);
  // What was hidden is stepped over, and its time is no key moment.
  await replay.keyboard.press('ArrowLeft');
  await expect(replay.getByTestId('feed').locator('li').first()).toContainText('Reception in Rzeszów is full');
  expect(await told(replay)).toEqual(live[0]?.said);
  await replay.keyboard.press('ArrowRight');
  await expect(replay.getByTestId('escalation')).toContainText('NOBODY');
  await replay.keyboard.press('PageUp');
  await expect(replay.getByTestId('escalation')).toHaveCount(0);
  await replay.getByTestId('moments').click();
  await expect(replay.getByTestId('moment-list')).toContainText('Buses for 400 people');
  await expect(replay.locator('body')).not.toContainText('Only for the Netherlands');
  await replay.keyboard.press('Escape');
  await expect(replay.getByRole('dialog')).toHaveCount(0);

  // Played to its end, it says what stood there when it was opened; the address has gone along.
  await replay.getByRole('button', { name: '600×' }).click();
  await replay.getByTestId('play').click();
  await expect(replay.getByTestId('play')).toHaveText('Play');
  await expect(replay.getByTestId('feed').locator('li').first()).toContainText('Reception has room again');
  const shown = await replay.getByTestId('replay').getAttribute('data-at');
  expect(new URL(replay.url()).searchParams.get('at')).toBe(shown);
  expect(answered.position).not.toBe(raised.position);

  const dutch = await back(browser, vigie.token('nl-ncc', 'duty_officer').token, raised.position);
  await expect(dutch.getByTestId('feed')).toContainText('Only for the Netherlands');
});

test('the next entry passes over what stands in the log only; a key event is a moment to jump to, for whom it is', async ({ browser }) => {
  const first = await say('Reception is filling');
  await vigie.post(belgium, `/crises/${CRISIS}/log`, { kind: 'fact', text: 'Called Rzeszów', event_time: new Date().toISOString(), tlp: 'green' });
  await say('Reception is full');
  await say('Trains late', { sector: 'civil_protection' });
  const replay = await back(browser, belgium, first.position);
  const newest = replay.getByTestId('feed').locator('li').first();
  await replay.keyboard.press('ArrowRight');
  await expect(newest).toContainText('Reception is full');
  await replay.keyboard.press('ArrowRight');
  await expect(newest).toContainText('Trains late');

  await vigie.post(belgium, `/crises/${CRISIS}/log`, { kind: 'decision', text: 'The border opens for buses', event_time: new Date().toISOString(), tlp: 'amber', recipients: ['be-nccn'], key_event: true });
  const again = await back(browser, belgium, first.position);
  await again.getByTestId('moments').click();
  const moment = again.getByTestId('moment-list').getByRole('button', { name: 'The border opens for buses' });
  await expect(moment).toContainText('Key event');
  await moment.click();
  await expect(again.getByTestId('feed').locator('li').first()).toContainText('Trains late');
  const dutch = await back(browser, vigie.token('nl-ncc', 'duty_officer').token, first.position);
  await dutch.getByTestId('moments').click();
  await expect(dutch.getByTestId('moment-list').locator('li')).not.toHaveCount(0);
  await expect(dutch.getByTestId('moment-list')).not.toContainText('The border opens for buses');
});

test('no wall looks back, and a time before the crisis began is refused in words', async ({ browser }) => {
  const device = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green').token;
  const page = await vigie.open(browser, device, `/replay/${CRISIS}`);
  await expect(page.locator('h1')).toHaveText('Vigie');
  await expect(page.getByTestId('replay')).toHaveCount(0);
  const early = await vigie.open(browser, belgium, `/replay/${CRISIS}?at=2020-01-01T00:00:00Z`);
  await expect(early.getByTestId('problem')).toContainText('before the crisis began');
});

test('the difference since a shift began is exactly what happened, as far as its reader may see it', async ({ browser }) => {
  test.setTimeout(90_000);
  const figure = (value: number): object => ({ readings: [{ indicator: 'reception_places_free', value, as_of: new Date().toISOString() }] });
  await say('Reception is filling', { severity: 'moderate', ...figure(300) });
  const old = await raise('Blankets');
  const { position } = await say('Trains late', { sector: 'civil_protection', severity: 'minor' });

  await say('Reception is full', { severity: 'extreme', ...figure(41) });
  await say('Trains on time', { sector: 'civil_protection', severity: 'minor' });
  await say('Only for the Netherlands', { sector: 'cyber', tlp: 'amber_strict', recipients: ['nl-ncc'] });
  await raise('Buses for 400 people');
  await vigie.post(belgium, `/crises/${CRISIS}/escalations/${old.id}/acknowledge`, willDo());
  await vigie.post(coordinator, `/crises/${CRISIS}/ipcr`, { mode: 'monitoring', since: new Date().toISOString(), decided_by: 'Presidency (drill)' });

  const page = await vigie.open(browser, belgium, `/changes/${CRISIS}?${new URLSearchParams({ since: position }).toString()}`);
  const report = page.getByTestId('changes');
  await expect(report).toBeVisible();
  const cells = await report.locator('[data-change]').evaluateAll((all) => all.map((one) => { const { change, from, to } = (one as HTMLElement).dataset; return [change, from, to]; }));
  expect(cells).toEqual([['pl-ncc/displacement', 'moderate', 'extreme'], ['pl-ncc/civil_protection', 'minor', 'minor']]);
  await expect(report.locator('[data-change="pl-ncc/displacement"]')).toContainText('Reception is full');
  await expect(report.locator('[data-part="raised"] [data-escalation]')).toHaveCount(1);
  await expect(report.locator('[data-part="raised"]')).toContainText('Buses for 400 people');
  await expect(report.locator('[data-part="changed"] [data-escalation]')).toHaveCount(1);
  await expect(report.locator('[data-part="changed"]')).toContainText(/Blankets.*Raised.*Acknowledged.*NOBODY.*BE/s);
  await expect(report.locator('[data-reading]')).toHaveCount(1);
  await expect(report.locator('[data-reading="pl-ncc/reception_places_free"]')).toContainText(/300.*41 places.*-259 worse/s);
  await expect(report.locator('[data-part="frame"]')).toContainText('none → monitoring');
  await expect(page.getByTestId('unchanged')).toHaveText('Nothing changed in: Queries, Newly silent centres, Centres heard after silence, Reports missed, Reporting cycles, Shifts handed over.');
  await expect(page.locator('body')).not.toContainText('Only for the Netherlands');
  const upto = await report.getAttribute('data-upto');

  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[0 0 59[45][\d.]* 84[12][\d.]*\]/);

  await page.goto(`${vigie.base}/changes/${CRISIS}?${new URLSearchParams({ since: upto ?? '' }).toString()}`);
  await expect(page.getByTestId('nothing')).toBeVisible();
  await expect(page.locator('[data-part]')).toHaveCount(0);
  await page.getByRole('button', { name: '8 h' }).click();
  await expect(page.locator('[data-part="frame"]')).toContainText('Crisis opened');
  expect(Date.parse(new URL(page.url()).searchParams.get('since') ?? '')).toBeLessThan(Date.now() - 7 * HOUR);
});
