/** A wall as a picture and as words, live or replayed, so that the two can be held against each other. */
import { writeFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';

export type Likeness = { picture: Buffer; words: string };

/**
 * Hidden is what a live wall alone has of its screen, the state of its link, its controls and what it says of its own
 * clock, and what a replay puts around and over a wall, its frame, band, bar and watermark. What is left is drawn as large
 * in both, header and all.
 */
const OF_THE_WALL = `
  [data-testid='link'], [data-testid='skew'], .controls, .replay > .band, .replay > .bar, .replay > .picture > .watermark { display: none !important; }
  .replay { border: 0 !important; }
  .replay > .picture { zoom: 1 !important; }
  /* On a layer of its own it is drawn whole, once: where a live wall drew a part anew, an edge is a shade off. */
  div:has(> [data-testid='picture']) { will-change: transform; }
`;

export async function likenessOf(page: Page): Promise<Likeness> {
  // The page's policy refuses a style element; a sheet that is made by a script is none.
  await page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  }, OF_THE_WALL);
  const wall = page.getByTestId('picture').locator('xpath=..');
  await page.evaluate(() => document.fonts.ready);
  const likeness = { picture: await wall.screenshot({ animations: 'disabled' }), words: await wall.innerText() };
  await page.evaluate(() => (document.adoptedStyleSheets = []));
  return likeness;
}

/** The same words, and the same picture to the last pixel: both were drawn by one browser in one size. */
export function expectSame(replayed: Likeness, live: Likeness, at: string): void {
  expect(replayed.words).toBe(live.words);
  const isSame = replayed.picture.equals(live.picture);
  // Kept to be looked at.
  if (!isSame) for (const [name, { picture }] of Object.entries({ replayed, live })) writeFileSync(test.info().outputPath(`${at.replaceAll(':', '')} ${name}.png`), picture);
  expect(isSame, `every pixel of the wall of ${at} is replayed as it was live`).toBe(true);
}
