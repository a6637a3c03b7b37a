/** Notices outside against the real server and a real receiver: made, signed, given up, tried again, paused, removed. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Vigie } from './vigie';

const CRISIS = 'meuse';
let vigie: Vigie;
let receiver: Server;
let folder: string;
let status = 500;
const heard: { headers: IncomingHttpHeaders; body: string }[] = [];

test.beforeAll(async () => {
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  folder = mkdtempSync(join(tmpdir(), 'vigie-notices-'));
  const config = join(folder, 'vigie.toml');
  writeFileSync(config, '[outward]\nallow_private = ["127.0.0.0/8"]\nattempts = 1\n');
  vigie = await Vigie.serve('--config', config);
});
test.afterAll(async () => {
  await vigie.end();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a lead says where notices go, sees what did not arrive, and tries it again', async ({ browser }) => {
  const ercc = vigie.token('eu-ercc', 'coordinator').token;
  await vigie.post(ercc, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'exercise', centres: ['be-nccn', 'nl-ncc', 'eu-ercc'] });
  const page = await vigie.open(browser, vigie.token('nl-ncc', 'centre_lead').token, '/coordination#devices');
  const form = page.locator('#make-destination');
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;

  await form.getByLabel('How', { exact: true }).selectOption('mail');
  await form.getByLabel('Address').fill('not a mailbox');
  await form.getByRole('button', { name: 'Send notices' }).click();
  await expect(form.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true');
  await form.getByLabel('How', { exact: true }).selectOption('webhook');
  await form.getByLabel('Address').fill(address);
  await form.getByLabel('A wall of ours is not seen any more').uncheck();
  await form.getByRole('button', { name: 'Send notices' }).click();
  const secret = await page.getByLabel(`Secret for ${address}`).inputValue();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByTestId('made-secret')).toHaveCount(0);
  const line = page.locator('[data-destination]').filter({ hasText: address });
  await expect(line).toContainText('A report of ours is due soon');
  await expect(line).not.toContainText('A wall of ours');

  const be = vigie.token('be-nccn', 'duty_officer').token;
  await vigie.post(be, `/crises/${CRISIS}/escalations`, { title: 'Pumps', level: 'watch', severity: 'severe', reason: 'The dyke', asked_of: 'nl-ncc', tlp: 'green' });
  await expect.poll(() => heard.length).toBe(1);
  // The list is asked for again by itself every half minute; whoever comes back sees it at once.
  await expect.poll(async () => {
    await page.reload();
    await expect(line).toBeVisible();
    return line.getByText('Did not arrive: 1').count();
  }).toBe(1);
  await line.getByText('Did not arrive: 1').click();
  await expect(line.locator('[data-letter]')).toContainText('An escalation is asked of us');
  await expect(line.locator('[data-letter]')).toContainText('the receiver answered 500');
  await expect(line.locator('[data-letter]')).not.toContainText('Pumps');

  status = 204;
  await line.getByRole('button', { name: /^Try again/ }).click();
  await expect.poll(() => heard.length).toBe(2);
  await expect(line.locator('[data-letter]')).toHaveCount(0);
  const [first, second] = heard;
  const id = second?.headers['webhook-id'];
  expect(id).toBe(first?.headers['webhook-id']);
  const signed = `${id}.${second?.headers['webhook-timestamp']}.${second?.body}`;
  const signature = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(signed).digest('base64');
  expect(second?.headers['webhook-signature']).toBe(`v1,${signature}`);

  await line.getByRole('button', { name: /^Pause/ }).click();
  await expect(line).toContainText('paused since');
  await line.getByRole('button', { name: /^Resume/ }).click();
  await expect(line).not.toContainText('paused since');
  await line.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByTestId('notices-said')).toHaveText(`${address} is removed.`);
  await expect(line).toHaveCount(0);
  await expect(page.getByRole('heading', { name: /^Notices outside/ })).toBeFocused();
});

test('a duty officer keeps walls and does not say where notices go', async ({ browser }) => {
  const page = await vigie.open(browser, vigie.token('nl-ncc', 'duty_officer').token, '/coordination#devices');
  await expect(page.getByRole('heading', { name: /^Walls/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: /^Notices outside/ })).toHaveCount(0);
});
