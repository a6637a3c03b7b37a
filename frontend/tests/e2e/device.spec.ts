import { type Browser, expect, type Page, test } from '@playwright/test';
import { type Crowd, crowd } from './crowd';
import { Vigie } from './vigie';
import { call, codeOn, pair } from './walls';

/** A wall that nobody sits at: pairing, its settings, rotation, sound and its own renewal. */
const [FIRST, SECOND] = ['dnister', 'flood'];
const MINUTE = 60_000;
let vigie: Vigie;
let crowded: Crowd;
let officer: string;

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  crowded = await crowd(vigie, FIRST, 'Dnister blackout', 'exercise');
  officer = vigie.token('be-nccn', 'duty_officer').token;
});
test.afterEach(async () => vigie.end());

const picture = (page: Page) => page.getByTestId('picture');
const live = (page: Page) => expect(picture(page)).toHaveAttribute('data-live', 'true');
const openSecond = () => vigie.post(crowded.coordinator, '/crises', { slug: SECOND, name: 'Meuse flood', environment: 'actual' });
const escalate = (crisis: string, title: string, level: string, severity = 'severe') =>
  vigie.post(crowded.officers.get('pl-ncc') ?? '', `/crises/${crisis}/escalations`, {
    title, level, severity, reason: 'Beyond national means.', asked_of: 'eu-ercc', tlp: 'green',
    ack_due: new Date(Date.now() + MINUTE).toISOString(), resolve_due: new Date(Date.now() + 60 * MINUTE).toISOString(),
  });

async function wall(browser: Browser, path = '/wall', prepare: (page: Page) => Promise<unknown> = async () => {}): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await prepare(page);
  await page.goto(vigie.base + path);
  return page;
}

test('a wall shows a code, says that the server is away, and becomes the wall once an officer confirms it', async ({ browser }) => {
  const page = await wall(browser);
  const code = await codeOn(page);
  expect(code).toMatch(/^[A-Z0-9]{6}$/);
  await expect(page.getByTestId('code-left')).toContainText(/Valid for another (10:00|9:5\d)/);
  await expect(page.locator('body')).not.toContainText('Dnister');
  await page.screenshot({ path: 'screenshots/pairing.png' });

  await vigie.kill();
  await expect(page.getByTestId('pairing')).toContainText('The server does not answer');
  await page.screenshot({ path: 'screenshots/pairing-server-away.png' });
  await vigie.startAgain();
  await expect(page.getByTestId('pairing')).toHaveAttribute('data-trouble', 'none');
  expect(await codeOn(page)).toBe(code);

  await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await live(page);
  await expect(page.getByTestId('far')).toBeVisible();
  await expect(page.locator('header').first()).toContainText('up to TLP:GREEN');
  await page.reload();
  await live(page);
});

test('a code that runs out gives way to a new one by itself', async ({ browser }) => {
  const page = await wall(browser, '/wall', (page) => page.clock.install());
  const code = await codeOn(page);
  await page.clock.fastForward(10 * MINUTE + 1_000);
  await expect.poll(() => codeOn(page)).not.toBe(code);
  await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await live(page);
});

test('a wall revoked by its centre says so, shows nothing, and offers a new code some seconds later', async ({ browser }) => {
  const page = await wall(browser, '/wall', (page) => page.clock.install());
  const id = await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await live(page);
  await call(vigie, officer, `/devices/${id}/revoke`, {});
  await expect(page.getByTestId('signed-out')).toContainText(/Signed out at \d\d:\d\d UTC by its centre/);
  await expect(page.locator('body')).not.toContainText('Dnister');
  await page.screenshot({ path: 'screenshots/state-revoked-device.png' });
  await page.clock.runFor(20_000);
  await pair(vigie, page, officer, { layout: 'overview', distance_m: 3 });
  await live(page);
});

test('layout, distance and crisis follow what its centre sets, without a hand', async ({ browser }) => {
  // A wall asks for its settings every half minute.
  test.setTimeout(120_000);
  await openSecond();
  const page = await wall(browser);
  const id = await pair(vigie, page, officer, { layout: 'far', distance_m: 5, crisis: FIRST });
  await live(page);
  const far = page.getByTestId('far');
  await expect(far).toContainText('Dnister blackout');
  await expect(page.getByTestId('rotation')).toHaveCount(0);
  const before = await far.getAttribute('data-plan');

  await call(vigie, officer, `/devices/${id}/settings`, { distance_m: 8, crisis: SECOND });
  await expect(far).toContainText('Meuse flood', { timeout: 35_000 });
  expect(await far.getAttribute('data-plan')).not.toBe(before);
  await call(vigie, officer, `/devices/${id}/settings`, { layout: 'overview' });
  await vigie.stop();
  await expect(page.getByTestId('not-live')).toContainText(/Restarting: picture of \d\d:\d\d:\d\d UTC/);
  await page.screenshot({ path: 'screenshots/state-restarting-far.png' });
  await vigie.startAgain();
  // Asked again as soon as the link is back, not half a minute later.
  await live(page);
  await expect(page.getByTestId('matrix').first()).toBeVisible({ timeout: 5_000 });
});

test('/wall/{crisis} pins, whatever the device is set to', async ({ browser }) => {
  await openSecond();
  const page = await wall(browser, `/wall/${SECOND}`);
  await pair(vigie, page, officer, { layout: 'far', distance_m: 5, crisis: FIRST });
  await expect(page.getByTestId('far')).toContainText('Meuse flood');
});

test('a crisis that is not there is said, and shown as soon as it is', async ({ browser }) => {
  const page = await wall(browser, `/wall/${SECOND}`);
  await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await expect(page.getByTestId('blank')).toContainText('There is no crisis “flood” for this wall');
  await page.screenshot({ path: 'screenshots/state-no-such-crisis.png' });
  await openSecond();
  await expect(page.getByTestId('far')).toContainText('Meuse flood', { timeout: 40_000 });
});

test('several crises take turns, are held by keyboard, and a top escalation elsewhere is named', async ({ browser }) => {
  await openSecond();
  const page = await wall(browser);
  await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await live(page);
  const [name, turn] = [page.getByRole('heading', { level: 1 }), page.getByTestId('rotation')];
  await expect(name).toHaveText('Dnister blackout');
  await expect(turn).toHaveText(/1\/2 · \d+ s/);
  await page.getByRole('button', { name: 'Pause' }).focus();
  await page.keyboard.press('Enter');
  await expect(turn).toHaveText('1/2 · paused');

  await escalate(SECOND, 'Dam at Eupen spills', 'political');
  await expect(page.getByTestId('elsewhere')).toHaveText('Political in Meuse flood: Dam at Eupen spills');
  await page.screenshot({ path: 'screenshots/far-elsewhere.png' });
  // Loaded again, it goes on where it was held.
  await page.reload();
  await expect(turn).toHaveText('1/2 · paused');
  await expect(page.getByTestId('ticker')).toBeVisible();
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(turn).toHaveText(/1\/2 · \d+ s/);
  await expect(name).toHaveText('Meuse flood', { timeout: 35_000 });
  await expect(turn).toHaveText(/2\/2 · \d+ s/);
  await expect(page.getByTestId('elsewhere')).toHaveCount(0);
});

/** In place of the browser's own sound: every note that begins is counted. */
const LOUD = (page: Page) =>
  page.addInitScript(() => {
    class Ears {
      state = 'running';
      currentTime = 0;
      onstatechange = null;
      destination = {};
      async resume() {}
      createOscillator() {
        const tone = { frequency: { value: 0 }, connect: (next: unknown) => next, start: () => heard.push(tone.frequency.value), stop() {} };
        return tone;
      }
      createGain() {
        return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {} }, connect: (next: unknown) => next };
      }
    }
    const heard: number[] = [];
    Object.assign(window, { AudioContext: Ears, heard });
  });
const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: number[] }).heard.length);

test('a new political escalation sounds once; what was there, what is ordinary and what is muted does not, and what comes too soon is held back', async ({ browser }) => {
  await openSecond();
  const page = await wall(browser, '/wall', LOUD);
  await pair(vigie, page, officer, { layout: 'overview', distance_m: 3, crisis: SECOND });
  await live(page);
  await expect(page.getByTestId('sound')).toHaveAttribute('data-state', 'on');
  await escalate(SECOND, 'Boats wanted', 'watch');
  await expect(page.locator('body')).toContainText('Boats wanted');
  expect(await heard(page)).toBe(0);
  await escalate(SECOND, 'Dam at Eupen spills', 'political');
  await expect.poll(() => heard(page)).toBe(3);
  // Another within the minute waits, and the wall says that it does.
  const held = page.getByTestId('sound-held');
  await expect(held).toHaveCount(0);
  await escalate(SECOND, 'Bridge at Huy gives way', 'political');
  await expect(held).toHaveText(/^sound limited: 1 in 0:\d\d$/);
  await escalate(SECOND, 'Hospital of Huy floods', 'coordination', 'extreme');
  await expect(held).toHaveText(/^sound limited: 2 in 0:\d\d$/);
  await page.screenshot({ path: 'screenshots/state-sound-held.png' });
  expect(await heard(page)).toBe(3);
  await page.reload();
  await live(page);
  await expect(page.locator('body')).toContainText('Dam at Eupen spills');
  await page.getByRole('button', { name: 'Sound on' }).click();
  await expect(page.getByTestId('sound')).toHaveAttribute('data-state', 'off');
  await escalate(SECOND, 'Liège is cut off', 'coordination', 'extreme');
  await expect(page.locator('body')).toContainText('Liège is cut off');
  expect(await heard(page)).toBe(0);
  await page.reload();
  await expect(page.getByTestId('sound')).toHaveAttribute('data-state', 'off');
});

test('where the browser lets no sound out, the wall says so; a click lets it', async ({ browser }) => {
  const page = await wall(browser);
  await pair(vigie, page, officer, { layout: 'overview', distance_m: 3 });
  await live(page);
  // After a page was loaded once, this browser wants a click before it lets the next one be heard.
  await page.reload();
  await live(page);
  const sound = page.getByTestId('sound');
  await expect(sound).toHaveText('no sound: click');
  await page.screenshot({ path: 'screenshots/state-sound-blocked.png' });
  await sound.click();
  await expect(sound).toHaveAttribute('data-state', 'on');
});

test('it loads itself once onto another build; when that does not help it says so and stays', async ({ browser }) => {
  const page = await wall(browser, '/wall', (page) =>
    page.routeWebSocket(/\/live/, (socket) => {
      const server = socket.connectToServer();
      server.onMessage((message) => socket.send(String(message).replace(/"build":"[^"]*"/, '"build":"index-Another1"')));
    }),
  );
  await pair(vigie, page, officer, { layout: 'overview', distance_m: 3 });
  await live(page);
  let loads = 0;
  page.on('load', () => (loads += 1));
  await expect(page.getByTestId('build-stuck')).toBeVisible({ timeout: 30_000 });
  expect(loads).toBe(1);
  await page.screenshot({ path: 'screenshots/state-build-stuck.png' });
  await escalate(FIRST, 'Something after the reload', 'watch');
  await expect(page.locator('body')).toContainText('Something after the reload');
  expect(loads).toBe(1);
});

test('while the build is the one it runs, it stays', async ({ browser }) => {
  const builds = new Set<string>();
  const page = await wall(browser, '/wall', async (page) => {
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => builds.add(/"build":"([^"]*)"/.exec(String(payload))?.[1] ?? '')));
  });
  await pair(vigie, page, officer, { layout: 'overview', distance_m: 3 });
  await live(page);
  await expect.poll(() => builds.size).toBeGreaterThan(0);
  const own = await page.locator('script[type=module]').getAttribute('src');
  expect([...builds]).toEqual([/(index-[^/]+)\.js$/.exec(own ?? '')?.[1]]);
  await expect(page.getByTestId('build-stuck')).toHaveCount(0);
});

test('from afar nothing moves when things change, and no type falls below its size', async ({ browser }) => {
  const page = await wall(browser);
  await pair(vigie, page, officer, { layout: 'far', distance_m: 5 });
  await live(page);
  const tiles = page.locator('[data-tile]');
  await expect(tiles).toHaveCount(35);
  const boxes = () => tiles.evaluateAll((all) => all.map((tile) => JSON.stringify(tile.getBoundingClientRect())));
  const before = await boxes();
  const cutOff = await tiles.evaluateAll((all) => all.filter((tile) => tile.scrollWidth > tile.clientWidth + 1).map((tile) => tile.getAttribute('data-tile')));
  expect(cutOff).toEqual([]);
  const sizes = await page.getByTestId('far').evaluate((far) => {
    const texts = document.createTreeWalker(far, NodeFilter.SHOW_TEXT);
    const found: number[] = [];
    while (texts.nextNode()) {
      const holder = texts.currentNode.parentElement;
      const seen = holder !== null && holder.closest('.hidden, style') === null && texts.currentNode.textContent?.trim();
      if (seen) found.push(parseFloat(getComputedStyle(holder).fontSize));
    }
    return { least: Math.min(...found), code: parseFloat(getComputedStyle(far.querySelector('[data-tile] strong') as Element).fontSize) };
  });
  expect(sizes.least).toBeGreaterThanOrEqual(53);
  expect(sizes.code).toBeGreaterThanOrEqual(66);

  await vigie.post(crowded.officers.get('fr-ncc') ?? '', `/crises/${FIRST}/updates`, {
    centre: 'fr-ncc', sector: 'cyber', severity: 'extreme', outlook: 'worsening', headline: 'Rail signalling down', tlp: 'green', as_of: new Date().toISOString(),
  });
  await expect(page.locator('[data-tile="fr-ncc"]')).toHaveAttribute('data-status', 'extreme');
  await expect(page.getByTestId('ticker')).toContainText('Rail signalling down');
  expect(await boxes()).toEqual(before);
  // A message that a wall says and does not carry would read so.
  await expect(page.locator('body')).not.toContainText('undefined');
});
