/** Every page and state as pictures in screenshots/, to be looked at: dark, light, 4K, on a phone, a wall upright too, and with forced colours. */
import { expect, type Page, test } from '@playwright/test';
import { STATES } from '../e2e/states';
import { World } from '../e2e/world';

const DAY = { width: 1920, height: 1080 };
const LARGE = { width: 3840, height: 2160 };
const PHONE = { width: 390, height: 844 };
const UPRIGHT = { width: 1080, height: 1920 };

let world: World;
test.beforeAll(async () => {
  world = await World.begin();
});
test.afterAll(async () => world.end());

async function shoot(page: Page, name: string, whole: boolean): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
  const spilt = await page.locator('[data-tile]').evaluateAll((all) => all.filter((tile) => tile.scrollWidth > tile.clientWidth + 1).map((tile) => tile.getAttribute('data-tile')));
  expect(spilt, name).toEqual([]);
  await page.screenshot({ path: `screenshots/${name}.png`, fullPage: whole });
}

for (const { name, wall = false, open } of STATES) {
  test(name, async ({ browser }) => {
    const page = await open(world, browser, { theme: 'dark', viewport: DAY });
    const whole = !wall;
    await shoot(page, `${name}-dark`, whole);
    await page.setViewportSize(LARGE);
    await shoot(page, `${name}-4k`, whole);
    if (wall) {
      await page.setViewportSize(UPRIGHT);
      await shoot(page, `${name}-upright`, whole);
    }
    // A wall that is read from afar is no phone.
    if (!name.startsWith('far')) {
      await page.setViewportSize(PHONE);
      await shoot(page, `${name}-phone`, true);
    }
    await page.setViewportSize(DAY);
    await page.emulateMedia({ forcedColors: 'active' });
    await shoot(page, `${name}-forced`, whole);
    await page.emulateMedia({ forcedColors: 'none' });
    await page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
    await shoot(page, `${name}-light`, whole);
    await page.context().close();
  });
}

for (const locale of ['nl-BE', 'fr-FR', 'de-DE']) {
  test(`what people sit at, in ${locale}`, async ({ browser }) => {
    for (const name of ['home', 'desk', 'desk-faults', 'coordination', 'coordination-devices']) {
      const page = await STATES.find((state) => state.name === name)?.open(world, browser, { theme: 'light', viewport: DAY, locale });
      if (page) await shoot(page, `${name}-${locale.slice(0, 2)}`, true);
      await page?.context().close();
    }
  });
}
