import { expect, type Page, test } from '@playwright/test';
import { Vigie } from '../e2e/vigie';
import { SCENE, tell } from '../e2e/scene';

const SIZES = { '1080p': [1920, 1080], '4k': [3840, 2160], phone: [390, 844] } as const;
const AT = `/coordination/${SCENE}`;

let vigie: Vigie;
test.beforeAll(async () => {
  vigie = await Vigie.serve();
  await tell(vigie);
});
test.afterAll(async () => vigie.end());

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `screenshots/coordination-${name}.png`, fullPage: true });
}

for (const [size, [width, height]] of Object.entries(SIZES)) {
  for (const theme of ['dark', 'light'] as const) {
    test(`coordination, ${size}, ${theme}`, async ({ browser }) => {
      const coordinator = vigie.token('eu-ercc', 'coordinator');
      const options = { viewport: { width, height }, colorScheme: theme };
      const page = await vigie.open(browser, coordinator.token, AT, options);
      const name = (view: string): string => `${view}-${size}-${theme}`;
      await expect(page.getByTestId('link')).toHaveAttribute('data-phase', 'live');
      await expect(page.locator('[data-card].late')).toBeVisible();
      await shoot(page, name('board'));
      await page.locator('[data-card].late').click();
      await expect(page.locator('[data-update]')).toHaveCount(2);
      await expect(page.getByTestId('detail')).toBeVisible();
      await page.getByTestId('steps').getByRole('button').first().click();
      await shoot(page, name('detail'));
      for (const view of ['escalations/new', 'queries', 'ipcr', 'crisis', 'devices']) {
        await page.goto(`${vigie.base}${AT}#${view}`);
        await expect(page.getByTestId('coordination')).toBeVisible();
        if (view === 'crisis') await expect(page.locator('#scope')).toBeVisible();
        if (view === 'devices') {
          await expect(page.locator('[data-device]')).toHaveCount(2);
          await page.getByRole('button', { name: /^Change/ }).first().click();
        }
        if (view === 'queries') {
          await page.getByTestId('found').getByRole('link').first().click();
          await expect(page.locator('[data-update]')).toBeVisible();
        }
        await shoot(page, name(view.replace('/', '-')));
      }
      await page.goto(`${vigie.base}/coordination#open`);
      await expect(page.locator('#open')).toBeVisible();
      await shoot(page, name('open'));
      await page.goto(`${vigie.base}/`);
      await expect(page.locator('[data-crisis]').first()).toBeVisible();
      await shoot(page, name('home'));
      await page.context().close();
    });
  }
}

test('coordination, states and languages', async ({ browser }) => {
  const coordinator = vigie.token('eu-ercc', 'coordinator').token;
  const at = async (path: string, options: Parameters<Vigie['open']>[3] = {}): Promise<Page> => {
    const page = await vigie.open(browser, coordinator, path, options);
    await expect(page.getByTestId('coordination')).toHaveAttribute('data-live', 'true');
    return page;
  };
  for (const locale of ['nl-NL', 'fr-FR', 'de-DE']) {
    const page = await at(AT, { locale });
    await page.locator('[data-card].late').click();
    await expect(page.locator('[data-update]')).toHaveCount(2);
    await shoot(page, `detail-${locale}`);
    await page.goto(`${vigie.base}${AT}#devices`);
    await expect(page.locator('#make-token')).toBeVisible();
    await shoot(page, `devices-${locale}`);
    await page.context().close();
  }
  const forced = await at(AT, { forcedColors: 'active' });
  await forced.locator('[data-card].late').click();
  await expect(forced.getByTestId('detail')).toBeVisible();
  await shoot(forced, 'forced-colours');

  await vigie.post(coordinator, '/crises', { slug: 'drill', name: 'Drill on the Rhine', environment: 'exercise' });
  const drill = await at('/coordination/drill');
  await shoot(drill, 'exercise-empty');
  await drill.goto(`${vigie.base}/coordination/drill#crisis`);
  await drill.locator('#close').getByRole('textbox').fill('Over.');
  await drill.locator('#close').getByRole('button').click();
  await expect(drill.getByRole('dialog')).toBeVisible();
  await shoot(drill, 'close-asks');
  await drill.getByRole('dialog').getByRole('button').last().click();
  await expect(drill.getByTestId('closed')).toBeVisible();
  await shoot(drill, 'closed');
  await vigie.post(coordinator, '/crises', { slug: 'trial', name: 'Trial', environment: 'test' });
  await shoot(await at('/coordination/trial'), 'test-empty');

  const lost = await at(AT);
  await vigie.kill();
  await expect(lost.getByTestId('not-live')).toBeVisible();
  await shoot(lost, 'link-lost');
  await vigie.startAgain();
});
