import { expect, test } from '@playwright/test';
import { crowd } from '../e2e/crowd';
import { Vigie } from '../e2e/vigie';
import { pair } from '../e2e/walls';

const SIZES = { '1080p': [1920, 1080], '4k': [3840, 2160], portrait: [1080, 1920] } as const;
let vigie: Vigie;
let officer: string;

test.beforeAll(async () => {
  vigie = await Vigie.serve();
  await crowd(vigie, 'dnister', 'Dnister blackout');
  await crowd(vigie, 'drill', 'Dnister blackout', 'exercise');
  officer = vigie.token('be-nccn', 'duty_officer').token;
});
test.afterAll(async () => vigie.end());

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const theme of ['dark', 'light']) {
    for (const distance_m of [3, 5, 8] as const) {
      if (distance_m !== 5 && size !== '1080p') continue;
      test(`far wall and its pairing, ${size}, ${theme}, ${distance_m} m`, async ({ browser }) => {
        const page = await (await browser.newContext({ viewport: { width, height } })).newPage();
        await page.goto(`${vigie.base}/wall?theme=${theme}`);
        await expect(page.getByTestId('code')).toBeVisible();
        await page.screenshot({ path: `screenshots/pairing-${size}-${theme}.png` });
        await pair(vigie, page, officer, { layout: 'far', distance_m, crisis: theme === 'dark' ? 'drill' : 'dnister' });
        await expect(page.getByTestId('picture')).toHaveAttribute('data-live', 'true');
        await expect(page.getByTestId('escalation').first()).toBeVisible();
        const spilt = page.locator('[data-tile]').evaluateAll((all) => all.filter((tile) => tile.scrollWidth > tile.clientWidth + 1).map((tile) => tile.getAttribute('data-tile')));
        expect(await spilt).toEqual([]);
        await page.screenshot({ path: `screenshots/far-${size}-${theme}-${distance_m}m.png` });
        await page.context().close();
      });
    }
  }
}
