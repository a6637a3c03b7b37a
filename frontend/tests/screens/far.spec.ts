import { expect, test } from '@playwright/test';
import { crowd } from '../e2e/crowd';
import { Vigie } from '../e2e/vigie';
let vigie: Vigie;
test.beforeAll(async () => { vigie = await Vigie.serve(); await crowd(vigie, 'dnister', 'Dnister blackout', 'exercise'); });
test.afterAll(async () => vigie.end());
for (const [size, w, h, theme, d] of [['1080p',1920,1080,'dark',5],['1080p',1920,1080,'light',5],['4k',3840,2160,'dark',5],['portrait',1080,1920,'dark',5],['8m',1920,1080,'dark',8]] as const)
test(`far ${size} ${theme}`, async ({ browser }) => {
  const wall = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
  const context = await browser.newContext({ viewport: { width: w, height: h } });
  const page = await context.newPage();
  page.on('console', (m) => console.log(m.text()));
  page.on('pageerror', (e) => console.log(e.message));
  await page.route('**/api/v1/session', async (route) => {
    const answer = await route.fetch();
    if (route.request().method() !== 'GET' || !answer.ok()) return route.fulfill({ response: answer });
    const body = await answer.json(); body.account.device = { layout: 'far', distance_m: d, crisis: null };
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto(`${vigie.base}/sign-in?theme=${theme}#token=${wall.token}&next=/wall`);
  await page.waitForURL('**/wall');
  await page.evaluate((t) => localStorage.setItem('vigie.theme', t), theme);
  await page.reload();
  await expect(page.getByTestId('link').first()).toHaveAttribute('data-phase', 'live');
  await expect(page.getByTestId('escalation').nth(0)).toBeVisible();
  await page.screenshot({ path: `screenshots/far-${size}-${theme}.png` });
  await context.close();
});
