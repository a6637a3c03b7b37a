import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

/** `npm run readme`: the picture of the README, docs/wall.png, from the demonstration while it plays. */
export default defineConfig({
  // As on a screen that hangs on a wall: it may be heard without a click.
  use: { ...browser.use, launchOptions: { ...browser.use.launchOptions, args: [...browser.use.launchOptions.args, '--autoplay-policy=no-user-gesture-required'] } },
  testDir: 'tests/readme',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  timeout: 20 * 60_000,
  reporter: [['list']],
});
