/** Draws docs/wall.png: the wall of the demonstration at its first escalation, before anybody has answered. */
import { expect, test } from '@playwright/test';
import { Vigie } from '../e2e/vigie';

/** Slow enough for ages and rings to look as on a real evening; the escalation comes after eleven minutes. */
const PACE = '120';
const COMES_WITHIN_MS = 15 * 60_000;

test('the wall of the demonstration', async ({ browser }) => {
  const vigie = await Vigie.demo('--pace', PACE);
  try {
    const { token } = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
    const page = await vigie.open(browser, token, '/wall/displacement-ukraine', { colorScheme: 'dark' });
    await expect(page.getByTestId('escalation').first()).toContainText('NOBODY', { timeout: COMES_WITHIN_MS });
    await page.screenshot({ path: '../docs/wall.png' });
  } finally {
    await vigie.end();
  }
});
