import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

/** `npm run screens`: every page and state as a picture in screenshots/, to be looked at. What comes and goes is drawn where it is tested. */
export default defineConfig({
  ...browser,
  testDir: 'tests',
  testMatch: ['screens/*.spec.ts', 'e2e/{link,device,sheet,languages}.spec.ts'],
  outputDir: 'test-results',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [['list']],
});
