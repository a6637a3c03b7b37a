import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Vigie } from './vigie';

const CRISIS = 'drill';
const SECTORS = ['displacement', 'civil_society', 'public_communication', 'cyber', 'information_integrity', 'eu_coordination', 'essential_services', 'civil_protection'];
let vigie: Vigie;
let belgian: string;

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  const coordinator = vigie.token('eu-ercc', 'coordinator').token;
  belgian = vigie.token('be-nccn', 'duty_officer').token;
  await vigie.post(coordinator, '/crises', { slug: CRISIS, name: 'A drill with a name that takes some room', environment: 'exercise' });
  // As crowded as a page gets: long headlines, every sector severe, and more escalations than there are lines.
  for (const sector of SECTORS) {
    for (const headline of [`Old words of ${sector}`, `${sector}: ${'a long headline that fills the line '.repeat(4)}`.slice(0, 160)]) {
      await post(belgian, { sector, headline, severity: 'extreme' });
    }
  }
  for (let i = 0; i < 20; i += 1) {
    await vigie.post(belgian, `/crises/${CRISIS}/escalations`, {
      title: `Escalation ${i} ${'with a long title that goes on '.repeat(4)}`.slice(0, 160), level: 'coordination', severity: 'severe', reason: 'A reason', asked_of: 'pl-ncc', tlp: 'green',
    });
  }
});
test.afterEach(async () => vigie.end());

function post(token: string, more: object): Promise<unknown> {
  return vigie.post(token, `/crises/${CRISIS}/updates`, {
    centre: 'be-nccn', severity: 'severe', outlook: 'worsening', tlp: 'green', as_of: new Date().toISOString(), ...more,
  });
}

async function open(browser: Browser): Promise<Page> {
  const page = await vigie.open(browser, belgian, `/sheet/${CRISIS}`);
  await expect(page.getByTestId('paper')).toBeVisible();
  return page;
}

const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;

for (const [size, width, height] of [['A4', 842, 595], ['A3', 1191, 842]] as const) {
  test(`a crowded picture prints on one page of ${size}, with its label, its time and its position`, async ({ browser }) => {
    const page = await open(browser);
    await page.getByLabel(size, { exact: true }).check();
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true, path: `screenshots/sheet-${size}.pdf` });
    expect(pagesOf(pdf)).toBe(1);
    const box = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf.toString('latin1'));
    expect(Number(box?.[1])).toBeCloseTo(width, -1);
    expect(Number(box?.[2])).toBeCloseTo(height, -1);
    await page.emulateMedia({ media: 'print' });
    const paper = page.getByTestId('paper');
    // One page because it fits, not because the rest is cut off.
    expect(await paper.evaluate((element) => element.scrollHeight - element.clientHeight)).toBeLessThanOrEqual(1);
    await expect(paper).toContainText('TLP:GREEN');
    await expect(paper).toContainText(/Copy of .* UTC/);
    await expect(paper).toContainText(/position [\w-]{20,}/);
    await page.screenshot({ path: `screenshots/sheet-${size}.png` });
  });
}

test('the file that is kept opens without a server, runs nothing, and carries the strictest label in it', async ({ browser }, info) => {
  await post(belgian, { sector: 'cyber', headline: 'Only for two centres <script>alert(1)</script>', tlp: 'amber_strict', recipients: ['nl-ncc'] });
  const page = await open(browser);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Keep as one file' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^vigie-drill-\d{4}-\d\d-\d\dT\d{4}Z\.html$/);
  const file = info.outputPath('kept.html');
  await download.saveAs(file);
  await vigie.kill();

  const text = readFileSync(file, 'utf8');
  expect(text).not.toMatch(/<script|https?:\/\/|data-not-printed/);
  const kept = await (await browser.newContext({ offline: true })).newPage();
  const asked: string[] = [];
  kept.on('request', (request) => asked.push(request.url()));
  await kept.goto(pathToFileURL(file).href);
  await expect(kept.locator('header .label')).toHaveText('TLP:AMBER+STRICT');
  await expect(kept.locator('footer')).toContainText('This is not live');
  await expect(kept.locator('body')).toContainText('Only for two centres <script>alert(1)</script>');
  await expect(kept.locator('header .label')).toHaveCSS('background-color', 'rgb(11, 23, 34)');
  await expect(kept.locator('.chip.st-extreme').first()).toHaveCSS('background-color', 'rgb(196, 20, 31)');
  expect(asked).toEqual([pathToFileURL(file).href]);
  await kept.screenshot({ path: 'screenshots/sheet-kept.png', fullPage: true });
});
