/** The desk of a duty officer: by keyboard, with everything that is wrong, and with the server gone. */
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Vigie } from './vigie';

const CRISIS = 'drill';
let vigie: Vigie;
let coordinator: string;
let poland: string;

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  coordinator = vigie.token('eu-ercc', 'coordinator').token;
  poland = vigie.token('pl-ncc', 'duty_officer').token;
  await vigie.post(coordinator, '/crises', { slug: CRISIS, name: 'A drill', environment: 'exercise' });
});
test.afterEach(async () => vigie.end());

const desk = async (browser: Browser, token = poland): Promise<Page> => {
  const page = await vigie.open(browser, token, `/desk/${CRISIS}`);
  await expect(page.locator('#post')).toBeVisible();
  return page;
};
const say = (headline: string, more: object = {}): Promise<{ id: string }> =>
  vigie.post(poland, `/crises/${CRISIS}/updates`, {
    centre: 'pl-ncc', sector: 'displacement', severity: 'moderate', outlook: 'stable', headline, tlp: 'green', as_of: new Date().toISOString(), ...more,
  });

type Entry = { kind: string; recorded_at: string; update?: { id: string; headline: string; nil: boolean; as_of: string; tlp: string; supersedes: string | null } };
/** What is on record, oldest first. */
async function journal(token = poland): Promise<Entry[]> {
  const answer = await fetch(`${vigie.base}/api/v1/crises/${CRISIS}/journal`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(200);
  return (await answer.text()).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Entry);
}
const headlines = async (): Promise<string[]> => (await journal()).flatMap(({ update }) => (update ? [update.headline] : []));

/** Tab until a field of that name has the focus. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    const there = await page.evaluate((id) => document.activeElement?.id === id || document.activeElement?.getAttribute('name') === id, id);
    if (there) return;
  }
  throw new Error(`${id} is not reached by Tab`);
}

/** Fills in what an update needs. */
async function write(page: Page, headline: string, tlp = 'green'): Promise<void> {
  await page.locator('#post-sector').selectOption('displacement');
  await page.getByRole('radio', { name: 'Severe', exact: true }).check();
  await page.locator('#post-headline').fill(headline);
  await page.locator(`input[name="post-tlp"][value="${tlp}"]`).check();
}
const submit = (page: Page): Promise<void> => page.locator('#post button[type="submit"]').click();
const own = (page: Page, sector: string) => page.locator(`[data-own="${sector}"]`);

test('an update is posted by keyboard alone, and the focus is back at the sector', async ({ browser }) => {
  const page = await desk(browser);
  await page.keyboard.press('Alt+p');
  await expect(page.locator('#post-sector')).toBeFocused();
  await page.keyboard.type('Displ');
  await tabTo(page, 'post-severity');
  await page.keyboard.press('s');
  await expect(page.getByRole('radio', { name: 'Severe', exact: true })).toBeChecked();
  await tabTo(page, 'post-headline');
  await page.keyboard.type('Reception in Rzeszów is full');
  await expect(page.locator('#post-headline-hint')).toContainText('132 of 160 characters left');
  await tabTo(page, 'post-outlook');
  await page.keyboard.press('w');
  await tabTo(page, 'post-tlp');
  await page.keyboard.press('g');
  await expect(page.locator('#post-tlp-hint')).toHaveText('Everyone in the network, also on walls. Not public.');
  await expect(page.getByTestId('preview')).toContainText('Reception in Rzeszów is full');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByTestId('post-said')).toHaveText('Posted and on record.');
  await expect(page.locator('#post-sector')).toBeFocused();
  await expect(page.locator('#post-headline')).toHaveValue('');
  await expect(own(page, 'displacement')).toContainText('Reception in Rzeszów is full');
  const [entry] = (await journal()).filter(({ kind }) => kind === 'update_posted');
  expect(entry?.update).toMatchObject({ severity: 'severe', outlook: 'worsening', tlp: 'green', lang: 'pl' });
});

test('everything that is wrong is told at once, beside its field, and the first one has the focus', async ({ browser }) => {
  const page = await desk(browser);
  await page.locator('#post summary').filter({ hasText: 'More' }).click();
  await page.locator('#post-areas').fill('pl8211');
  await submit(page);
  await expect(page.getByTestId('faults').getByRole('link')).toHaveCount(5);
  await expect(page.locator('#post-sector')).toBeFocused();
  await expect(page.locator('#post-sector-fault')).toHaveText('Choose the sector.');
  await expect(page.locator('#post-severity-fault')).toBeVisible();
  await expect(page.locator('#post-headline-fault')).toBeVisible();
  await expect(page.locator('#post-tlp-fault')).toHaveText('Choose a sharing mark; none is preset.');
  await expect(page.locator('#post-areas-fault')).toContainText('PL8211');
  expect((await journal()).filter(({ kind }) => kind === 'update_posted')).toEqual([]);
  await page.locator('#post-sector').selectOption('cyber');
  await expect(page.locator('#post-sector-fault')).toHaveCount(0);
  await page.getByTestId('faults').getByRole('link', { name: /Areas/ }).click();
  await expect(page.locator('#post-areas')).toBeFocused();
});

test('what only the server finds wrong is shown at its field too, within lists', async ({ browser }) => {
  const page = await desk(browser);
  await write(page, 'Many wait', 'amber');
  await page.getByRole('checkbox', { name: /^BE / }).check();
  await page.getByRole('checkbox', { name: /^DE / }).check();
  await page.locator('#post summary').filter({ hasText: 'Figures' }).click();
  await page.locator('#post-readings-border_crossings_in-value').fill('1240');
  await page.route('**/updates', (route) =>
    route.fulfill({
      status: 422, contentType: 'application/problem+json',
      json: { type: 'x', title: 'x', status: 422, detail: 'x', errors: [{ pointer: '/readings/0/value', detail: 'reads oddly' }, { pointer: '/recipients/1', detail: 'is not a configured centre' }] },
    }),
  );
  await submit(page);
  await expect(page.locator('#post-readings-border_crossings_in-fault')).toHaveText('reads oddly');
  await expect(page.locator('#post-recipients-fault')).toHaveText('is not a configured centre');
  await expect(page.locator('#post-recipients-de-ncc')).toBeFocused();
  await expect(page.locator('#post-headline')).toHaveValue('Many wait');
  await expect(page.getByTestId('outbox')).toHaveCount(0);
});

test('figures stand beside the last ones, with the change since; a count is whole', async ({ browser }) => {
  const as_of = new Date(Date.now() - 3_600_000).toISOString();
  await say('Crossings', { readings: [{ indicator: 'border_crossings_in', value: 11_210, as_of, quality: 'measured' }], as_of });
  const page = await desk(browser);
  await page.locator('#post summary').filter({ hasText: 'Figures' }).click();
  const row = page.locator('[data-reading="border_crossings_in"]');
  await expect(row).toContainText('last 11,210');
  await row.locator('#post-readings-border_crossings_in-value').fill('12 450');
  await expect(row).toContainText('= 12,450 (+1,240 since');
  await row.locator('#post-readings-border_crossings_in-value').fill('12450.5');
  await write(page, 'More cross');
  await submit(page);
  await expect(page.locator('#post-readings-border_crossings_in-fault')).toHaveText('A whole number is needed: this counts.');
});

test('nothing to report, and the same as last, in two keys each', async ({ browser }) => {
  const first = await say('Trains run', { tlp: 'amber' });
  const page = await desk(browser);
  await expect(own(page, 'displacement')).toContainText('Trains run');
  await page.keyboard.press('Alt+s');
  await expect(page.getByRole('dialog')).toContainText('TLP:AMBER');
  await page.keyboard.press('1');
  await expect(page.getByTestId('said')).toContainText('posted and on record');
  const again = (await journal()).at(-1)?.update;
  expect(again).toMatchObject({ headline: 'Trains run', tlp: 'amber', supersedes: first.id });

  await page.locator('body').click({ position: { x: 1, y: 1 } });
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('1');
  await expect(own(page, 'displacement')).toHaveAttribute('data-status', 'nil');
  expect((await journal()).at(-1)?.update).toMatchObject({ nil: true, tlp: 'amber' });
});

test('nothing to report over an own extreme is asked about first, by the keys and by the form', async ({ browser }) => {
  const as_of = new Date(Date.now() - 60_000).toISOString();
  await say('Station hall is burning', { severity: 'extreme', as_of });
  await say('Border systems are down', { severity: 'extreme', as_of, sector: 'cyber' });
  const page = await desk(browser);
  await expect(own(page, 'cyber')).toHaveAttribute('data-status', 'extreme');
  const asks = page.getByRole('dialog', { name: 'Replace “extreme” by nothing to report?' });
  const replace = asks.getByRole('button', { name: 'Replace it: nothing to report' });
  await page.keyboard.press('Alt+n');
  await page.keyboard.press('1');
  await expect(asks).toContainText(/Displacement and reception: this cell says “Extreme” since .+ UTC: Station hall is burning\. “Nothing to report” replaces it/);
  await page.keyboard.press('Escape');
  await expect(asks).toHaveCount(0);
  await expect(page.getByRole('dialog', { name: /which sector/ })).toBeVisible();
  expect(await headlines()).toHaveLength(2);
  await page.keyboard.press('1');
  await replace.click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(own(page, 'displacement')).toHaveAttribute('data-status', 'nil');

  await page.locator('#post-sector').selectOption('cyber');
  await page.getByRole('radio', { name: 'Nothing to report' }).check();
  await page.locator('input[name="post-tlp"][value="green"]').check();
  await submit(page);
  await asks.getByRole('button', { name: 'Cancel' }).click();
  expect(await headlines()).toHaveLength(3);
  await submit(page);
  await replace.click();
  await expect(own(page, 'cyber')).toHaveAttribute('data-status', 'nil');
});

test('a sector without an own mark is asked for one before a nil report; none is preset', async ({ browser }) => {
  const page = await desk(browser);
  await page.keyboard.press('Alt+n');
  await page.keyboard.press('2');
  await expect(page.getByRole('dialog').getByRole('button', { name: /^Post/ })).toBeDisabled();
  await page.getByRole('dialog').getByRole('radio', { name: 'TLP:GREEN' }).check();
  await page.getByRole('dialog').getByRole('button', { name: /^Post/ }).click();
  await expect(own(page, 'civil_society')).toHaveAttribute('data-status', 'nil');
});

test('single letters can be turned off; with Alt they go on', async ({ browser }) => {
  const page = await desk(browser);
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: /Single letters/ }).uncheck();
  await page.keyboard.press('Escape');
  await page.locator('body').click({ position: { x: 1, y: 1 } });
  await page.keyboard.press('n');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Alt+n');
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('what is being written survives a reload', async ({ browser }) => {
  const page = await desk(browser);
  await write(page, 'Half a sentence', 'red');
  await page.getByRole('checkbox', { name: /^BE / }).check();
  await page.reload();
  await expect(page.locator('#post-headline')).toHaveValue('Half a sentence');
  await expect(page.getByRole('checkbox', { name: /^BE / })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'TLP:RED' })).toBeChecked();
});

test('an update written while the server is away is sent once, as of when it was written, also after the page was gone', async ({ browser }) => {
  const page = await desk(browser);
  await vigie.kill();
  await write(page, 'Written in the dark');
  await submit(page);
  await expect(page.getByTestId('post-said')).toContainText('Not sent yet');
  await expect(page.getByTestId('outbox')).toContainText('Not sent');
  await expect(page.getByTestId('outbox')).toContainText('Written in the dark');
  await expect(page.locator('#post-headline')).toHaveValue('');
  // The picture is greyed and says since when; the form goes on.
  await expect(page.getByTestId('picture')).toHaveAttribute('data-live', 'false', { timeout: 20_000 });
  await expect(page.getByTestId('not-live')).toBeVisible();
  await write(page, 'And another');
  await submit(page);
  await expect(page.getByTestId('not-sent')).toHaveText('Not sent: 2');
  await page.goto('about:blank');

  await vigie.startAgain();
  await page.goto(`${vigie.base}/desk/${CRISIS}`);
  await expect(page.getByTestId('post-said')).toBeAttached();
  await expect(page.getByTestId('not-sent')).toHaveCount(0);
  await expect.poll(headlines).toEqual(['Written in the dark', 'And another']);
  for (const { update, recorded_at } of (await journal()).filter(({ update }) => update)) {
    expect(Date.parse(update?.as_of ?? '')).toBeLessThan(Date.parse(recorded_at));
  }
});

test('an answer that was lost does not make a second entry', async ({ browser }) => {
  const page = await desk(browser);
  let lost = false;
  let read = (): void => {};
  const wasRead = new Promise<void>((resolve) => { read = resolve; });
  await page.route('**/updates', async (route) => {
    if (lost) {
      await wasRead;
      return route.continue();
    }
    lost = true;
    await route.fetch();
    await route.abort('connectionreset');
  });
  await write(page, 'Said once');
  await submit(page);
  await expect(page.getByTestId('post-said')).toContainText('Not sent yet');
  await expect(page.getByTestId('outbox')).toContainText('it may be on record');
  await expect(page.getByTestId('outbox').getByRole('button', { name: 'Change' })).toHaveCount(0);
  read();
  await expect(page.getByTestId('outbox')).toHaveCount(0);
  // What was said to be waiting is said to be on record as soon as it is.
  await expect(page.getByTestId('post-said')).toHaveText('Posted and on record.');
  expect(await headlines()).toEqual(['Said once']);
});

test('two tabs send what waits once, in order', async ({ browser }) => {
  const page = await desk(browser);
  const other = await page.context().newPage();
  await other.goto(`${vigie.base}/desk/${CRISIS}`);
  await expect(other.locator('#post')).toBeVisible();
  await vigie.kill();
  const expected = ['First', 'Second', 'Third'];
  for (const headline of expected) {
    await write(page, headline);
    await submit(page);
    await expect(page.getByTestId('outbox')).toContainText(headline);
  }
  await expect(other.getByTestId('not-sent')).toHaveText('Not sent: 3');
  await vigie.startAgain();
  await expect(page.getByTestId('outbox')).toHaveCount(0);
  await expect(other.getByTestId('outbox')).toHaveCount(0);
  expect(await headlines()).toEqual(expected);
});

test('nobody sends what someone else wrote', async ({ browser }) => {
  const page = await desk(browser);
  await vigie.kill();
  await write(page, 'Mine alone');
  await submit(page);
  await expect(page.getByTestId('outbox')).toContainText('Mine alone');
  await page.goto('about:blank');
  await vigie.startAgain();
  const colleague = vigie.token('pl-ncc', 'duty_officer').token;
  const signIn = async (token: string): Promise<void> => {
    await page.goto(`${vigie.base}/sign-in#token=${token}&next=/desk/${CRISIS}`);
    await page.waitForURL(`**/desk/${CRISIS}`);
    await expect(page.locator('#post')).toBeVisible();
  };
  await signIn(colleague);
  await expect(page.getByTestId('outbox')).toContainText('From other accounts in this browser');
  await expect(page.getByTestId('outbox')).not.toContainText('Mine alone');
  // The colleague's own goes out past it.
  await write(page, 'From the colleague');
  await submit(page);
  await expect(page.getByTestId('post-said')).toHaveText('Posted and on record.');
  expect(await headlines()).toEqual(['From the colleague']);
  await page.goto('about:blank');
  await signIn(poland);
  await expect(page.getByTestId('outbox')).toHaveCount(0);
  expect(await headlines()).toEqual(['From the colleague', 'Mine alone']);
});

test('a desk that stayed open sends nothing once someone else signed in beside it', async ({ browser }) => {
  const page = await desk(browser);
  await page.route('**/api/v1/session', (route) => route.abort());
  await write(page, 'Mine alone');
  await submit(page);
  await expect(page.getByTestId('outbox')).toContainText('The server cannot be reached');
  const other = await page.context().newPage();
  await other.goto(`${vigie.base}/sign-in#token=${vigie.token('pl-ncc', 'duty_officer').token}&next=/desk/${CRISIS}`);
  await expect(other.locator('#post')).toBeVisible();
  await page.unroute('**/api/v1/session');
  await expect(page.getByTestId('outbox')).toContainText('Someone else is signed in now');
  expect(await headlines()).toEqual([]);
});

test('what is refused later comes back with its reasons, and can be put right', async ({ browser }) => {
  const standing = await say('Old words');
  const page = await desk(browser);
  await own(page, 'displacement').getByRole('button', { name: 'Correct' }).click();
  await page.locator('#post-headline').fill('New words');
  await vigie.kill();
  await submit(page);
  await expect(page.getByTestId('outbox')).toContainText('New words');
  await page.goto('about:blank');
  await vigie.startAgain();
  await vigie.post(poland, `/crises/${CRISIS}/updates/${standing.id}/withdraw`, { reason: 'Wrong town' });
  await page.goto(`${vigie.base}/desk/${CRISIS}`);
  const refused = page.locator('[data-outbox="refused"]');
  await expect(refused).toContainText('New words');
  await expect(refused).toContainText('withdrawn');
  await refused.getByRole('button', { name: 'Change' }).click();
  await expect(page.locator('#post-headline')).toHaveValue('New words');
  await expect(page.getByTestId('outbox')).toHaveCount(0);
  await submit(page);
  await expect(page.getByTestId('post-said')).toHaveText('Posted and on record.');
  expect(await headlines()).toEqual(['Old words', 'New words']);
});

test('own words are corrected and withdrawn, and the history of the cell says who, when, why and what changed', async ({ browser }) => {
  await say('Reception in Rzeszów is full');
  const page = await desk(browser);
  await own(page, 'displacement').getByRole('button', { name: 'Correct' }).click();
  await expect(page.locator('#post-headline')).toBeFocused();
  await page.locator('#post-headline').fill('Reception in Lublin is full');
  await page.keyboard.press('Control+Enter');
  await expect(own(page, 'displacement')).toContainText('Reception in Lublin is full');

  await own(page, 'displacement').getByRole('button', { name: /History/ }).click();
  const history = page.getByTestId('history');
  await expect(history.locator('li[data-state]')).toHaveCount(2);
  await expect(history.locator('li[data-state="published"]').locator('del')).toContainText('Rzeszów');
  await expect(history.locator('li[data-state="published"]').locator('ins')).toContainText('Lublin');
  await expect(history.locator('li[data-state="superseded"]')).toContainText('PL');
  await page.keyboard.press('Escape');

  await own(page, 'displacement').getByRole('button', { name: 'Withdraw', exact: true }).click();
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(page.locator('#withdraw-reason-fault')).toBeVisible();
  await page.locator('#withdraw-reason').fill('Counted twice');
  await page.getByRole('button', { name: 'Withdraw it' }).click();
  await expect(own(page, 'displacement')).not.toContainText('Lublin');
  await page.keyboard.press('Alt+c');
  await page.locator('[data-open="pl-ncc/displacement"]').focus();
  await page.keyboard.press('Enter');
  await expect(history.locator('li[data-state="withdrawn"]')).toContainText('Counted twice');
});

test('only own words can be changed, and the cells are walked with arrows', async ({ browser }) => {
  await say('Words of Poland');
  const page = await desk(browser, vigie.token('be-nccn', 'duty_officer').token);
  await expect(page.getByRole('button', { name: 'Correct' })).toHaveCount(0);
  await page.keyboard.press('Alt+c');
  await expect(page.locator('[data-at="0/0"]')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[data-at="1/1"]')).toBeFocused();
  await page.locator('[data-open="pl-ncc/displacement"]').click();
  await expect(page.getByTestId('history')).toContainText('Words of Poland');
  await expect(page.getByRole('dialog').getByRole('button')).toHaveCount(1);
});

test('text that looks like personal data or a marking is warned of, and never blocked', async ({ browser }) => {
  const page = await desk(browser);
  await expect(page.locator('#post')).toContainText('Never enter EU classified information');
  await write(page, 'Reach Mrs Olena Kovalenko on +48 601 234 567');
  await expect(page.getByTestId('cautions').first()).toContainText('telephone number');
  await expect(page.getByTestId('cautions').first()).toContainText('name of a person');
  await page.locator('#post summary').filter({ hasText: 'More' }).click();
  await page.locator('#post-body').fill('RESTREINT UE/EU RESTRICTED');
  await expect(page.getByTestId('cautions').first()).toContainText('classification marking');
  await submit(page);
  await expect(page.getByTestId('post-said')).toHaveText('Posted and on record.');
});

test('a query and an escalation that ask us are answered where they stand', async ({ browser }) => {
  const update = await say('Reception is full');
  await vigie.post(coordinator, `/crises/${CRISIS}/updates/${update.id}/queries`, { question: 'How many wait?' });
  await vigie.post(coordinator, `/crises/${CRISIS}/escalations`, { title: 'Tents for 400', level: 'coordination', severity: 'severe', reason: 'Tonight', asked_of: 'pl-ncc', tlp: 'green' });
  const page = await desk(browser);
  const needs = page.getByTestId('needs');
  await expect(needs).toContainText('How many wait?');
  await needs.locator('article[data-query] textarea').fill('1 240 persons');
  await page.keyboard.press('Control+Enter');
  await expect(needs).not.toContainText('How many wait?');
  await needs.getByRole('button', { name: 'Acknowledge', exact: true }).click();
  await needs.getByRole('button', { name: 'Acknowledge: Do it' }).click();
  await expect(needs.getByTestId('desk-escalation')).toContainText('Acknowledged');
  expect((await journal()).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['query_answered', 'escalation_stepped']));
});

test('the desk chooses the only crisis by itself, and asks when there are several', async ({ browser }) => {
  const page = await vigie.open(browser, poland, '/desk');
  await page.waitForURL(`**/desk/${CRISIS}`);
  await vigie.post(coordinator, '/crises', { slug: 'flood', name: 'A flood', environment: 'actual' });
  await page.goto(`${vigie.base}/desk`);
  await page.getByRole('link', { name: /A flood/ }).click();
  await page.waitForURL('**/desk/flood');
});
