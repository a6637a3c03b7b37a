/** Walls as officers keep them, through the server's own calls. */
import { expect, type Page } from '@playwright/test';
import type { Vigie } from './vigie';

export type Settings = { layout: 'overview' | 'far'; distance_m: 3 | 5 | 8; crisis?: string | null };

export async function call<T>(vigie: Vigie, token: string, path: string, body: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${vigie.base}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** The code on the screen, as an officer reads it. */
export async function codeOn(page: Page): Promise<string> {
  const code = page.getByTestId('code').locator('[aria-hidden]');
  await expect(code).toHaveCount(2);
  return (await code.allTextContents()).join('');
}

/** Confirms the wall that shows its code, and waits until it is the wall. */
export async function pair(vigie: Vigie, page: Page, officer: string, settings: Settings, name = 'Operations room'): Promise<string> {
  const code = await codeOn(page);
  const { device } = await call<{ device: { id: string } }>(vigie, officer, '/pairings/confirm', { code, name, ceiling: 'green', ...settings });
  await expect(page.getByTestId('pairing')).toHaveCount(0);
  return device.id;
}
