/** A watch and its handover against the real server: one officer hands over, another signs, and everybody who must know does. */
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Vigie, willDo } from './vigie';

const CRISIS = 'meuse';
const HOUR = 3_600_000;
let vigie: Vigie;
let [ercc, dutch] = ['', ''];

test.beforeEach(async () => {
  vigie = await Vigie.serve();
  ercc = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  dutch = vigie.token('nl-ncc', 'duty_officer', '--name', 'Duty officer 1').token;
  await vigie.post(ercc, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'exercise', centres: ['be-nccn', 'nl-ncc', 'eu-ercc'] });
});
test.afterEach(async () => vigie.end());

/** Someone of the Belgian centre at a page. */
async function seat(browser: Browser, name: string, path: string, role: 'duty_officer' | 'viewer' = 'duty_officer'): Promise<Page> {
  const page = await vigie.open(browser, vigie.token('be-nccn', role, '--name', name).token, path);
  await expect(page.locator('[data-live]').first()).toHaveAttribute('data-live', 'true');
  return page;
}

async function coordination(browser: Browser): Promise<Page> {
  const page = await vigie.open(browser, ercc, `/coordination/${CRISIS}`);
  await expect(page.getByTestId('coordination')).toHaveAttribute('data-live', 'true');
  return page;
}

/** What an officer of the night leaves behind. */
async function night(): Promise<void> {
  const raised = await vigie.post(dutch, `/crises/${CRISIS}/escalations`, {
    title: 'Boats with crew for Limburg', level: 'coordination', severity: 'severe', reason: 'None are left.', asked_of: 'be-nccn', tlp: 'green', ack_due: new Date(Date.now() + HOUR).toISOString(),
  });
  await vigie.post(ercc, `/crises/${CRISIS}/escalations/${raised.id}/acknowledge`, willDo());
  const belgian = vigie.token('be-nccn', 'duty_officer').token;
  const update = await vigie.post(belgian, `/crises/${CRISIS}/updates`, {
    centre: 'be-nccn', sector: 'civil_protection', severity: 'extreme', outlook: 'worsening', headline: 'Dyke breached at Maaseik', tlp: 'green', as_of: new Date().toISOString(),
  });
  await vigie.post(ercc, `/crises/${CRISIS}/updates/${update.id}/queries`, { question: 'How many are inside the ring?' });
}

test('a shift is handed over by one account and signed for by another', async ({ browser }) => {
  test.setTimeout(120_000);
  await night();
  const outgoing = await seat(browser, 'Night watch', `/handover/${CRISIS}#write`);
  const incoming = await seat(browser, 'Day watch', `/desk/${CRISIS}`);
  const board = await coordination(browser);
  await expect(incoming.getByTestId('handover-waits')).toHaveCount(0);

  await test.step('what the system knows of the shift stands beside the form', async () => {
    const draft = outgoing.getByTestId('draft');
    await expect(draft.locator('[data-part="open-escalations"]')).toContainText('Boats with crew for Limburg');
    await expect(draft.locator('[data-part="open-queries"]')).toContainText('How many are inside the ring?');
    await expect(draft.getByTestId('changes').locator('[data-change="be-nccn/civil_protection"]')).toHaveAttribute('data-to', 'extreme');
    await expect(draft).toContainText('TLP:AMBER+STRICT');
  });

  await test.step('it follows what happens while the officer writes', async () => {
    await outgoing.locator('#offer-notes').fill('Maaseik is the whole picture.');
    await vigie.post(dutch, `/crises/${CRISIS}/escalations`, { title: 'Joint line on drinking water', level: 'watch', severity: 'moderate', reason: 'Asked by the press.', asked_of: 'be-nccn', tlp: 'green' });
    await expect(outgoing.getByTestId('draft').locator('[data-part="open-escalations"]')).toContainText('Joint line on drinking water', { timeout: 30_000 });
    await expect(outgoing.locator('#offer-notes')).toHaveValue('Maaseik is the whole picture.');
  });

  await test.step('what is wrong stands beside its field', async () => {
    await outgoing.locator('#offer-notes').fill('');
    await outgoing.locator('#offer-watch_items').fill(`Gauge at Chooz\n${'x'.repeat(161)}`);
    await outgoing.locator('#offer-notes').press('Control+Enter');
    await expect(outgoing.locator('#offer-notes-fault')).toHaveText('Write something here.');
    await expect(outgoing.locator('#offer-watch_items-fault')).toContainText('Line 2');
    await expect(outgoing.locator('#offer-notes')).toBeFocused();
  });

  await test.step('what is being written survives a reload', async () => {
    await outgoing.locator('#offer-notes').fill('Maaseik is the whole picture.');
    await outgoing.locator('#offer-watch_items').fill('Gauge at Chooz\nHospital of Bree');
    await outgoing.locator('#offer-staffing').fill('One officer until 07:30');
    await outgoing.reload();
    await expect(outgoing.locator('#offer-notes')).toHaveValue('Maaseik is the whole picture.');
    await expect(outgoing.locator('#offer-watch_items')).toHaveValue('Gauge at Chooz\nHospital of Bree');
  });

  await test.step('it is offered by keys, and who offered it cannot sign it', async () => {
    await outgoing.locator('#offer-notes').press('Control+Enter');
    await expect(outgoing.getByTestId('handover')).toHaveAttribute('data-state', 'offered');
    await expect(outgoing.getByTestId('no-sign')).toContainText('You offered this handover, so you cannot sign it');
    await expect(outgoing.locator('#sign form')).toHaveCount(0);
    await expect(outgoing.getByTestId('signature')).toHaveText('NOT SIGNED YET');
    const id = await outgoing.getByTestId('handover').getAttribute('data-handover');
    const refused = await outgoing.evaluate(async ([path]) => (await fetch(path ?? '', { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'own' }, body: '{}' })).status, [`/api/v1/crises/${CRISIS}/handovers/${id}/sign`]);
    expect(refused, 'nor does the server take it').toBe(403);
  });

  await test.step('the desk of whoever takes over says that it waits, and leads there', async () => {
    await expect(incoming.getByTestId('handover-waits')).toBeVisible({ timeout: 40_000 });
    await expect(incoming.getByRole('button', { name: /Needs us: / })).toBeVisible();
    await incoming.getByTestId('handover-waits').getByRole('link').click();
    await expect(incoming.getByTestId('handover')).toContainText('Maaseik is the whole picture.');
    await expect(incoming.getByTestId('handover').locator('.watch li')).toHaveText(['Gauge at Chooz', 'Hospital of Bree']);
  });

  await test.step('the system’s part is told as it stood at the offer', async () => {
    await vigie.post(dutch, `/crises/${CRISIS}/escalations`, { title: 'Raised after the offer', level: 'watch', severity: 'minor', reason: 'Later.', asked_of: 'be-nccn', tlp: 'green' });
    await incoming.reload();
    const shown = incoming.getByTestId('handover');
    await expect(shown.locator('[data-part="open-escalations"]')).toContainText('Joint line on drinking water');
    await expect(shown).not.toContainText('Raised after the offer');
  });

  await test.step('a viewer reads it and is told who signs', async () => {
    const viewer = await seat(browser, 'Press room', `/handover/${CRISIS}`, 'viewer');
    await expect(viewer.getByTestId('no-sign')).toContainText('Your role reads.');
    await expect(viewer.getByRole('link', { name: 'Hand over my shift' })).toHaveCount(0);
  });

  await test.step('another signs, and it is on record everywhere', async () => {
    await incoming.locator('#sign-note').fill('Read at the desk.');
    await incoming.locator('#sign-note').press('Control+Enter');
    await expect(incoming.getByTestId('handover')).toHaveAttribute('data-state', 'signed');
    await expect(incoming.getByTestId('signature')).toContainText('Day watch');
    await expect(incoming.getByTestId('signature')).toContainText('Read at the desk.');
    await expect(incoming.locator('#sign')).toHaveCount(0);
    await expect(outgoing.getByTestId('handover'), 'whoever offered it sees it without asking').toHaveAttribute('data-state', 'signed');
    const desk = await seat(browser, 'Third', `/desk/${CRISIS}`);
    await expect(desk.getByTestId('needs')).toBeVisible();
    await expect(desk.getByTestId('handover-waits')).toHaveCount(0);
    await expect(board.getByTestId('handovers-missing')).toHaveCount(0);
  });

  await test.step('on paper it is whole, black on white, with its label, and nothing else', async () => {
    await incoming.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
    await incoming.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await incoming.emulateMedia({ media: 'print' });
    for (const text of ['TLP:AMBER+STRICT', 'EXERCISE', 'Maaseik is the whole picture.', 'Gauge at Chooz', 'Day watch', 'Boats with crew for Limburg', 'Dyke breached at Maaseik']) {
      await expect(incoming.getByTestId('handover').getByText(text).first()).toBeVisible();
    }
    await expect(incoming.getByRole('navigation').first()).toBeHidden();
    const ink = await incoming.getByTestId('handover').evaluate((paper) => {
      const { color } = getComputedStyle(paper);
      return [color, getComputedStyle(document.body).backgroundColor];
    });
    expect(ink[0]).toBe('rgb(11, 23, 34)');
    const pdf = (await incoming.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
    expect((pdf.match(/\/Type \/Page\b/g) ?? []).length, 'pages of A4').toBeLessThanOrEqual(2);
  });
});

test('a shift that ended without a signed handover is told to the coordinator and to the centre', async ({ browser }) => {
  const shift = { from: new Date(Date.now() - 17 * HOUR).toISOString(), to: new Date(Date.now() - 9 * HOUR).toISOString() };
  const [one, other] = [vigie.token('be-nccn', 'duty_officer').token, vigie.token('be-nccn', 'duty_officer').token];
  const { id } = await vigie.post(one, `/crises/${CRISIS}/handovers`, { shift, notes: 'Calm.' });
  await vigie.post(other, `/crises/${CRISIS}/handovers/${id}/sign`, {});
  const board = await coordination(browser);
  await expect(board.getByTestId('handovers-missing')).toContainText('BE since');
  const page = await seat(browser, 'Day watch', `/handover/${CRISIS}`);
  await expect(page.getByTestId('ended')).toContainText('Shift ended without a signed handover');
  await page.getByRole('link', { name: 'Hand over my shift' }).click();
  await expect(page.locator('#offer-from'), 'the next begins where the last one ended').toHaveValue(shift.to.slice(0, 16));
});
