/** Every page and state there is, each with how to come to it: what is looked at for faults and drawn as pictures. */
import { type Browser, type BrowserContextOptions, expect, type Page } from '@playwright/test';
import { Line } from './line';
import { pair, type Settings } from './walls';
import { Vigie } from './vigie';
import { type Reader, SCENE, type World } from './world';

export type Look = BrowserContextOptions & { theme: 'dark' | 'light' };
export type State = { name: string; wall?: true; open: (world: World, browser: Browser, look: Look) => Promise<Page> };

/** The theme is kept in the browser, as a reader's choice is. */
const options = ({ theme, ...more }: Look, origin: string): BrowserContextOptions => ({
  ...more, colorScheme: theme, storageState: { cookies: [], origins: [{ origin, localStorage: [{ name: 'vigie.theme', value: theme }] }] },
});

async function at(world: World, browser: Browser, look: Look, reader: Reader, path: string, base = world.vigie.base): Promise<Page> {
  return world.vigie.open(browser, world.token(reader), path, options(look, base), base);
}

const live = (page: Page): Promise<void> => expect(page.locator('[data-live]').first()).toHaveAttribute('data-live', 'true');

function wall(name: string, crisis: string, then: (page: Page) => Promise<unknown> = async () => {}): State {
  return {
    name, wall: true,
    open: async (world, browser, look) => {
      const page = await at(world, browser, look, 'wall', `/wall/${crisis}`);
      await live(page);
      await then(page);
      return page;
    },
  };
}

/** A wall that was paired, with the settings of its centre. */
function paired(name: string, settings: Settings, then: (page: Page) => Promise<unknown> = async () => {}): State {
  return {
    name, wall: true,
    open: async (world, browser, look) => {
      const page = await (await browser.newContext(options(look, world.vigie.base))).newPage();
      await page.goto(`${world.vigie.base}/wall`);
      await pair(world.vigie, page, world.token('officer'), settings, name);
      await live(page);
      await then(page);
      return page;
    },
  };
}

/** A screen whose line to the server is cut once it has its picture and what `whole` looks for. */
function cutOff(name: string, reader: Reader, path: string, whole: string, then: (page: Page) => Promise<unknown>): State {
  return {
    name, ...(reader === 'wall' ? { wall: true } : {}),
    open: async (world, browser, look) => {
      const line = await Line.to(world.vigie.base);
      const page = await at(world, browser, look, reader, path, line.base);
      page.on('close', () => line.close());
      await live(page);
      await expect(page.locator(whole).first()).toBeVisible();
      line.cut();
      await then(page);
      return page;
    },
  };
}

function desk(name: string, then: (page: Page) => Promise<unknown> = async () => {}, crisis = SCENE, reader: Reader = 'officer'): State {
  return {
    name,
    open: async (world, browser, look) => {
      const page = await at(world, browser, look, reader, `/desk/${crisis}`);
      await live(page);
      await then(page);
      return page;
    },
  };
}

function coordination(name: string, view: string, then: (page: Page) => Promise<unknown> = async () => {}, crisis = SCENE): State {
  return {
    name,
    open: async (world, browser, look) => {
      const page = await at(world, browser, look, 'coordinator', `/coordination/${crisis}#${view}`);
      await live(page);
      await expect(page.locator('main h2').first()).toBeVisible();
      await then(page);
      return page;
    },
  };
}

/** A server on which no crisis is open. */
function before(name: string, role: 'duty_officer' | 'wall_device', path: string, then: (page: Page) => Promise<unknown>): State {
  return {
    name, ...(role === 'wall_device' ? { wall: true } : {}),
    open: async (_, browser, look) => {
      const vigie = await Vigie.serve();
      const page = await vigie.open(browser, vigie.token('be-nccn', role).token, path, options(look, vigie.base));
      page.on('close', () => void vigie.end());
      await then(page);
      return page;
    },
  };
}

function plain(name: string, reader: Reader | null, path: string, then: (page: Page) => Promise<unknown>): State {
  return {
    name,
    open: async (world, browser, look) => {
      if (reader !== null) {
        const page = await at(world, browser, look, reader, path);
        await then(page);
        return page;
      }
      const page = await (await browser.newContext(options(look, world.vigie.base))).newPage();
      await page.goto(world.vigie.base + path);
      await then(page);
      return page;
    },
  };
}

function duty(name: string, reader: Reader, path: string, then: (page: Page) => Promise<unknown> = async () => {}): State {
  return plain(name, reader, path, async (page) => {
    await live(page);
    await then(page);
  });
}

/** Replays come with their last key moment, shown whole. */
function replay(name: string, crisis: string, then: (page: Page) => Promise<unknown> = async () => {}): State {
  return plain(name, 'officer', `/replay/${crisis}`, async (page) => {
    await expect(page.getByTestId('replay')).toHaveAttribute('data-at', /Z$/);
    await expect(page.getByTestId('picture').locator('[data-cell]').first()).toBeAttached();
    await then(page);
  });
}

const visible = (selector: string) => (page: Page): Promise<void> => expect(page.locator(selector).first()).toBeVisible();
const notLive = visible('[data-testid="not-live"]');

async function openFolds(page: Page): Promise<void> {
  const folds = page.locator('#post details');
  await expect(folds.first()).toBeVisible();
  for (const fold of await folds.all()) {
    await fold.locator('> summary').click();
    await expect(fold).toHaveAttribute('open');
  }
}

export const STATES: readonly State[] = [
  plain('sign-in', null, '/sign-in', visible('#token')),
  plain('sign-in-refused', null, '/sign-in', async (page) => {
    await page.locator('#token').fill('not-a-token');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('alert')).not.toHaveText('');
  }),
  plain('home', 'coordinator', '/', visible('[data-crisis]')),
  plain('choose-a-desk', 'officer', '/desk', visible('main a')),

  before('wall-no-crisis', 'wall_device', '/wall', visible('[data-testid="blank"][data-state="said"]')),
  before('desk-no-crisis', 'duty_officer', '/desk', visible('[data-testid="no-crisis"]')),

  wall('wall', 'dnister', visible('[data-testid="escalation"]')),
  wall('wall-exercise', 'drill', visible('[data-testid="escalation"]')),
  wall('wall-test', 'trial'),
  wall('wall-empty', 'quiet'),
  wall('wall-thirty-silent', 'silence'),
  wall('wall-closed', 'over'),
  cutOff('wall-link-lost', 'wall', '/wall/dnister', '[data-testid="escalation"]', notLive),
  paired('wall-rotation', { layout: 'overview', distance_m: 3 }, visible('[data-testid="rotation"]')),
  {
    name: 'wall-revoked', wall: true,
    open: async (world, browser, look) => {
      const { id, token } = world.vigie.token('be-nccn', 'wall_device', '--ceiling', 'green');
      const page = await world.vigie.open(browser, token, '/wall/dnister', options(look, world.vigie.base));
      await live(page);
      world.vigie.revoke(id);
      await expect(page.getByTestId('signed-out')).toBeVisible();
      // After twenty seconds it would show a code again; it is held as it is.
      await page.evaluate(() => {
        for (let timer = window.setTimeout(() => {}, 0); timer > 0; timer -= 1) clearTimeout(timer);
      });
      return page;
    },
  },
  { ...plain('pairing', null, '/wall', visible('[data-testid="code"]')), wall: true },
  paired('far', { layout: 'far', distance_m: 5, crisis: 'dnister' }, visible('[data-testid="escalation"]')),
  paired('far-3m', { layout: 'far', distance_m: 3, crisis: 'dnister' }, visible('[data-testid="escalation"]')),
  paired('far-8m', { layout: 'far', distance_m: 8, crisis: 'dnister' }, visible('[data-tile]')),
  paired('far-exercise', { layout: 'far', distance_m: 5, crisis: 'drill' }, visible('[data-testid="escalation"]')),
  paired('far-empty', { layout: 'far', distance_m: 5, crisis: 'quiet' }),
  paired('far-thirty-silent', { layout: 'far', distance_m: 5, crisis: 'silence' }),

  desk('desk', visible('[data-own]')),
  desk('desk-faults', async (page) => {
    await openFolds(page);
    await page.locator('input[name="post-tlp"][value="red"]').check();
    await page.locator('#post-areas').fill('pl8211');
    await page.locator('#post-body').fill('RESTREINT UE. Reach Mrs Olena Kovalenko on +48 601 234 567');
    await page.locator('#post button[type="submit"]').click();
    await expect(page.getByTestId('faults')).toBeVisible();
  }),
  desk('desk-nothing-to-report', async (page) => {
    await page.keyboard.press('Alt+n');
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  desk('desk-nothing-over-extreme', async (page) => {
    await page.keyboard.press('Alt+n');
    await page.keyboard.press('8');
    await expect(page.getByRole('dialog', { name: 'Replace “extreme”' })).toBeVisible();
  }),
  desk('desk-history', async (page) => {
    await page.locator('[data-own="civil_protection"]').getByRole('button', { name: 'History of' }).click();
    await expect(page.getByTestId('history').locator('li').first()).toBeVisible();
  }),
  desk('desk-keys', async (page) => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  desk('desk-exercise', visible('[data-own]'), 'drill'),
  desk('desk-empty', visible('#post'), 'quiet'),
  desk('desk-reads-only', visible('main'), SCENE, 'nothing_to_write'),
  desk('desk-closed', visible('main'), 'over'),
  cutOff('desk-outbox', 'officer', `/desk/${SCENE}`, '#post', async (page) => {
    await notLive(page);
    await page.locator('#post-sector').selectOption('cyber');
    await page.locator('input[name="post-severity"][value="severe"]').check();
    await page.locator('#post-headline').fill('Written while the server was away');
    await page.locator('input[name="post-tlp"][value="green"]').check();
    await page.locator('#post button[type="submit"]').click();
    await expect(page.getByTestId('outbox')).toBeVisible();
  }),

  coordination('coordination', 'escalations', visible('[data-card].late')),
  coordination('coordination-detail', 'escalations', async (page) => {
    await page.locator('[data-card].late').first().click();
    await expect(page.locator('[data-update]')).toHaveCount(2);
    await page.getByTestId('steps').getByRole('button').first().click();
  }),
  coordination('coordination-raise', 'escalations/new', async (page) => {
    await page.locator('#raise button[type="submit"]').click();
    await expect(page.locator('#raise .fault').first()).toBeVisible();
  }),
  coordination('coordination-queries', 'queries', async (page) => {
    await page.getByTestId('found').getByRole('link', { name: 'Stromausfall' }).click();
    await expect(page.locator('[data-update]')).toBeVisible();
  }),
  coordination('coordination-rhythm', 'rhythm', async (page) => {
    await page.locator('[data-cycle]').filter({ hasText: 'Water levels' }).click();
    await page.getByTestId('past-slots').locator('summary').click();
    await expect(page.getByTestId('slot-grid').first()).toBeVisible();
    await page.getByRole('button', { name: 'Change this cycle' }).click();
    await expect(page.locator('#change')).toBeVisible();
  }),
  coordination('coordination-rhythm-set', 'rhythm/new', async (page) => {
    await page.locator('#cycle').getByRole('radio', { name: 'Weekly' }).check();
    await page.locator('#cycle').getByLabel('Times (UTC)').fill('noon');
    await page.locator('#cycle button[type="submit"]').click();
    await expect(page.locator('#cycle .fault').first()).toBeVisible();
  }),
  coordination('coordination-rhythm-excuse', 'rhythm', async (page) => {
    await page.getByTestId('slot-grid').getByRole('button').first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  coordination('coordination-rhythm-empty', 'rhythm', visible('[data-testid="rhythm"]'), 'trial'),
  coordination('coordination-ipcr', 'ipcr', visible('form#ipcr')),
  coordination('coordination-scope', 'crisis', visible('#scope')),
  coordination('coordination-close-asks', 'crisis', async (page) => {
    await page.locator('#close').getByRole('textbox').fill('Over.');
    await page.locator('#close').getByRole('button').click();
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  coordination('coordination-devices', 'devices', async (page) => {
    await page.locator('[data-device]').first().getByRole('button').first().click();
    await expect(page.locator('[data-device] form').first()).toBeVisible();
  }),
  coordination('coordination-keys', 'escalations', async (page) => {
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  coordination('coordination-exercise', 'escalations', visible('[data-card]'), 'drill'),
  coordination('coordination-empty', 'escalations', visible('main'), 'trial'),
  coordination('coordination-closed', 'crisis', visible('[data-testid="closed"]'), 'over'),
  cutOff('coordination-link-lost', 'coordinator', `/coordination/${SCENE}`, '[data-card]', notLive),
  plain('open-a-crisis', 'coordinator', '/coordination#open', visible('#open')),
  plain('open-as-actual-asks', 'coordinator', '/coordination#open', async (page) => {
    const form = page.locator('#open');
    await form.getByLabel('Name of the crisis').fill('Flood of the Rhine');
    await form.getByRole('radio', { name: 'ACTUAL' }).check();
    await form.getByRole('button', { name: 'Open as ACTUAL' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  plain('tokens', 'coordinator', '/coordination#devices', visible('#make-token')),
  plain('notices', 'coordinator', '/coordination#devices', async (page) => {
    const form = page.locator('#make-destination');
    await form.getByRole('textbox').fill('https://alerts.example.org/hooks/vigie');
    await form.getByRole('button').click();
    await expect(page.getByTestId('made-secret')).toBeVisible();
    await expect(page.locator('[data-destination]').first()).toBeVisible();
  }),

  plain('sheet', 'officer', '/sheet/dnister', visible('[data-testid="paper"]')),

  replay('replay', SCENE),
  replay('replay-exercise', 'drill'),
  replay('replay-moments', SCENE, async (page) => {
    await page.getByTestId('moments').click();
    await expect(page.getByTestId('moment-list').locator('[aria-current]')).toHaveCount(1);
  }),
  plain('replay-before-it-began', 'officer', '/replay/dnister?at=2020-01-01T00:00:00Z', visible('[data-testid="problem"]')),
  duty('log', 'officer', `/log/${SCENE}`, visible('[data-entry].corrected')),
  duty('log-key-events', 'officer', `/log/${SCENE}`, async (page) => {
    await page.locator('#filter-key').check();
    await expect(page.locator('[data-entry][data-key="false"]')).toHaveCount(0);
  }),
  duty('log-correcting', 'officer', `/log/${SCENE}`, async (page) => {
    await page.locator('[data-entry]:not(.corrected)').first().getByRole('button', { name: 'Correct the entry' }).click();
    await expect(page.getByTestId('correcting')).toBeVisible();
    await page.locator('#log-refs summary').click();
    await page.locator('#log-text').fill('');
    await page.locator('#log button[type="submit"]').click();
    await expect(page.locator('#log-text-fault')).toBeVisible();
  }),
  duty('log-faults', 'officer', `/log/${SCENE}`, async (page) => {
    await page.locator('input[name="log-tlp"][value="red"]').check();
    await page.locator('#log button[type="submit"]').click();
    await expect(page.getByTestId('faults')).toBeVisible();
  }),
  duty('log-empty', 'coordinator', '/log/quiet', visible('.none')),
  duty('log-reads-only', 'nothing_to_write', `/log/${SCENE}`, visible('[data-entry]')),
  duty('log-keys', 'officer', `/log/${SCENE}`, async (page) => {
    await page.getByTestId('entries').locator('[data-entry]').first().waitFor();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
  }),
  cutOff('log-link-lost', 'officer', `/log/${SCENE}`, '[data-entry]', notLive),
  cutOff('handover-link-lost', 'officer', `/handover/${SCENE}`, '#sign-note', notLive),

  duty('handover-to-sign', 'officer', `/handover/${SCENE}`, visible('#sign-note')),
  duty('handover-signed', 'officer', `/handover/${SCENE}`, async (page) => {
    await page.locator('[data-listed][data-state="signed"] a').first().click();
    await expect(page.getByTestId('handover')).toHaveAttribute('data-state', 'signed');
  }),
  duty('handover-own', 'officer', '/handover/dnister', visible('[data-testid="no-sign"]')),
  duty('handover-reads-only', 'nothing_to_write', `/handover/${SCENE}`, visible('[data-testid="no-sign"]')),
  duty('handover-none', 'coordinator', '/handover/quiet'),
  duty('handover-draft', 'officer', `/handover/${SCENE}#write`, async (page) => {
    await expect(page.getByTestId('draft').getByTestId('told')).toBeVisible();
    await page.locator('#offer-watch_items').fill('Gauge at Chooz: peak expected 05:00 to 07:00');
  }),
  duty('handover-draft-faults', 'officer', `/handover/${SCENE}#write`, async (page) => {
    await page.locator('#offer-to').fill('2020-01-01T06:00');
    await expect(page.locator('#offer-to-fault')).toBeVisible();
    await page.locator('#offer button[type="submit"]').click();
    await expect(page.locator('#offer-notes-fault')).toBeVisible();
  }),
  plain('changes', 'officer', `/changes/${SCENE}`, visible('[data-testid="changes"] [data-part="cells"]')),
  plain('changes-none', 'officer', '/changes/quiet?since=2100-01-01T00:00:00Z', visible('[data-testid="nothing"]')),
  plain('changes-exercise', 'coordinator', '/changes/drill', visible('[data-testid="changes"] [data-part="raised"]')),
];
