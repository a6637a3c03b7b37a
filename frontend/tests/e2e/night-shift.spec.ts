/**
 * A night shift by a clock that the test holds: a round of reports, an escalation that nobody answers, a handover. At the
 * end, what changed since the shift began is all that happened, and the replay is what the wall was.
 */
import { type Browser, expect, type Page, test } from '@playwright/test';
import type { Difference } from '../../src/api/types.gen';
import { HeldClock } from './held-clock';
import { expectSame, type Likeness, likenessOf } from './likeness';
import { contentOf, type Part, toldOn } from './told';
import { type Role, Vigie } from './vigie';

const CRISIS = 'meuse';
/** Who reports in the round. */
const REPORTING = ['be-nccn', 'bg-ncc', 'fr-ncc', 'mt-ncc', 'nl-ncc'];
const SECTOR = 'civil_protection';
const BOATS = 'Boats for 400 people on roofs';
const BREACH = 'Dyke breached at Maaseik, 400 people on roofs';
const SHIFT = { from: night('22:00'), to: night('06:00') };

/** What its officers did in that shift, as the screen says it, and not a line more. */
const HAPPENED: readonly Part[] = [
  ['rhythm', ['Reporting cycle set: Situation report', 'MT excused from the report of 10 Feb, 23:00 UTC: Moves to its reserve site']],
  ['silent', ['DE Crisis centre of Germany']],
  ['raised', [[
    `Severe Political BE asks NL ${BOATS} In progress, with NL raised 10 Feb, 22:55 UTC · TLP:GREEN`,
    `10 Feb, 23:25 UTC Nobody answered in time, now Coordination: ${BOATS}`,
    `10 Feb, 23:45 UTC Nobody answered in time, now Political: ${BOATS}`,
    '10 Feb, 23:50 UTC NL Acknowledge: will do by 11 Feb, 02:00 UTC',
    '11 Feb, 00:10 UTC NL Assign: Water rescue',
    '11 Feb, 00:10 UTC NL Start',
  ].join(' ')]],
  ['cells', [
    `BE Civil protection Moderate → to Severe ${BREACH} 10 Feb, 22:40 UTC · BE · Duty officer · Duty officer, night · TLP:GREEN`,
    'FR Civil protection No report → to Nothing to report Nothing to report 10 Feb, 23:10 UTC · FR · Duty officer · Duty officer of fr-ncc · TLP:GREEN',
    'NL Civil protection No report → to Nothing to report Nothing to report 10 Feb, 22:45 UTC · NL · Duty officer · Duty officer of nl-ncc · TLP:GREEN',
  ]],
  ['missed', ['BG Situation report, 10 Feb, 23:00 UTC']],
  ['heard', ['FR Crisis centre of France']],
];
const SIGNED: Part = ['handovers', ['BE Belgian National Crisis Centre']];

/** A time of that night, from the noon before it on, as the server writes it. */
function night(time: string, day = time < '12' ? 11 : 10): string {
  return `2026-02-${day}T${time}${time.length === 5 ? ':00' : ''}Z`;
}

const unchanged = (parts: string): Part => ['unchanged', [`Nothing changed in: ${parts}.`]];

let clock: HeldClock;
let vigie: Vigie;
test.beforeAll(async () => {
  clock = new HeldClock(night('21:00'));
  vigie = await Vigie.serveAt(clock);
});
test.afterAll(async () => {
  await vigie.end();
  clock.end();
});

type Officer = { centre: string; token: string };
function officer(centre: string, role: Role, name: string): Officer {
  return { centre, token: vigie.token(centre, role, '--name', name).token };
}

const put = ({ token }: Officer, path: string, body: object): Promise<{ id: string; position: string }> => vigie.post(token, `/crises/${CRISIS}${path}`, body);
const say = (by: Officer, sector: string, severity: string, headline: string): Promise<{ id: string; position: string }> =>
  put(by, '/updates', { centre: by.centre, sector, severity, outlook: 'stable', headline, lang: 'en', tlp: 'green', as_of: new Date(clock.now).toISOString() });

async function sit(browser: Browser, { token }: Pick<Officer, 'token'>, path: string): Promise<Page> {
  const page = await vigie.open(browser, token, path);
  await expect(page.locator('[data-live]').first()).toHaveAttribute('data-live', 'true');
  return page;
}

const rounds = (wall: Page) => wall.getByTestId('rounds');
const escalation = (wall: Page) => wall.getByTestId('escalation').filter({ hasText: BOATS });
const mine = (desk: Page) => desk.getByTestId('my-slots').locator(`[data-slot="${night('23:00')}"]`).first();
const slotOn = (board: Page, centre: string) => board.getByTestId('slot-grid').locator(`[data-slot="${centre} ${night('23:00')}"]`);

test('a night shift', async ({ browser }) => {
  test.setTimeout(120_000);
  const ercc = officer('eu-ercc', 'coordinator', 'ERCC coordination');
  const [evening, nightly, daily] = ['evening', 'night', 'day'].map((shift) => officer('be-nccn', 'duty_officer', `Duty officer, ${shift}`)) as [Officer, Officer, Officer];
  const [nl, fr, bg, de] = ['nl-ncc', 'fr-ncc', 'bg-ncc', 'de-ncc'].map((centre) => officer(centre, 'duty_officer', `Duty officer of ${centre}`)) as [Officer, Officer, Officer, Officer];

  await test.step('before the shift: what stands already is no change', async () => {
    await vigie.post(ercc.token, '/crises', { slug: CRISIS, name: 'Flood of the Meuse', environment: 'actual', centres: [...REPORTING, 'de-ncc', 'eu-ercc'] });
    await say(evening, SECTOR, 'moderate', 'Dykes are watched');
    await say(nl, 'displacement', 'minor', 'Halls in Roermond are ready');
    await say(de, 'displacement', 'minor', 'Halls in Aachen are ready');
    const bags = await put(fr, '/escalations', { title: 'Sandbags', level: 'coordination', severity: 'moderate', reason: 'Stocks are low.', asked_of: 'eu-ercc', tlp: 'green' });
    for (const [step, body] of [['acknowledge', { answer: 'will_do', until: night('21:30') }], ['assign', { assignee: 'Stocks desk' }], ['start', {}], ['resolve', { note: 'Delivered.' }]] as const) await put(ercc, `/escalations/${bags.id}/${step}`, body);
    await put(fr, `/escalations/${bags.id}/close`, { note: 'Received.' });
    clock.stand(night('21:50'));
    const { id } = await put(evening, '/handovers', { shift: { from: night('14:00'), to: night('22:00') }, notes: 'Quiet so far.', watch_items: [] });
    await put(nightly, `/handovers/${id}/sign`, {});
  });

  clock.stand(night('22:00'));
  const device = vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
  const [room, own] = [await sit(browser, device, `/wall/${CRISIS}`), await sit(browser, nightly, `/wall/${CRISIS}`)];
  const walls = [room, own];
  const desk = (by: Officer): Promise<Page> => sit(browser, by, `/desk/${CRISIS}`);
  const [belgian, dutch, french, bulgarian] = [await desk(nightly), await desk(nl), await desk(fr), await desk(bg)];
  const board = await sit(browser, ercc, `/coordination/${CRISIS}#rhythm`);
  const live: { at: string; wall: Likeness }[] = [];

  /** Time goes on to then, and every screen is told. */
  const until = async (time: string): Promise<void> => {
    clock.stand(night(time));
    await clock.isToldOn(room, own, belgian, dutch, french, bulgarian, board);
  };
  const strip = async (...said: string[]): Promise<void> => {
    for (const wall of walls) await expect.poll(async () => (await rounds(wall).locator('.round').allInnerTexts()).filter(Boolean)).toEqual(said);
  };
  /** Once the list of what happened, which does not move too often, has come to this. */
  const keep = async (newest: string): Promise<void> => {
    await expect(own.getByTestId('feed').locator('li').first()).toContainText(newest);
    live.push({ at: new Date(clock.now).toISOString(), wall: await likenessOf(own) });
  };

  await test.step('a cycle opens', async () => {
    await until('22:05');
    await expect(rounds(room)).toHaveCount(0);
    await put(ercc, '/cycles', {
      name: 'Situation report', sectors: [SECTOR], centres: REPORTING, starts_at: night('23:00'), rrule: 'FREQ=HOURLY;INTERVAL=8', grace_minutes: 30, reminder_minutes: [30],
    });
    await strip('23:00 submitted 0/5, nil 0');
    for (const wall of walls) {
      await expect(rounds(wall).getByRole('timer')).toHaveText('55:00');
      await expect(rounds(wall)).toContainText('23:00 UTC');
    }
    await expect(mine(bulgarian)).toHaveAttribute('data-state', 'open');
    await until('22:30');
    for (const page of [belgian, dutch, french, bulgarian]) await expect(mine(page)).toHaveAttribute('data-state', 'due_soon');
    await expect(bulgarian.getByTestId('feed'), 'and is reminded').toContainText('Report due at 23:00 UTC');
  });

  await test.step('one centre reports', async () => {
    await until('22:40');
    await belgian.keyboard.press('Alt+r');
    await belgian.keyboard.press('Enter');
    await expect(belgian.locator('#post-sector')).toHaveValue(SECTOR);
    await belgian.locator('input[name="post-severity"][value="severe"]').check();
    await belgian.locator('#post-headline').fill(BREACH);
    await belgian.locator('input[name="post-tlp"][value="green"]').check();
    await belgian.locator('#post button[type="submit"]').click();
    await strip('23:00 submitted 1/5, nil 0');
    await expect(mine(belgian)).toHaveAttribute('data-state', 'submitted');
    await expect(slotOn(board, 'be-nccn')).toHaveAttribute('data-state', 'submitted');
  });

  /** From its slot, an officer says that there is nothing to report. */
  const nothing = async (page: Page): Promise<void> => {
    await page.getByTestId('my-slots').getByRole('button', { name: 'Nothing to report' }).first().click();
    const dialog = page.getByRole('dialog');
    await page.keyboard.press('1');
    await dialog.locator('input[value="green"]').check();
    await dialog.getByRole('button', { name: 'Post' }).click();
    await expect(dialog).toHaveCount(0);
  };

  await test.step('one sends nil', async () => {
    await until('22:45');
    await nothing(dutch);
    await strip('23:00 submitted 1/5, nil 1');
    await expect(mine(dutch)).toHaveAttribute('data-state', 'nil');
    await expect(slotOn(board, 'nl-ncc')).toHaveAttribute('data-state', 'nil');
    await keep('Nothing to report');
  });

  await test.step('one is excused', async () => {
    await until('22:50');
    await board.getByTestId('slot-grid').getByRole('button', { name: /^Excuse MT/ }).first().click();
    await board.locator('#excuse-reason').fill('Moves to its reserve site');
    await board.locator('#excuse button[type="submit"]').click();
    await strip('23:00 submitted 1/5, nil 1, excused 1');
    await expect(slotOn(board, 'mt-ncc')).toHaveAttribute('data-state', 'excused');
  });

  await test.step('an escalation is raised, and nobody answers', async () => {
    await until('22:55');
    await belgian.locator('summary').filter({ hasText: 'Raise an escalation' }).click();
    const form = belgian.locator('#raise');
    await form.locator('#raise-title').fill(BOATS);
    await form.locator('#raise-level').selectOption('watch');
    await form.locator('#raise-severity').selectOption('severe');
    await form.locator('#raise-asked_of').selectOption('nl-ncc');
    await form.locator('#raise-reason').fill('Ours are all in use.');
    await form.locator('input[name="raise-tlp"][value="green"]').check();
    await form.getByRole('button', { name: 'Raise' }).click();
    for (const wall of walls) {
      await expect(escalation(wall)).toContainText('Watch');
      await expect(escalation(wall)).toContainText('NOBODY');
      await expect(escalation(wall).getByRole('timer')).toHaveText('30:00');
    }
  });

  await test.step('who owes a report that was due is named', async () => {
    await until('23:00:01');
    await strip('23:00 submitted 1/5, nil 1, excused 1', 'overdue 2 (BG, FR)');
    await expect(mine(bulgarian)).toHaveAttribute('data-state', 'overdue');
    await expect(board.getByRole('link', { name: /Rhythm/ })).toContainText('2 overdue');
  });

  await test.step('one is late', async () => {
    await until('23:10');
    await nothing(french);
    await strip('23:00 submitted 1/5, nil 1, late 1, excused 1', 'overdue 1 (BG)');
    await expect(mine(french)).toHaveAttribute('data-state', 'late');
    await expect(slotOn(board, 'fr-ncc')).toHaveAttribute('data-state', 'late');
  });

  /** The clock raises it: on walls, on the desk of who is asked, and in the list of what happened. */
  const risen = async (level: string, left: string): Promise<void> => {
    for (const wall of walls) {
      await expect(escalation(wall)).toContainText(level);
      await expect(escalation(wall)).toContainText('level raised by the clock');
      await expect(escalation(wall)).toContainText('NOBODY');
      await expect(escalation(wall).getByRole('timer')).toHaveText(left);
      await expect(wall.getByTestId('feed').locator('li').first()).toContainText(`Nobody answered in time, now ${level}: ${BOATS}`);
    }
    await expect(dutch.getByTestId('desk-escalation').filter({ hasText: BOATS })).toContainText(`Nobody answered in time: ${level} from then on`);
  };

  await test.step('its level goes up', async () => {
    await until('23:25:30');
    await risen('Coordination', '19:30');
    for (const wall of walls) await expect(wall.getByTestId('alarm')).toHaveText('');
  });

  await test.step('one is missed', async () => {
    await until('23:30');
    await expect(mine(bulgarian), 'the grace holds to its end').toHaveAttribute('data-state', 'overdue');
    await until('23:30:01');
    await strip('23:00 submitted 1/5, nil 1, late 1, excused 1', 'missed 1 (BG)');
    await expect(mine(bulgarian)).toHaveAttribute('data-state', 'missed');
    await expect(bulgarian.getByTestId('feed')).toContainText('Report of 23:00 UTC missed');
    await expect(slotOn(board, 'bg-ncc')).toHaveAttribute('data-state', 'missed');
  });

  await test.step('its level goes up again, to the top', async () => {
    await until('23:46');
    await risen('Political', '14:00');
    for (const wall of walls) await expect(wall.getByTestId('alarm')).toHaveText(`New top escalation: ${BOATS}.`);
    await keep(BOATS);
  });

  await test.step('it is answered', async () => {
    await until('23:50');
    const asked = dutch.getByTestId('desk-escalation').filter({ hasText: BOATS });
    await asked.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await asked.getByLabel('Done by (UTC)').fill('2026-02-11T02:00');
    await asked.getByRole('button', { name: 'Acknowledge: Do it' }).click();
    for (const wall of walls) {
      await expect(escalation(wall)).toContainText('Acknowledged, with NL');
      await expect(escalation(wall)).not.toContainText('NOBODY');
    }
    await until('00:10');
    await asked.getByRole('button', { name: 'Assign', exact: true }).click();
    await asked.getByLabel('Position that has it in hand').fill('Water rescue');
    await asked.getByRole('button', { name: 'Assign: Do it' }).click();
    await asked.getByRole('button', { name: 'Start', exact: true }).click();
    for (const wall of walls) await expect(escalation(wall)).toContainText('In progress, with NL Water rescue');
  });

  await test.step('a centre falls silent', async () => {
    await until('05:50');
    for (const wall of walls) await expect(wall.locator('[data-cell="de-ncc/displacement"]')).toHaveAttribute('data-status', 'stale');
    await strip('23:00 submitted 1/5, nil 1, late 1, excused 1', 'missed 1 (BG)');
    await keep('Start');
  });

  await test.step('the shift is handed over and signed', async () => {
    const outgoing = await sit(browser, nightly, `/handover/${CRISIS}#write`);
    await expect(outgoing.locator('#offer-from'), 'from where the last one ended').toHaveValue('2026-02-10T22:00');
    await expect(outgoing.locator('#offer-to'), 'to its planned end').toHaveValue('2026-02-11T06:00');
    await outgoing.locator('#offer-notes').fill('Boats are under way; 400 people still on roofs.');
    await outgoing.locator('#offer-watch_items').fill('Gauge at Borgharen');
    await outgoing.locator('#offer-notes').press('Control+Enter');
    const offered = outgoing.getByTestId('handover');
    await expect(offered).toHaveAttribute('data-state', 'offered');
    await expect(offered.locator('[data-part="open-escalations"]')).toContainText(BOATS);
    expect(await toldOn(offered.getByTestId('changes')), 'what the system tells the next shift is what happened').toEqual([...HAPPENED, unchanged('The crisis itself, Queries, Figures, Shifts handed over')]);

    await until('06:00:01');
    await expect(board.getByTestId('handovers-missing')).toContainText('BE since 11 Feb, 06:00 UTC');
    const incoming = await sit(browser, daily, `/handover/${CRISIS}`);
    await expect(incoming.getByTestId('ended')).toContainText('Shift ended without a signed handover');
    await incoming.locator('#sign-note').fill('Taken over.');
    await incoming.locator('#sign-note').press('Control+Enter');
    await expect(incoming.getByTestId('handover')).toHaveAttribute('data-state', 'signed');
    await expect(incoming.getByTestId('signature')).toContainText('Duty officer, day');
    await expect(offered).toHaveAttribute('data-state', 'signed');
    await expect(board.getByTestId('handovers-missing')).toHaveCount(0);
    for (const wall of walls) await expect(wall.getByTestId('feed').locator('li').first()).toContainText('BE: shift handed over and signed');
  });

  await test.step('what changed since the shift began is exactly what happened', async () => {
    const page = await vigie.open(browser, daily.token, `/changes/${CRISIS}`);
    await page.getByLabel('My shift began (UTC)').fill(SHIFT.from.slice(0, 19));
    await page.getByRole('button', { name: 'Show' }).click();
    await expect(page.getByTestId('span')).toHaveText('10 Feb, 22:00 UTC to 11 Feb, 06:00 UTC');
    expect(await toldOn(page.getByTestId('changes'))).toEqual([...HAPPENED, SIGNED, unchanged('The crisis itself, Queries, Figures')]);
    const difference = await vigie.get<Difference>(daily.token, `/crises/${CRISIS}/changes?since=${SHIFT.from}`);
    expect(contentOf(difference)).toEqual({
      since_at: night('22:00'), upto_at: night('06:00:01'), crisis: null, readings: [], silent: ['de-ncc'], missed: [`bg-ncc ${night('23:00')}`],
      cells: [
        [`be-nccn/${SECTOR}`, `moderate: Dykes are watched, ${night('21:00')}`, `severe: ${BREACH}, ${night('22:40')}`],
        [`fr-ncc/${SECTOR}`, null, `nil: Nothing to report, ${night('23:10')}`],
        [`nl-ncc/${SECTOR}`, null, `nil: Nothing to report, ${night('22:45')}`],
      ],
      escalations: {
        new: [{
          title: BOATS, level: 'political', state: 'in_progress', owner: 'nl-ncc', assignee: 'Water rescue', until: night('02:00'),
          steps: [`acknowledge ${night('23:50')} nl-ncc`, `assign ${night('00:10')} nl-ncc`, `start ${night('00:10')} nl-ncc`],
          lapses: [`ack ${night('23:25')} coordination`, `ack ${night('23:45')} political`],
        }],
        closed: [], changed: [], gone: [],
      },
      queries: { new: [], answered: [], withdrawn: [], gone: [] },
      centres: [
        ['be-nccn', `last_heard ${night('22:40')}`, `last_handover ${night('06:00:01')}`, `next_handover ${night('14:00', 11)}`],
        ['fr-ncc', `last_heard ${night('23:10')}`],
        ['nl-ncc', `last_heard ${night('22:45')}`],
      ],
      cycles: [[null, 'Situation report', null]],
      slots: [
        ['be-nccn', null, `${night('23:00')} filled ${night('22:40')}`],
        ['fr-ncc', null, `${night('23:00')} filled ${night('23:10')}, nil`],
        ['mt-ncc', null, `${night('23:00')} excused: Moves to its reserve site`],
        ['nl-ncc', null, `${night('23:00')} filled ${night('22:45')}, nil`],
      ],
    });
  });

  await test.step('the replay is what the wall was, at three moments', async () => {
    expect(live).toHaveLength(3);
    for (const { at, wall } of live) {
      // A wall is dark, a person's screen as its reader has it.
      const replay = await vigie.open(browser, nightly.token, `/replay/${CRISIS}?${new URLSearchParams({ at }).toString()}`, { colorScheme: 'dark' });
      await expect(replay.getByTestId('replay')).toHaveAttribute('data-at', at);
      expectSame(await likenessOf(replay), wall, at);
      await replay.context().close();
    }
  });
});
