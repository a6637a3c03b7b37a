/** Before anything happens: no crisis is open, a wall and a desk say so, and both open the first one by themselves. */
import { expect, test } from '@playwright/test';
import { Vigie } from './vigie';
import { pair } from './walls';

let vigie: Vigie;
test.beforeEach(async () => {
  vigie = await Vigie.serve();
});
test.afterEach(async () => vigie.end());

/** A wall asks every half minute. */
const SOON = { timeout: 40_000 };

test('a wall and a desk say that no crisis is open, also after the last one was closed, and go to the next by themselves', async ({ browser }) => {
  test.setTimeout(120_000);
  const coordinator = vigie.token('eu-ercc', 'coordinator').token;
  const officer = vigie.token('be-nccn', 'duty_officer').token;
  const wall = await (await browser.newContext()).newPage();
  await wall.goto(`${vigie.base}/wall`);
  await pair(vigie, wall, officer, { layout: 'overview', distance_m: 3 });
  const desk = await vigie.open(browser, officer, '/desk');

  await expect(wall.getByRole('heading', { name: 'No crisis is open' })).toBeVisible();
  await expect(wall.getByTestId('blank')).toContainText(/This wall shows the next one by itself\. Asked last at \d\d:\d\d UTC\./);
  await expect(desk.getByRole('heading', { name: 'No crisis is open' })).toBeVisible();
  await expect(desk.getByTestId('no-crisis')).toHaveText(/^This desk opens the next one by itself\. Asked last at \d\d:\d\d UTC\.$/);

  await vigie.post(coordinator, '/crises', { slug: 'first', name: 'The first one', environment: 'exercise' });
  await desk.waitForURL('**/desk/first');
  await expect(desk.locator('#post')).toBeVisible();
  await expect(wall.getByRole('heading', { name: /The first one/ })).toBeVisible(SOON);
  await expect(wall.getByTestId('picture')).toHaveAttribute('data-live', 'true');

  await vigie.post(coordinator, '/crises/first/close', { reason: 'Over.' });
  await expect(desk.locator('main')).toContainText('This crisis is closed');
  await desk.goto(`${vigie.base}/desk`);
  await expect(desk.getByTestId('no-crisis')).toBeVisible();
  await expect(wall.getByRole('heading', { name: 'No crisis is open' })).toBeVisible(SOON);
});
