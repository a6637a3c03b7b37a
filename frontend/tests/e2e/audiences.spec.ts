/** A night, as each audience sees it: two walls, the desks of four centres in four languages, and the coordinator. */
import { readFileSync } from 'node:fs';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Line } from './line';
import { Vigie } from './vigie';
import { codeOn } from './walls';

const CRISIS = 'meuse';
const LANGUAGES = { nl: 'nl-NL', fr: 'fr-FR', de: 'de-DE', en: 'en-GB' } as const;
type Language = keyof typeof LANGUAGES;
type Words = Record<string, string>;
const wordsOf = (language: Language): Words => JSON.parse(readFileSync(`messages/${language}.json`, 'utf8')) as Words;
const WORDS = Object.fromEntries(Object.keys(LANGUAGES).map((language) => [language, wordsOf(language as Language)])) as Record<Language, Words>;
const say = (language: Language, key: string): string => WORDS[language][key] ?? `no "${key}"`;

const DUTCH = 'Opvang in Roermond is vol';
const FRENCH = 'Réseau hospitalier de Metz perturbé';
const FRENCH_LATER = 'Réseau hospitalier de Metz rétabli en partie';
const GERMAN = 'Stromausfall in Aachen, Ursache unklar';
const MISSED = 'Brug bij Venlo afgesloten';
const ASKED = 'Boten voor 400 mensen op daken';

let vigie: Vigie;
let line: Line;
test.beforeAll(async () => {
  vigie = await Vigie.serve();
  line = await Line.to(vigie.base);
});
test.afterAll(async () => {
  line.close();
  await vigie.end();
});

async function sitDown(browser: Browser, centre: string, language: Language): Promise<Page> {
  const { token } = vigie.token(centre, 'duty_officer', '--name', `Duty officer ${centre}`);
  const page = await vigie.open(browser, token, `/desk/${CRISIS}`, { locale: LANGUAGES[language] });
  await expect(page.locator('html')).toHaveAttribute('lang', language);
  await expect(page.locator('#post')).toBeVisible();
  return page;
}

async function hang(browser: Browser, base: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${base}/wall`);
  return page;
}

/** The officer reads the code on the wall and confirms it at a desk. */
async function confirm(officer: Page, wall: Page, name: string, ceiling: 'green' | 'amber'): Promise<void> {
  const form = officer.locator('#pair');
  await form.getByLabel('Code on the wall').fill(await codeOn(wall));
  await form.getByLabel('Name of the wall').fill(name);
  await form.getByLabel('Shows at the most').selectOption(ceiling);
  await form.getByRole('button', { name: 'Pair it' }).click();
  await expect(officer.getByTestId('pair-said')).toContainText(name);
  await expect(wall.getByTestId('picture')).toHaveAttribute('data-live', 'true');
}

type Update = { sector: string; severity: string; headline: string; tlp: string; to?: string };
async function post(desk: Page, language: Language, { sector, severity, headline, tlp, to }: Update): Promise<void> {
  await desk.locator('#post-sector').selectOption(sector);
  await desk.locator(`input[name="post-severity"][value="${severity}"]`).check();
  await desk.locator('#post-headline').fill(headline);
  await desk.locator(`input[name="post-tlp"][value="${tlp}"]`).check();
  if (to) await desk.locator(`#post-recipients-${to}`).check();
  await desk.locator('#post').getByRole('button', { name: say(language, 'do_post') }).click();
  await expect(desk.getByTestId('post-said')).toHaveText(say(language, 'done_posted'));
}

const feed = (page: Page) => page.getByTestId('feed');
const cell = (page: Page, place: string) => page.locator(`[data-cell="${place}"], [data-open="${place}"]`).first();
const knows = async (text: string, ...pages: Page[]): Promise<void> => {
  for (const page of pages) await expect(page.locator('body')).toContainText(text);
};
/** Asked once the same page shows what came later: what is not there by then does not come. */
const knowsNothingOf = async (text: string, ...pages: Page[]): Promise<void> => {
  for (const page of pages) expect(await page.locator('body').textContent()).not.toContain(text);
};

test('a night, as each audience sees it', async ({ browser }) => {
  test.setTimeout(240_000);
  const coordinator = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  await vigie.post(coordinator, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'actual', centres: ['be-nccn', 'nl-ncc', 'fr-ncc', 'de-ncc', 'eu-ercc'] });
  const [green, amber] = [await hang(browser, line.base), await hang(browser, vigie.base)];
  const belgian = await sitDown(browser, 'be-nccn', 'en');
  const [dutch, french, german] = [await sitDown(browser, 'nl-ncc', 'nl'), await sitDown(browser, 'fr-ncc', 'fr'), await sitDown(browser, 'de-ncc', 'de')];
  const board = await vigie.open(browser, coordinator, `/coordination/${CRISIS}`);
  await expect(board.getByTestId('coordination')).toHaveAttribute('data-live', 'true');
  // The board has no feed: what was said, the coordinator reads beside it.
  const beside = await board.context().newPage();
  await beside.goto(`${vigie.base}/desk/${CRISIS}`);
  await expect(beside.getByTestId('picture')).toHaveAttribute('data-live', 'true');

  await test.step('two walls are paired from a desk', async () => {
    await knowsNothingOf('Flood of the Meuse', green, amber);
    const devices = await belgian.context().newPage();
    await devices.goto(`${vigie.base}/coordination#devices`);
    await confirm(devices, green, 'Press room', 'green');
    await confirm(devices, amber, 'Crisis room', 'amber');
    await expect(green.locator('header').first()).toContainText('Shows up to TLP:GREEN');
    await expect(amber.locator('header').first()).toContainText('Shows up to TLP:AMBER');
    await expect(devices.getByTestId('devices').getByRole('listitem')).toHaveCount(2);
    await devices.close();
  });

  await test.step('three centres post in their languages, each for another circle', async () => {
    await post(german, 'de', { sector: 'essential_services', severity: 'extreme', headline: GERMAN, tlp: 'amber_strict', to: 'be-nccn' });
    await post(french, 'fr', { sector: 'cyber', severity: 'moderate', headline: FRENCH, tlp: 'amber' });
    await post(dutch, 'nl', { sector: 'displacement', severity: 'severe', headline: DUTCH, tlp: 'green' });

    await knows(DUTCH, green, amber, belgian, dutch, french, german, beside);
    await expect(feed(green).locator('[lang="nl"]').filter({ hasText: DUTCH })).toBeVisible();
    await expect(cell(green, 'nl-ncc/displacement')).toHaveAttribute('data-status', 'severe');
    await knows(FRENCH, amber, belgian, dutch, french, german, beside);
    await expect(cell(amber, 'fr-ncc/cyber')).toHaveAttribute('data-status', 'moderate');
    await knows(GERMAN, belgian, german);

    await knowsNothingOf(FRENCH, green);
    await expect(cell(green, 'fr-ncc/cyber')).toHaveAttribute('data-status', 'no_report');
    await knowsNothingOf(GERMAN, green, amber, dutch, french, board, beside);
    await expect(cell(amber, 'de-ncc/essential_services')).toHaveAttribute('data-status', 'no_report');
  });

  await test.step('the Dutch centre escalates: NOBODY has it, and everyone who may know does', async () => {
    await dutch.locator('summary').filter({ hasText: say('nl', 'desk_escalate') }).click();
    const form = dutch.locator('#raise');
    await form.locator('#raise-title').fill(ASKED);
    await form.locator('#raise-level').selectOption('political');
    await form.locator('#raise-severity').selectOption('extreme');
    await form.locator('#raise-asked_of').selectOption('eu-ercc');
    await form.locator('#raise-reason').fill('Onze middelen zijn op.');
    await form.locator('input[name="raise-tlp"][value="green"]').check();
    await form.getByRole('button', { name: say('nl', 'do_escalate') }).click();
    await expect(dutch.getByTestId('raise-said')).toHaveText(say('nl', 'done_raised'));
    for (const wall of [green, amber]) {
      await expect(wall.getByTestId('escalation').filter({ hasText: ASKED })).toContainText('NOBODY');
      await expect(wall.getByTestId('alarm')).toHaveText(`New top escalation: ${ASKED}.`);
    }
    await expect(board.locator('[data-column="raised"]')).toContainText(ASKED);
    await expect(board.getByTestId('alarm')).toContainText(ASKED);
    await expect(german.getByTestId('desk-escalation').filter({ hasText: ASKED })).toContainText(say('de', 'escalation_nobody'));
  });

  await test.step('the coordinator acknowledges it, and each reads so in its own words', async () => {
    await board.locator('[data-column="raised"]').getByRole('link', { name: ASKED }).click();
    await board.getByTestId('steps').getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await board.getByTestId('steps').getByLabel('Note').fill('Offers of FR are being compared.');
    await board.getByTestId('steps').getByRole('button', { name: 'Acknowledge: put on record' }).click();
    await expect(board.locator('[data-column="acknowledged"]')).toContainText(ASKED);
    for (const wall of [green, amber]) {
      await expect(wall.getByTestId('escalation')).toContainText('Acknowledged, with ERCC');
      await expect(wall.getByTestId('escalation')).not.toContainText('NOBODY');
    }
    await expect(dutch.getByTestId('desk-escalation').filter({ hasText: ASKED })).toContainText(say('nl', 'state_acknowledged'));
    await expect(french.getByTestId('desk-escalation').filter({ hasText: ASKED })).toContainText(say('fr', 'state_acknowledged'));
  });

  await test.step('one wall loses its line: it says since when and claims nothing newer', async () => {
    await green.evaluate(() => Object.assign(window, { sameDocument: true }));
    line.cut();
    await expect(green.getByTestId('not-live')).toContainText(/NOT LIVE since \d\d:\d\d:\d\d UTC/);
    await expect(green.getByTestId('picture')).toHaveCSS('filter', /grayscale/);
    await post(dutch, 'nl', { sector: 'civil_protection', severity: 'moderate', headline: MISSED, tlp: 'green' });
    await knows(MISSED, amber, belgian, beside);
    await expect(cell(amber, 'nl-ncc/civil_protection')).toHaveAttribute('data-status', 'moderate');
    await knows(DUTCH, green);
    await knowsNothingOf(MISSED, green);
    await expect(amber.getByTestId('not-live')).toHaveCount(0);
  });

  await test.step('it recovers by itself, without a gap and without loading anew', async () => {
    line.mend();
    await expect(green.getByTestId('picture')).toHaveAttribute('data-live', 'true');
    await expect(green.getByTestId('not-live')).toHaveCount(0);
    await knows(MISSED, green);
    await expect(cell(green, 'nl-ncc/civil_protection')).toHaveAttribute('data-status', 'moderate');
    expect(await green.evaluate(() => 'sameDocument' in window)).toBe(true);
  });

  await test.step('the French centre corrects its words and widens their circle', async () => {
    await expect(belgian.getByRole('button', { name: 'Correct' })).toHaveCount(0);
    await french.locator('[data-own="cyber"]').getByRole('button', { name: say('fr', 'desk_correct') }).click();
    await french.locator('#post-headline').fill(FRENCH_LATER);
    await french.locator('input[name="post-severity"][value="minor"]').check();
    await french.locator('input[name="post-tlp"][value="green"]').check();
    await french.locator('#post button[type="submit"]').filter({ hasText: say('fr', 'do_post') }).click();
    await expect(french.getByTestId('post-said')).toHaveText(say('fr', 'done_posted'));
    for (const wall of [green, amber]) await expect(cell(wall, 'fr-ncc/cyber')).toHaveAttribute('data-status', 'minor');
    await knows(FRENCH_LATER, green, amber, dutch, german, belgian, beside);
    // What stood under a narrower mark is not told to the wider circle.
    await knowsNothingOf(FRENCH, green);
    await cell(belgian, 'fr-ncc/cyber').click();
    const history = belgian.getByTestId('history');
    await expect(history.locator('li[data-state="superseded"]')).toContainText(FRENCH);
    await expect(history.locator('li[data-state="published"]').locator('ins').first()).toBeVisible();
    await belgian.keyboard.press('Escape');
  });

  await test.step('what was wrong is withdrawn, with its reason, before the same circles that saw it', async () => {
    const withdraw = async (desk: Page, language: Language, sector: string, reason: string): Promise<void> => {
      const own = desk.locator(`[data-own="${sector}"]`);
      await own.getByRole('button', { name: say(language, 'desk_withdraw'), exact: true }).click();
      await own.locator('#withdraw-reason').fill(reason);
      await own.getByRole('button', { name: say(language, 'do_withdraw'), exact: true }).last().click();
      await expect(own).toHaveAttribute('data-status', 'no_report');
    };
    await withdraw(german, 'de', 'essential_services', 'Fehlalarm eines Netzbetreibers');
    await withdraw(dutch, 'nl', 'displacement', 'Dubbel geteld');
    for (const page of [green, amber, belgian, beside]) await knows('Dubbel geteld', page);
    for (const wall of [green, amber]) await expect(cell(wall, 'nl-ncc/displacement')).toHaveAttribute('data-status', 'no_report');
    await knows('Fehlalarm eines Netzbetreibers', belgian);
    await knowsNothingOf('Fehlalarm', green, amber, dutch, french, board, beside);
    await knowsNothingOf(GERMAN, green, amber, dutch, french, board, beside);
  });
});
