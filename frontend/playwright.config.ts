import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

export default defineConfig({
  ...browser,
  // What cannot be clicked or filled in fails there, not when its test has run out of time.
  use: { ...browser.use, actionTimeout: 15_000 },
  testDir: 'tests/e2e',
  testMatch: '*.spec.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  workers: 1,
  reporter: [['list']],
});
