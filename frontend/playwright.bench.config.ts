import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

/** `npm run bench`: what the wall costs in the browser, printed and held. */
export default defineConfig({
  ...browser,
  testDir: 'tests/bench',
  outputDir: 'test-results',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [['list']],
});
