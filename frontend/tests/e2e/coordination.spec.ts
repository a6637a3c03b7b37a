/** Coordination against the real server: what is done here, and what others then see and may do. */
import { expect, type Locator, type Page, test } from '@playwright/test';
import { Vigie, willDo } from './vigie';

const CRISIS = 'meuse';
const AT = `/coordination/${CRISIS}`;
const CENTRES = ['be-nccn', 'de-ncc', 'nl-ncc', 'eu-ercc'];

let vigie: Vigie;
let ercc: string;
let be: string;
let de: string;

test.beforeAll(async () => {
  vigie = await Vigie.serve();
  ercc = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  be = vigie.token('be-nccn', 'duty_officer', '--name', 'Duty officer BE').token;
  de = vigie.token('de-ncc', 'duty_officer', '--name', 'Duty officer DE').token;
  await vigie.post(ercc, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'exercise', centres: CENTRES });
});
test.afterAll(async () => vigie.end());

function saidBy(token: string, centre: string, sector: string, headline: string): Promise<{ id: string }> {
  return vigie.post(token, `/crises/${CRISIS}/updates`, {
    centre, sector, severity: 'severe', outlook: 'worsening', headline, as_of: new Date().toISOString(), tlp: 'green', lang: 'en',
  });
}

async function open(page: Promise<Page>): Promise<Page> {
  const opened = await page;
  await expect(opened.getByTestId('coordination')).toHaveAttribute('data-live', 'true');
  return opened;
}

async function take(page: Page, step: string, fill: Record<string, string> = {}): Promise<void> {
  const steps = page.getByTestId('steps');
  await steps.getByRole('button', { name: step, exact: true }).click();
  for (const [label, text] of Object.entries(fill)) await steps.getByLabel(label).fill(text);
  await steps.getByRole('button', { name: `${step}: put on record` }).click();
  await expect(page.getByTestId('step-said')).toHaveText(`On record: ${step}.`);
}

const inColumn = (page: Page, state: string, title: string): Locator => page.locator(`[data-column="${state}"]`).getByRole('link', { name: title });

async function answer(path: string, token: string, body: unknown): Promise<number> {
  const response = await fetch(`${vigie.base}/api/v1${path}`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  return response.status;
}

test('an escalation is raised, answered by the asked centre, and closed, with its notes and clocks', async ({ browser }) => {
  const title = 'Pumps for the night';
  await saidBy(be, 'be-nccn', 'civil_protection', 'Dyke broken near Maaseik');
  const desk = await open(vigie.open(browser, ercc, AT));
  const asked = await open(vigie.open(browser, de, AT));

  await desk.getByRole('link', { name: 'Raise an escalation' }).click();
  const form = desk.locator('#raise');
  await form.getByLabel('Title').fill(title);
  await form.getByLabel('Level').selectOption('coordination');
  await form.getByLabel('Severity').selectOption('severe');
  await form.getByLabel('Asked of').selectOption('de-ncc');
  await form.getByLabel('Reason').fill('Four modules are missing.');
  await form.getByRole('radio', { name: 'TLP:GREEN' }).check();
  await form.getByText('Dyke broken near Maaseik').click();
  await form.getByText('More', { exact: true }).click();
  await form.getByLabel('Answer due').fill(new Date(Date.now() + 30 * 60_000).toISOString().slice(0, 19));
  await form.getByRole('button', { name: 'Raise' }).click();
  await expect(inColumn(desk, 'raised', title)).toContainText('NOBODY');

  // The asked centre: by keyboard from the board to the detail, with the update beside it.
  const card = inColumn(asked, 'raised', title);
  await expect(card).toContainText(/2\d:\d\d/);
  await expect(card).toContainText('to answer');
  await card.focus();
  await asked.keyboard.press('Enter');
  const detail = asked.getByTestId('detail');
  await expect(detail.getByRole('heading', { name: title })).toBeFocused();
  await expect(asked.getByTestId('linked')).toContainText('Dyke broken near Maaseik');
  await expect(asked.getByTestId('steps').getByRole('button')).toHaveText(['Acknowledge', 'Snooze']);
  await take(asked, 'Acknowledge', { Note: 'We look for them.' });
  await expect(inColumn(desk, 'acknowledged', title)).toContainText('with DE');
  await expect(desk.locator('.nobody')).toHaveCount(0);

  await asked.getByTestId('steps').getByRole('button', { name: 'Assign' }).click();
  await asked.getByTestId('steps').getByRole('button', { name: 'Assign: put on record' }).click();
  await expect(asked.getByLabel('Position that has it in hand')).toBeFocused();
  await expect(asked.getByLabel('Position that has it in hand')).toHaveAttribute('aria-invalid', 'true');
  await asked.getByTestId('steps').getByRole('button', { name: 'Assign', exact: true }).click();
  await take(asked, 'Assign', { 'Position that has it in hand': 'THW liaison' });
  await expect(inColumn(desk, 'assigned', title)).toContainText('THW liaison');
  await take(asked, 'Start');
  await take(asked, 'Resolve', { Decision: 'Two modules leave at 18:00.' });
  await expect(inColumn(desk, 'resolved', title)).toBeVisible();
  await expect(asked.getByTestId('steps').getByRole('button')).toHaveText(['Reopen']);

  await inColumn(desk, 'resolved', title).click();
  await take(desk, 'Close', { Note: 'Confirmed by BE.' });
  await expect(inColumn(desk, 'closed', title)).toBeVisible();
  const history = desk.getByTestId('history').getByRole('listitem');
  await expect(history).toHaveCount(6);
  await expect(history.nth(1)).toContainText(/Acknowledge.*DE · Duty officer · Duty officer DE.*We look for them\./s);
  await expect(history.nth(5)).toContainText('Confirmed by BE.');
  await expect(desk.getByTestId('detail')).toContainText('Two modules leave at 18:00.');

  // Escape leads back to the card.
  await desk.getByTestId('detail').getByRole('heading', { name: title }).focus();
  await desk.keyboard.press('Escape');
  await expect(inColumn(desk, 'closed', title)).toBeFocused();
});

test('arrow keys lead over the board, and a card that moves under the focus keeps it', async ({ browser }) => {
  const raise = (title: string): Promise<{ id: string }> =>
    vigie.post(ercc, `/crises/${CRISIS}/escalations`, { title, level: 'political', severity: 'extreme', reason: 'r', asked_of: 'de-ncc', tlp: 'green' });
  const first = await raise('First');
  const second = await raise('Second');
  await vigie.post(de, `/crises/${CRISIS}/escalations/${second.id}/acknowledge`, willDo());
  const page = await open(vigie.open(browser, ercc, AT));
  await expect(inColumn(page, 'acknowledged', 'Second')).toBeVisible();
  await inColumn(page, 'raised', 'First').focus();
  await page.keyboard.press('ArrowRight');
  await expect(inColumn(page, 'acknowledged', 'Second')).toBeFocused();
  await page.keyboard.press('ArrowLeft');
  await expect(inColumn(page, 'raised', 'First')).toBeFocused();
  await vigie.post(de, `/crises/${CRISIS}/escalations/${first.id}/acknowledge`, willDo());
  await expect(inColumn(page, 'acknowledged', 'First')).toBeFocused();
  await expect(page.locator('[data-card][tabindex="0"]')).toHaveCount(1);
});

test('a centre answers a query in its own words; the asker withdraws one that is settled', async ({ browser }) => {
  await saidBy(be, 'be-nccn', 'displacement', 'Reception at its limit');
  const desk = await open(vigie.open(browser, ercc, `${AT}#queries`));
  const centre = await open(vigie.open(browser, be, `${AT}#queries`));
  const ask = async (question: string): Promise<void> => {
    await desk.getByLabel('Find by headline').fill('reception be');
    await desk.getByTestId('found').getByRole('link').first().click();
    await desk.getByLabel('Question to the centre').fill(question);
    await desk.getByRole('button', { name: 'Ask the centre' }).click();
    await expect(desk.getByTestId('ask-said')).toHaveText('Asked and on record.');
  };
  await ask('How many places are left tonight?');
  const query = centre.locator('[data-queries="open"] [data-query]').filter({ hasText: 'How many places' });
  await expect(query).toContainText('ERCC · Coordinator · ERCC coordination');
  await expect(query.getByRole('button', { name: 'Withdraw the query' })).toHaveCount(0);
  await query.getByRole('button', { name: 'Answer', exact: true }).click();
  await query.getByLabel("Your centre's answer").fill('Forty, in two halls.');
  await query.getByRole('button', { name: 'Answer: put on record' }).click();
  const answered = desk.locator('[data-queries="answered"] [data-query]').filter({ hasText: 'How many places' });
  await expect(answered).toContainText('Forty, in two halls.');
  await expect(answered).toContainText('BE · Duty officer · Duty officer BE');

  await ask('Which halls?');
  const mine = desk.locator('[data-queries="open"] [data-query]').filter({ hasText: 'Which halls?' });
  await expect(mine.getByRole('button', { name: 'Answer', exact: true })).toHaveCount(0);
  await mine.getByRole('button', { name: 'Withdraw the query' }).click();
  await mine.getByLabel('Reason for withdrawing').fill('Said in the answer before.');
  await mine.getByRole('button', { name: 'Withdraw the query: put on record' }).click();
  await expect(centre.locator('[data-queries="withdrawn"] [data-query]')).toContainText('Said in the answer before.');

  // All of them stand beside the update itself, what is open first.
  await ask('Until when?');
  const beside = desk.getByTestId('linked').locator('[data-update] [data-asked]');
  await expect(beside).toHaveCount(3);
  await expect(beside.nth(0)).toContainText('Until when?');
  await expect(beside.nth(1)).toContainText('Forty, in two halls.');
  await expect(beside.nth(2)).toContainText('Said in the answer before.');
});

test('an IPCR mode is recorded with its source, as a record', async ({ browser }) => {
  const page = await open(vigie.open(browser, ercc, `${AT}#ipcr`));
  const officer = await open(vigie.open(browser, be, `${AT}#ipcr`));
  await expect(officer.locator('form#ipcr')).toHaveCount(0);
  const form = page.locator('form#ipcr');
  await form.getByLabel('Mode that was decided').selectOption('information_sharing');
  await form.getByRole('button', { name: 'Record this decision' }).click();
  await expect(form.getByLabel('In force since')).toBeFocused();
  await form.getByLabel('In force since').fill('2022-02-28T09:00:00');
  await form.getByLabel('Decided by').fill('French Presidency of the Council');
  await form.getByLabel('Source').fill('https://example.org/press');
  await form.getByRole('button', { name: 'Record this decision' }).click();
  await expect(page.getByTestId('ipcr-said')).toHaveText('The decision is on record.');
  for (const reader of [page, officer]) {
    const record = reader.getByTestId('ipcr');
    await expect(record).toContainText('nothing entered here activates or changes it');
    await expect(record.locator('.mode')).toHaveText('information sharing');
    await expect(record.getByRole('link', { name: 'https://example.org/press' })).toHaveAttribute('href', 'https://example.org/press');
    await expect(record.getByRole('listitem').first()).toContainText(/French Presidency of the Council.*by ERCC · Coordinator/s);
  }
});

test('a crisis is opened as an exercise, scoped, closed and reopened; ACTUAL must be typed', async ({ browser }) => {
  const page = await vigie.open(browser, ercc, '/coordination');
  await page.getByRole('navigation').getByRole('link', { name: 'Open a crisis' }).click();
  const form = page.locator('#open');
  await form.getByRole('button', { name: 'Open the crisis' }).click();
  await expect(form.getByRole('radio').first()).toBeFocused();
  await form.getByLabel('Name of the crisis').fill('Übung Rheinflut 2026');
  await expect(form.getByLabel('Short name')).toHaveValue('ubung-rheinflut-2026');
  const centres = form.getByRole('group', { name: /Centres/ });
  await centres.getByRole('button', { name: 'None' }).click();
  for (const code of ['BE', 'DE', 'ERCC']) await centres.getByRole('checkbox', { name: `${code} ·` }).check();

  // Actual asks for the word; the way out is in focus and leads back.
  await form.getByRole('radio', { name: 'ACTUAL' }).check();
  await form.getByRole('button', { name: 'Open as ACTUAL' }).click();
  const dialog = page.getByRole('dialog', { name: 'for real?' });
  await expect(dialog.getByRole('button', { name: 'Open as ACTUAL' })).toBeDisabled();
  await dialog.getByLabel('Type ACTUAL').fill('actual');
  await expect(dialog.getByRole('button', { name: 'Open as ACTUAL' })).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(form.getByRole('button', { name: 'Open as ACTUAL' })).toBeFocused();

  await form.getByRole('radio', { name: 'EXERCISE' }).check();
  await form.getByRole('button', { name: 'Open as EXERCISE' }).click();
  await page.waitForURL('**/coordination/ubung-rheinflut-2026');
  await expect(page.getByTestId('environment')).toHaveAttribute('data-environment', 'exercise');
  await expect(page.getByTestId('environment')).toContainText('Nothing here is real');

  const post = (): Promise<number> => answer('/crises/ubung-rheinflut-2026/updates', de, {
    centre: 'de-ncc', sector: 'cyber', severity: 'minor', outlook: 'stable', headline: 'x', as_of: new Date().toISOString(), tlp: 'green',
  });
  expect(await post()).toBe(201);

  await page.getByRole('navigation').getByRole('link', { name: 'Crisis and scope' }).click();
  const scope = page.locator('#scope');
  await scope.getByRole('checkbox', { name: 'DE ·' }).uncheck();
  await scope.getByRole('checkbox', { name: 'NL ·' }).check();
  await expect(page.getByTestId('scope-diff')).toContainText('Leaves the picture: DE');
  await expect(page.getByTestId('scope-diff')).toContainText('Joins the picture: NL');
  await scope.getByRole('button', { name: 'Change the scope' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Change the scope' }).click();
  await expect(page.getByTestId('scope-said')).toHaveText('The scope is changed.');
  expect(await post()).toBe(422);

  await page.locator('#close').getByLabel('Reason for closing').fill('Exercise over.');
  await page.locator('#close').getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close this crisis' }).click();
  await expect(page.getByTestId('closed')).toContainText('Exercise over.');
  expect(await answer('/crises/ubung-rheinflut-2026/escalations', ercc, { title: 't', level: 'watch', severity: 'minor', reason: 'r', asked_of: 'be-nccn', tlp: 'green' })).toBe(409);
  await page.getByRole('navigation').getByRole('link', { name: 'Escalations' }).click();
  await expect(page.getByRole('link', { name: 'Raise an escalation' })).toHaveCount(0);

  await page.getByRole('navigation').getByRole('link', { name: 'Crisis and scope' }).click();
  await page.getByRole('button', { name: 'Reopen the crisis' }).click();
  await page.getByLabel('Reason for reopening').fill('One more inject.');
  await page.getByRole('button', { name: 'Reopen the crisis: put on record' }).click();
  await expect(page.getByTestId('closed')).toHaveCount(0);
  expect(await answer('/crises/ubung-rheinflut-2026/escalations', ercc, { title: 't', level: 'watch', severity: 'minor', reason: 'r', asked_of: 'be-nccn', tlp: 'green' })).toBe(201);
});

test('a wall is paired, changed and revoked; a duty officer sees walls and no tokens', async ({ browser }) => {
  const api = `${vigie.base}/api/v1`;
  const begin = await fetch(`${api}/pairings`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  expect(begin.status).toBe(201);
  const pairing = (await begin.json()) as { id: string; code: string; secret: string };
  const collect = (): Promise<Response> => fetch(`${api}/pairings/${pairing.id}/collect`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ secret: pairing.secret }),
  });
  expect((await collect()).status).toBe(202);

  const page = await open(vigie.open(browser, de, `${AT}#devices`));
  await expect(page.getByRole('heading', { name: 'Tokens' })).toHaveCount(0);
  const form = page.locator('#pair');
  await form.getByLabel('Code on the wall').fill('AAA AAA');
  await form.getByLabel('Name of the wall').fill('Lageraum, links');
  await form.getByLabel('Shows at the most').selectOption('green');
  await form.getByLabel('Layout').selectOption('far');
  await form.getByRole('button', { name: 'Pair it' }).click();
  await expect(form.getByLabel('Code on the wall')).toBeFocused();
  await form.getByLabel('Code on the wall').fill(`${pairing.code.slice(0, 3)} ${pairing.code.slice(3).toLowerCase()}`);
  await form.getByRole('button', { name: 'Pair it' }).click();
  await expect(page.getByTestId('pair-said')).toContainText('Lageraum, links');
  const wall = page.getByTestId('devices').getByRole('listitem').filter({ hasText: 'Lageraum, links' });
  await expect(wall).toContainText('never yet');
  await expect(wall).toContainText('Far');

  const collected = await collect();
  expect(collected.status).toBe(201);
  const cookie = collected.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const whoami = (): Promise<Response> => fetch(`${api}/session`, { headers: { cookie } });
  expect(((await (await whoami()).json()) as { account: { device: unknown } }).account.device).toEqual({ layout: 'far', distance_m: 5, crisis: null });

  await wall.getByRole('button', { name: /^Change/ }).click();
  await wall.getByLabel('Crisis').selectOption(CRISIS);
  await wall.getByLabel('Read from').selectOption('8');
  await wall.getByRole('button', { name: 'Save' }).click();
  await expect(wall.getByRole('button', { name: 'Save' })).toHaveCount(0);
  await expect(wall).toContainText('Flood of the Meuse');
  expect(((await (await whoami()).json()) as { account: { device: unknown } }).account.device).toEqual({ layout: 'far', distance_m: 8, crisis: CRISIS });

  await wall.getByRole('button', { name: /^Revoke/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke “Lageraum, links”?' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByTestId('device-said')).toHaveText('“Lageraum, links” is revoked.');
  await expect(wall).toHaveCount(0);
  await expect(page.getByRole('heading', { name: /^Walls/ })).toBeFocused();
  expect((await whoami()).status).toBe(401);
});

test('a token is made, shown once, used and revoked', async ({ browser }) => {
  const page = await open(vigie.open(browser, ercc, `${AT}#devices`));
  const form = page.locator('#make-token');
  await form.getByRole('button', { name: 'Make a token' }).click();
  await expect(form.getByLabel('Position or program')).toBeFocused();
  await form.getByLabel('Position or program').fill('Night shift');
  await form.getByLabel('Role').selectOption('viewer');
  await form.getByLabel('Days it holds').fill('3');
  await form.getByRole('button', { name: 'Make a token' }).click();
  const token = await page.getByLabel('Token for “Night shift”').inputValue();
  const whoami = (): Promise<Response> => fetch(`${vigie.base}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  expect(((await (await whoami()).json()) as { account: unknown }).account).toMatchObject({ role: 'viewer', centre: 'eu-ercc', name: 'Night shift' });
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByTestId('made')).toHaveCount(0);
  const line = page.getByTestId('tokens').getByRole('listitem').filter({ hasText: 'Night shift' });
  await line.getByRole('button', { name: /^Revoke/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByTestId('token-said')).toHaveText('“Night shift” is revoked.');
  await expect(line).toHaveCount(0);
  expect((await whoami()).status).toBe(401);
  const own = page.getByTestId('tokens').getByRole('listitem').filter({ hasText: 'This is the one you are signed in with.' });
  await expect(own.getByRole('button')).toHaveCount(0);
});

test('who may only read acts on nothing; a viewer has no coordination', async ({ browser }) => {
  await vigie.post(ercc, `/crises/${CRISIS}/escalations`, { title: 'Of others', level: 'watch', severity: 'minor', reason: 'r', asked_of: 'de-ncc', tlp: 'green' });
  const viewer = vigie.token('nl-ncc', 'viewer').token;
  const page = await vigie.open(browser, viewer, '/');
  await expect(page.locator(`[data-crisis="${CRISIS}"]`).getByRole('link', { name: 'Desk' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Coordination' })).toHaveCount(0);
  const nl = vigie.token('nl-ncc', 'centre_lead').token;
  const other = await open(vigie.open(browser, nl, AT));
  await inColumn(other, 'raised', 'Of others').click();
  await expect(other.getByTestId('steps')).toHaveText(/No step is open to you here\./);
  await other.goto(`${vigie.base}${AT}#crisis`);
  await expect(other.getByText('Only a coordinator may change this.')).toBeVisible();
  await expect(other.locator('form')).toHaveCount(0);
});

test('a page whose link is lost says so and is grey until it is back', async ({ browser }) => {
  const page = await open(vigie.open(browser, ercc, AT));
  await vigie.kill();
  await expect(page.getByTestId('not-live')).toContainText('NOT LIVE since');
  await expect(page.getByTestId('coordination')).toHaveCSS('filter', 'grayscale(1) brightness(0.7)');
  await vigie.startAgain();
  await expect(page.getByTestId('coordination')).toHaveAttribute('data-live', 'true');
  await expect(page.getByTestId('not-live')).toHaveCount(0);
});
