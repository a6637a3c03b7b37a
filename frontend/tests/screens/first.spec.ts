import { expect, test } from '@playwright/test';
import { Vigie } from '../e2e/vigie';

const SIZES = { '1080p': [1920, 1080], '4k': [3840, 2160], phone: [390, 844], portrait: [1080, 1920] } as const;
const CRISIS = 'displacement-ukraine';

let vigie: Vigie;
test.beforeAll(async () => {
  vigie = await Vigie.demo('--pace', '6000');
});
test.afterAll(async () => vigie.end());

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const theme of ['dark', 'light']) {
    test(`wall and desk, ${size}, ${theme}`, async ({ browser }) => {
      const wall = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
      const officer = vigie.token('be-nccn', 'duty_officer');
      const options = { viewport: { width, height }, colorScheme: theme as 'dark' | 'light' };
      for (const [name, token, path] of [['wall', wall.token, `/wall/${CRISIS}`], ['desk', officer.token, `/desk/${CRISIS}`]] as const) {
        const page = await vigie.open(browser, token, path, options);
        await page.evaluate((theme) => localStorage.setItem('vigie.theme', theme), theme);
        await page.reload();
        await expect(page.getByTestId('link').first()).toHaveAttribute('data-phase', 'live');
        await expect(page.getByTestId('feed').locator('li').nth(5)).toBeVisible();
        await page.screenshot({ path: `screenshots/${name}-${size}-${theme}.png`, fullPage: size === 'phone' || size === 'portrait' });
        await page.context().close();
      }
    });
  }
}
