import { type Browser, expect, type Page, test } from '@playwright/test';
import { Line } from './line';
import { Vigie } from './vigie';

const CRISIS = 'drill';
let vigie: Vigie;
let coordinator: string;
let poland: string;

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  coordinator = vigie.token('eu-ercc', 'coordinator').token;
  poland = vigie.token('pl-ncc', 'duty_officer').token;
  await vigie.post(coordinator, '/crises', { slug: CRISIS, name: 'A drill', environment: 'exercise' });
});
test.afterEach(async () => vigie.end());

function say(headline: string, more: object = {}): object {
  return {
    centre: 'pl-ncc', sector: 'displacement', severity: 'severe', outlook: 'worsening', headline, tlp: 'green',
    as_of: new Date().toISOString(), ...more,
  };
}

const post = (body: object): Promise<{ id: string }> => vigie.post(poland, `/crises/${CRISIS}/updates`, body);
const wall = (browser: Browser, ceiling: string): Promise<Page> =>
  vigie.open(browser, vigie.token('be-nccn', 'wall_device', '--ceiling', ceiling).token, `/wall/${CRISIS}`);
const live = (page: Page) => expect(page.getByTestId('link').first()).toHaveAttribute('data-phase', 'live');
const feed = (page: Page) => page.getByTestId('feed');
const cell = (page: Page) => page.locator('[data-cell="pl-ncc/displacement"]').first();

test('a post at a desk appears on the wall that may show it, and not on the one that may not', async ({ browser }) => {
  const [amber, green] = [await wall(browser, 'amber'), await wall(browser, 'green')];
  await Promise.all([live(amber), live(green)]);
  const desk = await vigie.open(browser, poland, `/desk/${CRISIS}`);
  await live(desk);

  await desk.locator('#post-sector').selectOption('displacement');
  await desk.locator('input[name="post-severity"][value="severe"]').check();
  await desk.locator('input[name="post-outlook"][value="worsening"]').check();
  await desk.locator('#post-headline').fill('Reception in Rzeszów is full');
  await desk.locator('input[name="post-tlp"][value="amber"]').check();
  await desk.locator('#post button[type="submit"]').click();
  await expect(desk.getByTestId('post-said')).toHaveText('Posted and on record.');

  await expect(feed(amber)).toContainText('Reception in Rzeszów is full');
  await expect(cell(amber)).toHaveAttribute('data-status', 'severe');
  // The wall that may not see it proves that it is live by what comes after.
  await post(say('Trains run again', { sector: 'civil_protection' }));
  await expect(feed(green)).toContainText('Trains run again');
  await expect(green.locator('body')).not.toContainText('Reception in Rzeszów');
  await expect(cell(green)).toHaveAttribute('data-status', 'no_report');
});

test('AMBER+STRICT and RED reach the people they are for, and no wall at all', async ({ browser }) => {
  const amber = await wall(browser, 'amber');
  const desk = await vigie.open(browser, vigie.token('be-nccn', 'duty_officer').token, `/desk/${CRISIS}`);
  await Promise.all([live(amber), live(desk)]);
  for (const tlp of ['amber_strict', 'red']) await post(say(`Only for Belgium, ${tlp}`, { tlp, recipients: ['be-nccn'] }));
  await expect(feed(desk)).toContainText('Only for Belgium, red');
  await expect(feed(desk)).toContainText('Only for Belgium, amber_strict');
  await post(say('For everyone'));
  await expect(feed(amber)).toContainText('For everyone');
  await expect(amber.locator('body')).not.toContainText('Only for Belgium');
});

test('a silent line greys the whole wall within seconds; it recovers by itself, without reload and without a gap', async ({ browser }) => {
  const line = await Line.to(vigie.base);
  const token = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green').token;
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${line.base}/sign-in#token=${token}&next=/wall/${CRISIS}`);
  await live(page);
  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const before = await post(say('Before the silence'));
  await expect(feed(page)).toContainText('Before the silence');

  line.hold();
  await expect(page.getByTestId('picture')).toHaveAttribute('data-live', 'false', { timeout: 14_000 });
  await expect(page.getByTestId('not-live')).toContainText(/NOT LIVE since \d\d:\d\d:\d\d UTC/);
  await expect(page.getByTestId('picture')).toHaveCSS('filter', /grayscale/);
  line.cut();
  await post(say('During the silence'));
  await vigie.post(poland, `/crises/${CRISIS}/updates/${before.id}/withdraw`, { reason: 'It was a mistake' });
  line.mend();

  await live(page);
  await expect(page.getByTestId('not-live')).toHaveCount(0);
  await expect(feed(page)).toContainText('During the silence');
  await expect(feed(page)).toContainText('It was a mistake');
  await expect(cell(page)).toHaveAttribute('data-status', 'severe');
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  line.close();
});

test('a server that is killed and comes back finds its walls again, with all that it acknowledged', async ({ browser }) => {
  const page = await wall(browser, 'green');
  await live(page);
  await post(say('Before the kill'));
  await expect(feed(page)).toContainText('Before the kill');
  await vigie.kill();
  await expect(page.getByTestId('not-live')).toBeVisible();
  await vigie.startAgain();
  await post(say('After the kill', { sector: 'cyber' }));
  await live(page);
  await expect(feed(page)).toContainText('After the kill');
  await expect(feed(page)).toContainText('Before the kill');
});

test('an escalation is raised at one desk and acknowledged at another, and the wall says NOBODY until then', async ({ browser }) => {
  const page = await wall(browser, 'green');
  const [raising, asked] = [
    await vigie.open(browser, poland, `/desk/${CRISIS}`),
    await vigie.open(browser, vigie.token('de-ncc', 'duty_officer').token, `/desk/${CRISIS}`),
  ];
  await Promise.all([live(page), live(raising), live(asked)]);
  await raising.locator('summary').filter({ hasText: 'Raise an escalation' }).click();
  const form = raising.locator('#raise');
  await form.getByLabel('Title').fill('Buses for 400 people');
  await form.getByLabel('Level').selectOption('coordination');
  await form.getByLabel('Severity').selectOption('severe');
  await form.getByLabel('Asked of').selectOption('de-ncc');
  await form.getByLabel('Reason').fill('The station is full tonight');
  await form.getByRole('radio', { name: 'TLP:GREEN' }).check();
  await form.getByRole('button', { name: 'Raise' }).click();
  await expect(raising.getByTestId('raise-said')).toHaveText('Raised and on record.');

  await expect(page.getByTestId('escalation')).toContainText('NOBODY');
  const card = asked.getByTestId('desk-escalation').filter({ hasText: 'Buses for 400 people' });
  await card.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await card.getByRole('button', { name: 'Acknowledge: Do it' }).click();
  await expect(page.getByTestId('escalation')).toContainText('Acknowledged');
  await expect(page.getByTestId('escalation')).not.toContainText('NOBODY');
});

test('a screen asks nobody but its own server, and its policy refuses the rest', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const outside: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => new URL(request.url()).origin === vigie.base || outside.push(request.url()));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${vigie.base}/sign-in#token=${poland}&next=/wall/${CRISIS}`);
  await live(page);
  await post(say('Something'));
  await expect(feed(page)).toContainText('Something');
  expect(outside).toEqual([]);
  expect(complaints).toEqual([]);
  const refused = await page.evaluate(() => fetch('http://127.0.0.1:9/elsewhere').then(() => 'sent', () => 'refused'));
  expect(refused).toBe('refused');
  expect(complaints.join(' ')).toContain('Content Security Policy');
});
