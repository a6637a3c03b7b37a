import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

/** `npm run screens`: every page and state as a picture in screenshots/, to be looked at. */
export default defineConfig({
  ...browser,
  testDir: 'tests/screens',
  outputDir: 'test-results',
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: [['list']],
});
