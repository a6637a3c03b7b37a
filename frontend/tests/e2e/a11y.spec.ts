/** Every page and state, dark and light, for everyone: axe, reflow, targets, movement, and what is said aloud. */
import { expect, type Page, test } from '@playwright/test';
import { faults, movements, overflow, smallTargets, unreadable } from './accessible';
import { STATES } from './states';
import { World } from './world';

const NARROW = { width: 320, height: 640 };
let world: World;
test.beforeAll(async () => {
  test.setTimeout(120_000);
  world = await World.begin();
});
test.afterAll(async () => world.end());

for (const { name, open } of STATES) {
  test(`${name}: nothing is wrong in dark or light, it fits 320 pixels, and nothing moves or is too small to press`, async ({ browser }) => {
    test.setTimeout(120_000);
    for (const theme of ['dark', 'light'] as const) {
      const page = await open(world, browser, { theme });
      expect.soft(await faults(page), theme).toEqual([]);
      expect.soft(await movements(page), theme).toEqual([]);
      expect.soft(await smallTargets(page), theme).toEqual([]);
      await page.setViewportSize(NARROW);
      await expect.soft.poll(() => overflow(page), { message: `${theme} at 320` }).toBe(0);
      expect.soft(await faults(page), `${theme} at 320`).toEqual([]);
      expect.soft(await smallTargets(page), `${theme} at 320`).toEqual([]);
      await page.context().close();
    }
  });
}

test('these checks see what is wrong', async ({ browser }) => {
  const home = STATES.find(({ name }) => name === 'home');
  const page = (await home?.open(world, browser, { theme: 'dark', viewport: NARROW })) as Page;
  expect(await faults(page)).toEqual([]);
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input.style, { width: '400px', height: '12px', transition: 'opacity 1s' });
    const dim = document.createElement('p');
    dim.textContent = 'Hardly to be read';
    Object.assign(dim.style, { color: '#30353a', background: '#2b3036' });
    document.querySelector('main')?.append(input, dim);
  });
  expect(await faults(page)).toEqual(['color-contrast: main > p', 'label: input']);
  expect(await overflow(page)).toBeGreaterThan(0);
  expect(await smallTargets(page)).toHaveLength(1);
  expect(await movements(page)).toHaveLength(1);
  expect(await unreadable(page)).toEqual([expect.stringMatching(/^Hardly to be read/)]);
});

test('with forced colours every status keeps its shape, and nothing is told by colour alone', async ({ browser }) => {
  test.setTimeout(120_000);
  let shapes = 0;
  for (const name of ['sign-in', 'home', 'wall', 'far', 'desk', 'desk-faults', 'coordination', 'coordination-raise', 'tokens', 'notices']) {
    const page = (await STATES.find((state) => state.name === name)?.open(world, browser, { theme: 'dark', forcedColors: 'active', reducedMotion: 'reduce' })) as Page;
    expect(await faults(page, ['color-contrast']), name).toEqual([]);
    expect(await unreadable(page), name).toEqual([]);
    expect(await movements(page), name).toEqual([]);
    const shapeless = await page.evaluate(() => [...document.querySelectorAll('.st')].filter((one) => one.checkVisibility() && one.querySelector('svg') === null).map(({ className }) => className));
    expect(shapeless, name).toEqual([]);
    shapes += await page.locator('.st svg').count();
    await page.context().close();
  }
  expect(shapes).toBeGreaterThan(100);
});

test('news is summarised politely; only a new top escalation is said at once', async ({ browser }) => {
  const { vigie } = world;
  const coordinator = world.token('coordinator');
  const slug = 'aloud';
  await vigie.post(coordinator, '/crises', { slug, name: 'Said aloud', environment: 'actual' });
  const raise = (title: string, level: string): Promise<unknown> =>
    vigie.post(coordinator, `/crises/${slug}/escalations`, { title, level, severity: 'severe', reason: 'r', asked_of: 'be-nccn', tlp: 'green' });
  await raise('Stood there', 'political');
  const pages = [
    await vigie.open(browser, world.token('wall'), `/wall/${slug}`),
    await vigie.open(browser, world.token('officer'), `/desk/${slug}`),
    await vigie.open(browser, coordinator, `/coordination/${slug}`),
  ];
  for (const page of pages) {
    await expect(page.getByTestId('summary')).toHaveText(/^Open escalations: 1;/);
    await expect(page.getByTestId('summary')).toHaveRole('status');
    await expect(page.getByTestId('alarm')).toHaveRole('alert');
  }
  await raise('Quiet matter', 'watch');
  for (const page of pages) {
    await expect(page.getByTestId('summary')).toHaveText(/^Open escalations: 2;/);
    await expect(page.getByTestId('alarm')).toHaveText('');
  }
  await raise('Loud matter', 'political');
  for (const page of pages) await expect(page.getByTestId('alarm')).toHaveText('New top escalation: Loud matter.');
  // The clocks of what runs are silent.
  for (const page of pages) expect(await page.locator('[role=timer][aria-live]:not([aria-live=off])').count()).toBe(0);
});

test('at coordination too, ? lists the keys, letters lead on, and single letters can be turned off', async ({ browser }) => {
  const page = (await STATES.find(({ name }) => name === 'coordination')?.open(world, browser, { theme: 'dark' })) as Page;
  await page.keyboard.press('q');
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Queries' })).toHaveAttribute('aria-current', 'page');
  await page.keyboard.press('Alt+r');
  await expect(page.locator('#raise')).toBeVisible();
  await page.locator('#raise-title').focus();
  await page.keyboard.type('qi?');
  await expect(page.locator('#raise-title')).toHaveValue('qi?');
  await page.getByRole('link', { name: 'Queries' }).focus();
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /Single letters/ }).uncheck();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('i');
  await expect(page.locator('#raise')).toBeVisible();
  await page.keyboard.press('Alt+i');
  await expect(page.locator('form#ipcr')).toBeVisible();
});
