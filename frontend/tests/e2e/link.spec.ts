import { expect, type Page, test, type WebSocketRoute } from '@playwright/test';
import { crowd } from './crowd';
import { Line } from './line';
import { Vigie } from './vigie';

/** Every state of a wall's link, each seen as it is, with a picture of it in screenshots/. */
const CRISIS = 'dnister';
const HOUR = 3_600_000;
let vigie: Vigie;
let officer: string;

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  const { officers } = await crowd(vigie, CRISIS, 'Dnister blackout');
  officer = officers.get('pl-ncc') ?? '';
});
test.afterEach(async () => vigie.end());

const device = () => vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
const picture = (page: Page) => page.getByTestId('picture');
const live = (page: Page) => expect(picture(page)).toHaveAttribute('data-live', 'true');
const grey = (page: Page, timeout: number) => expect(picture(page)).toHaveAttribute('data-live', 'false', { timeout });
const keep = (page: Page, state: string) => page.screenshot({ path: `screenshots/state-${state}.png` });
const post = (headline: string) =>
  vigie.post(officer, `/crises/${CRISIS}/updates`, {
    centre: 'pl-ncc', sector: 'cyber', severity: 'severe', outlook: 'worsening', headline, tlp: 'green', as_of: new Date().toISOString(),
  });

test('connecting, then no connection at all, then live, without a hand', async ({ page }) => {
  let silent = true;
  await page.routeWebSocket(/\/live/, (socket: WebSocketRoute) => {
    if (!silent) socket.connectToServer();
  });
  await page.goto(`${vigie.base}/sign-in#token=${device().token}&next=/wall/${CRISIS}`);
  const blank = page.getByTestId('blank');
  await expect(blank).toHaveAttribute('data-state', 'connecting');
  await keep(page, 'connecting');
  await expect(blank).toHaveAttribute('data-state', 'never', { timeout: 14_000 });
  await expect(blank).toContainText('NO CONNECTION');
  await keep(page, 'never-connected');
  silent = false;
  await live(page);
  await keep(page, 'live');
});

test('killed: grey within twelve seconds, NOT LIVE since, and back by itself', async ({ browser }) => {
  const page = await vigie.open(browser, device().token, `/wall/${CRISIS}`);
  await live(page);
  await vigie.kill();
  await grey(page, 12_000);
  await expect(page.getByTestId('not-live')).toContainText(/NOT LIVE since \d\d:\d\d:\d\d UTC/);
  await expect(picture(page)).toHaveCSS('filter', /grayscale/);
  await keep(page, 'link-lost');
  await vigie.startAgain();
  await post('Written after the kill');
  await live(page);
  await expect(page.locator('body')).toContainText('Written after the kill');
});

test('stopped in order: said to be restarting, with the time of its picture', async ({ browser }) => {
  const page = await vigie.open(browser, device().token, `/wall/${CRISIS}`);
  await live(page);
  await vigie.stop();
  await expect(page.getByTestId('not-live')).toContainText(/Server is restarting: picture of \d\d:\d\d:\d\d UTC/);
  await grey(page, 1_000);
  await keep(page, 'restarting');
  await vigie.startAgain();
  await live(page);
  await expect(page.getByTestId('not-live')).toHaveCount(0);
});

test('revoked: it says when and by whom, and shows nothing it may not show any more', async ({ browser }) => {
  const { id, token } = device();
  const page = await vigie.open(browser, token, `/wall/${CRISIS}`);
  await live(page);
  await expect(page.locator('body')).toContainText('Medyka reception');
  vigie.revoke(id);
  const said = page.getByTestId('signed-out');
  await expect(said).toContainText(/Signed out at \d\d:\d\d UTC by its centre/);
  await expect(picture(page)).toHaveCount(0);
  await expect(page.locator('body')).not.toContainText('Medyka reception');
  await expect(page.locator('body')).not.toContainText('Dnister');
  await keep(page, 'revoked');
});

test('revoked while the server was away: it learns so when it comes back', async ({ browser }) => {
  const { id, token } = device();
  const page = await vigie.open(browser, token, `/wall/${CRISIS}`);
  await live(page);
  await vigie.kill();
  vigie.revoke(id);
  await vigie.startAgain();
  await expect(page.getByTestId('signed-out')).toBeVisible();
  await expect(picture(page)).toHaveCount(0);
});

test('a person whose session ended is asked to sign in, and sees nothing until then', async ({ browser }) => {
  const { id, token } = vigie.token('be-nccn', 'viewer');
  const page = await vigie.open(browser, token, `/wall/${CRISIS}`);
  await live(page);
  vigie.revoke(id);
  await expect(page.getByTestId('signed-out')).toContainText('Your session ended');
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveAttribute('href', `/sign-in?next=%2Fwall%2F${CRISIS}`);
  await expect(picture(page)).toHaveCount(0);
});

test('a screen whose clock is wrong says so and shows the time of the server', async ({ browser }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install({ time: Date.now() + 9_500 });
  await page.goto(`${vigie.base}/sign-in#token=${device().token}&next=/wall/${CRISIS}`);
  await live(page);
  await expect(page.getByTestId('skew')).toContainText(/off by (9|10)s/);
  const shown = (await page.locator('header').getByText(/^\d\d:\d\d:\d\d$/).first().textContent()) ?? '';
  const now = new Date();
  const [hours = 0, minutes = 0, seconds = 0] = shown.split(':').map(Number);
  const offS = (hours * 60 + minutes) * 60 + seconds - ((now.getUTCHours() * 60 + now.getUTCMinutes()) * 60 + now.getUTCSeconds());
  expect(Math.abs(offS)).toBeLessThanOrEqual(3);
  await keep(page, 'skew');
});

test('asleep for an hour: grey at once, live again from a fresh page once the server answers', async ({ browser }) => {
  const line = await Line.to(vigie.base);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${line.base}/sign-in#token=${device().token}&next=/wall/${CRISIS}`);
  await live(page);
  await page.evaluate(() => Object.assign(window, { before: true }));
  line.hold();
  await page.clock.fastForward(HOUR);
  await grey(page, 1_500);
  await expect(page.getByTestId('not-live')).toContainText('NOT LIVE since');
  await keep(page, 'asleep');
  const freshPage = page.waitForEvent('load');
  line.cut();
  line.mend();
  await freshPage;
  await live(page);
  expect(await page.evaluate(() => 'before' in window)).toBe(false);
  line.close();
});
