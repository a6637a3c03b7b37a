/** The rhythm against the real server: a cycle is set, reported on, excused from, changed and ended, and every screen tells it. */
import { type Browser, expect, type Page, test } from '@playwright/test';
import { dueIn } from './rhythm';
import { Vigie, willDo } from './vigie';

const CRISIS = 'meuse';
const CENTRES = ['be-nccn', 'bg-ncc', 'fr-ncc', 'nl-ncc'];

let vigie: Vigie;
let ercc: string;
test.beforeAll(async () => {
  vigie = await Vigie.serve();
  ercc = vigie.token('eu-ercc', 'coordinator', '--name', 'ERCC coordination').token;
  await vigie.post(ercc, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'exercise', centres: [...CENTRES, 'eu-ercc'] });
});
test.afterAll(async () => vigie.end());

async function seat(browser: Browser, centre: string, role: 'duty_officer' | 'wall_device' | 'coordinator', path: string): Promise<Page> {
  const { token } = vigie.token(centre, role, ...(role === 'wall_device' ? ['--ceiling', 'green'] : ['--name', `Officer of ${centre}`]));
  const page = await vigie.open(browser, token, path);
  await expect(page.locator('[data-live]').first()).toHaveAttribute('data-live', 'true');
  return page;
}

test('a cycle is set, reported on, excused from, missed, changed and ended', async ({ browser }) => {
  test.setTimeout(240_000);
  const board = await seat(browser, 'eu-ercc', 'coordinator', `/coordination/${CRISIS}#rhythm/new`);
  const wall = await seat(browser, 'be-nccn', 'wall_device', `/wall/${CRISIS}`);
  const rounds = wall.getByTestId('rounds');
  await expect(wall.getByTestId('next-due'), 'without cycles the terms of the updates count').toBeVisible();
  const desk = (centre: string): Promise<Page> => seat(browser, centre, 'duty_officer', `/desk/${CRISIS}`);
  const [belgian, dutch, french, bulgarian] = [await desk('be-nccn'), await desk('nl-ncc'), await desk('fr-ncc'), await desk('bg-ncc')];
  let due = '';

  await test.step('what is wrong with it stands beside its field', async () => {
    const form = board.locator('#cycle');
    await form.getByRole('radio', { name: 'Daily' }).check();
    await form.getByLabel('Times (UTC)').fill('06:00, 18:30');
    await form.getByLabel('Grace in minutes').fill('half an hour');
    await form.getByRole('button', { name: 'Set a cycle' }).click();
    await expect(form.locator('#cycle-name-fault')).toHaveText(/\S/);
    await expect(form.locator('#cycle-rrule-fault')).toContainText('times that share their minutes');
    await expect(form.locator('#cycle-grace_minutes-fault')).toContainText('number');
    await expect(form.locator('#cycle-name')).toBeFocused();
  });

  await test.step('it is set with few words, and the wall counts down to it', async () => {
    const form = board.locator('#cycle');
    await form.getByLabel('Name of the cycle').fill('Situation report');
    await form.getByRole('radio', { name: 'By a rule' }).check();
    await form.getByLabel('Rule', { exact: true }).fill('FREQ=MINUTELY;INTERVAL=10');
    await form.getByLabel('Grace in minutes').fill('10');
    await form.getByLabel('Reminders').fill('15');
    await form.getByRole('group', { name: 'Sectors' }).getByRole('button', { name: 'None' }).click();
    await form.getByRole('checkbox', { name: 'Cyber' }).check();
    await form.getByRole('checkbox', { name: 'ERCC' }).uncheck();
    await form.getByRole('button', { name: 'Set a cycle' }).click();
    await expect(form.locator('#cycle-rrule-fault'), 'the server says what is too quick').toHaveText(/15 minutes/);
    await form.getByLabel('Rule', { exact: true }).fill('FREQ=MINUTELY;INTERVAL=20');
    due = dueIn(0.5);
    await form.getByLabel('First due time (UTC)').fill(due.slice(0, 16));
    await form.getByRole('button', { name: 'Set a cycle' }).click();
    await expect(board.getByTestId('set-said')).toHaveText('The cycle “Situation report” is set.');
    await expect(rounds).toContainText('submitted 0/4, nil 0');
    await expect(rounds.getByRole('timer')).toHaveText(/^[01]:\d\d$/);
    await expect(rounds.locator('time')).toHaveAttribute('datetime', due);
    await expect(wall.getByTestId('next-due')).toHaveCount(0);
    // What is true as of the second in which the cycle was set is older than it: the next one is waited for.
    const first = await rounds.getByRole('timer').textContent();
    await expect(rounds.getByRole('timer')).not.toHaveText(first ?? '');
  });

  await test.step('a key leads from the slot to the form with its sector chosen', async () => {
    await expect(belgian.getByRole('button', { name: 'Needs us: 1' })).toBeVisible();
    await belgian.keyboard.press('Alt+r');
    await belgian.keyboard.press('Enter');
    await expect(belgian.locator('#post-sector')).toHaveValue('cyber');
    await belgian.locator('input[name="post-severity"][value="minor"]').check();
    await belgian.locator('#post-headline').fill('Meetnetten werken');
    await belgian.locator('input[name="post-tlp"][value="green"]').check();
    await belgian.locator('#post button[type="submit"]').click();
    await expect(rounds).toContainText('submitted 1/4, nil 0');
    const slot = belgian.getByTestId('my-slots').locator('[data-slot]').first();
    await expect(slot).toHaveAttribute('data-state', 'submitted');
    await expect(slot).toContainText('Meetnetten werken');
    await expect(belgian.getByRole('button', { name: /Needs us/ })).toHaveCount(0);
  });

  await test.step('a slot leads to the nil report of its sector alone', async () => {
    await dutch.getByTestId('my-slots').getByRole('button', { name: 'Nothing to report' }).first().click();
    const dialog = dutch.getByRole('dialog');
    await expect(dialog.locator('[data-line]')).toHaveCount(1);
    await dutch.keyboard.press('1');
    await dialog.locator('input[value="green"]').check();
    await dialog.getByRole('button', { name: 'Post' }).click();
    await expect(rounds).toContainText('submitted 1/4, nil 1');
    await expect(dutch.getByTestId('my-slots').locator('[data-slot]').first()).toHaveAttribute('data-state', 'nil');
  });

  await test.step('a centre is excused with a reason, and reads it', async () => {
    const grid = board.getByTestId('slot-grid');
    await grid.getByRole('button', { name: /^Excuse FR/ }).first().click();
    await board.locator('#excuse button[type="submit"]').click();
    await expect(board.locator('#excuse-reason-fault')).toHaveText(/\S/);
    await board.locator('#excuse-reason').fill('Moved to its reserve site');
    await board.locator('#excuse button[type="submit"]').click();
    await expect(board.getByRole('dialog')).toHaveCount(0);
    await expect(board.getByTestId('rhythm-said')).toContainText('Excused');
    await expect(grid.locator('[data-slot^="fr-ncc"]').first()).toHaveAttribute('data-state', 'excused');
    await expect(french.getByTestId('my-slots').locator('[data-slot]').first()).toContainText('Excused: Moved to its reserve site');
    await expect(rounds).toContainText('submitted 1/4, nil 1, excused 1');
  });

  await test.step('who owes it once it was due is named on every screen', async () => {
    await expect(rounds).toContainText('overdue 1 (BG)', { timeout: 100_000 });
    await expect(rounds).toContainText('submitted 1/4, nil 1, excused 1');
    await expect(rounds.getByRole('timer'), 'and the next is counted down to').toHaveText(/^(19|20):\d\d$/);
    await expect(bulgarian.getByTestId('my-slots').locator('[data-slot]').first()).toHaveAttribute('data-state', 'overdue');
    await expect(bulgarian.getByRole('button', { name: 'Needs us: 1' })).toBeVisible();
    await expect(board.getByRole('link', { name: /Rhythm/ })).toContainText('1 overdue');
    await expect(board.getByTestId('slot-grid').locator('[data-slot^="bg-ncc"]').first()).toHaveAttribute('data-state', 'overdue');
  });

  await test.step('a report within the grace is late', async () => {
    await bulgarian.getByTestId('my-slots').getByRole('button', { name: 'Nothing to report' }).first().click();
    await bulgarian.keyboard.press('1');
    await bulgarian.getByRole('dialog').locator('input[value="green"]').check();
    await bulgarian.getByRole('dialog').getByRole('button', { name: 'Post' }).click();
    await expect(rounds).toContainText('submitted 1/4, nil 1, late 1, excused 1');
    await expect(rounds).not.toContainText('overdue');
    await board.getByTestId('past-slots').locator('summary').click();
    const past = board.getByTestId('past-slots').getByTestId('slot-grid').locator('tbody tr');
    await expect(past).toHaveCount(4);
    await expect(past.nth(1).locator('[data-slot]')).toHaveAttribute('data-state', 'late');
  });

  await test.step('a change holds from then on, and the past keeps what held then', async () => {
    await board.getByRole('button', { name: 'Change this cycle' }).click();
    const form = board.locator('#change');
    await expect(form).toContainText('Reports that were due before keep what held then.');
    await form.getByRole('button', { name: 'Change this cycle' }).click();
    await expect(form.locator('.whole'), 'nothing was changed').toHaveText(/\S/);
    await form.getByRole('checkbox', { name: 'FR' }).uncheck();
    await form.getByLabel('Name of the cycle').fill('Situation report, shorter');
    await form.getByRole('button', { name: 'Change this cycle' }).click();
    await expect(form).toHaveCount(0);
    await expect(board.getByTestId('rhythm-said')).toContainText('Changed');
    const french = board.getByTestId('slot-grid').first().locator('tbody tr').filter({ has: board.getByRole('rowheader', { name: 'FR' }) }).locator('td');
    await expect(french.first()).toHaveAttribute('data-state', 'excused');
    await expect(french.nth(1)).not.toHaveAttribute('data-state');
  });

  await test.step('it is ended with its reason; what was due stays', async () => {
    const cycle = board.getByTestId('cycle');
    await cycle.getByRole('button', { name: 'End this cycle' }).click();
    await cycle.getByLabel('Why it ends').fill('The water falls');
    await cycle.getByRole('button', { name: 'End this cycle: put on record' }).click();
    await expect(cycle).toContainText('The water falls');
    await expect(cycle.getByRole('button', { name: 'End this cycle' })).toHaveCount(0);
    await expect(wall.getByTestId('next-due')).toBeVisible();
    await expect(rounds).toHaveCount(0);
    await expect(bulgarian.getByTestId('my-slots').locator('[data-slot]')).toHaveAttribute('data-state', 'late');
  });
});

test('what the clock raised, and who cannot and why, stands on wall, desk and coordination', async ({ browser }) => {
  const wall = await seat(browser, 'be-nccn', 'wall_device', `/wall/${CRISIS}`);
  const be = vigie.token('be-nccn', 'duty_officer').token;
  const { id } = await vigie.post(be, `/crises/${CRISIS}/escalations`, {
    title: 'Boats for 400 people', level: 'watch', severity: 'severe', reason: 'None are left.', asked_of: 'nl-ncc', tlp: 'green',
    ack_due: new Date(Date.now() + 1_500).toISOString(), resolve_due: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const board = await seat(browser, 'eu-ercc', 'coordinator', `/coordination/${CRISIS}#escalations/${id}`);
  const desk = await seat(browser, 'nl-ncc', 'duty_officer', `/desk/${CRISIS}`);
  const shown = [wall.getByTestId('escalation'), desk.getByTestId('desk-escalation'), board.getByTestId('detail'), board.locator(`[data-card="${id}"]`)];
  for (const one of shown) await expect(one).toContainText('level raised by the clock');
  await expect(board.getByTestId('history').locator('[data-lapse="ack"]')).toHaveText('Nobody answered in time: Coordination from then on');
  await expect(desk.getByTestId('desk-escalation')).toContainText('Nobody answered in time');

  const dutch = vigie.token('nl-ncc', 'duty_officer').token;
  await vigie.post(dutch, `/crises/${CRISIS}/escalations/${id}/acknowledge`, { answer: 'cannot', note: 'All boats are in Limburg' });
  for (const one of shown) {
    await expect(one).toContainText('CANNOT');
    await expect(one).toContainText('All boats are in Limburg');
  }
  await vigie.post(ercc, `/crises/${CRISIS}/escalations/${id}/acknowledge`, willDo());
  await expect(board.getByTestId('detail')).toContainText('will do by');
  for (const one of shown) await expect(one).not.toContainText('CANNOT');
});
