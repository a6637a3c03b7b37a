import { defineConfig } from '@playwright/test';
import { browser } from './tests/e2e/browser';

export default defineConfig({
  ...browser,
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
