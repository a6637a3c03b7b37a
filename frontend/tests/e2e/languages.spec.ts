import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { crowd } from './crowd';
import { Vigie } from './vigie';

const CRISIS = 'blackout';
let vigie: Vigie;
test.beforeAll(async () => {
  vigie = await Vigie.serve();
  await crowd(vigie, CRISIS, 'Dnister blackout', 'exercise');
});
test.afterAll(async () => vigie.end());

const messagesOf = (language: string): Record<string, string> => JSON.parse(readFileSync(`messages/${language}.json`, 'utf8')) as Record<string, string>;
const english = messagesOf('en');

/** Everything a reader or a screen reader is told, line by line. */
async function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const named = [...document.querySelectorAll('[aria-label], [title]')].flatMap((element) => [element.getAttribute('aria-label'), element.getAttribute('title')]);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const lines: string[] = [];
    // What a centre wrote keeps its own language.
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!node.parentElement?.closest('[lang]:not(html)')) lines.push(node.textContent ?? '');
    return [...lines, ...named].map((line) => (line ?? '').trim()).filter(Boolean);
  });
}

/** Words of the English screen that are said otherwise in this language. */
function translatedIn(language: string): Set<string> {
  const theirs = messagesOf(language);
  const plain = Object.entries(english).filter(([key, text]) => key in theirs && theirs[key] !== text && !text.includes('{') && text.length > 3);
  return new Set(plain.map(([, text]) => text));
}

for (const language of ['el', 'bg', 'nl', 'fr', 'de']) {
  test(`a wall that is told ${language} says its own words in it, and remembers`, async ({ browser }) => {
    const token = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green').token;
    const page = await vigie.open(browser, token, `/wall/${CRISIS}`);
    await page.goto(`${vigie.base}/wall/${CRISIS}?lang=${language}`);
    await page.goto(`${vigie.base}/wall/${CRISIS}`);
    await expect(page.getByTestId('link').first()).toHaveAttribute('data-phase', 'live');
    await expect(page.getByTestId('feed').locator('li').nth(3)).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    const english = translatedIn(language);
    expect(english.size).toBeGreaterThan(100);
    const lines = await said(page);
    expect(lines).toContain(messagesOf(language).link_live);
    expect(lines.filter((line) => english.has(line))).toEqual([]);
    await page.screenshot({ path: `screenshots/wall-${language}.png` });
  });
}

test('a screen that speaks English is seen to: the check above can fail', async ({ browser }) => {
  const page = await vigie.open(browser, vigie.token('be-nccn', 'wall_device').token, `/wall/${CRISIS}`, { locale: 'en-GB' });
  await expect(page.getByTestId('link').first()).toHaveAttribute('data-phase', 'live');
  const english = translatedIn('el');
  expect((await said(page)).filter((line) => english.has(line)).length).toBeGreaterThan(10);
});
