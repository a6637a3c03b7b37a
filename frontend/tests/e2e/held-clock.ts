/**
 * A clock that a test holds. Every process of the server stands at it: libfaketime answers them in the place of the C
 * library, while the steady clock, on which timers and beats run, goes on. Nothing in the server knows of it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, expect, type Page } from '@playwright/test';

/** What the wrapper `faketime` preloads: it names the place in the loader's own words, for any architecture. */
function library(): string {
  try {
    return execFileSync('faketime', ['-m', '-f', '2000-01-01 00:00:00', 'printenv', 'LD_PRELOAD']).toString().trim();
  } catch (error) {
    throw new Error('faketime is missing: run `make test`, which installs it.', { cause: error });
  }
}

export class HeldClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'vigie-clock-'));
  private readonly file = join(this.folder, 'now');
  readonly environment: NodeJS.ProcessEnv = {
    LD_PRELOAD: library(),
    FAKETIME_TIMESTAMP_FILE: this.file,
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
    TZ: 'UTC',
    // A beat tells the screens what time it is: none is waited for longer than a second.
    VIGIE__LIVE__BEAT_SECONDS: '1',
  };
  now = 0;

  constructor(at: string) {
    this.stand(at);
  }

  /** From now on it is this time, to the second. Put in place whole, since it is read at any moment. */
  stand(at: string): void {
    this.now = Date.parse(at);
    writeFileSync(`${this.file}.new`, `${new Date(this.now).toISOString().slice(0, 19).replace('T', ' ')}\n`);
    renameSync(`${this.file}.new`, this.file);
  }

  /** The loader leaves out what it does not find, without an error: a server that is not held must not go on. */
  async isHeldFor(base: string): Promise<void> {
    const said = (await fetch(`${base}/healthz`, { headers: { connection: 'close' } })).headers.get('date') ?? '';
    if (Date.parse(said) !== this.now) throw new Error(`the server's clock is not held: it says ${said}`);
  }

  /**
   * The clocks of a browser stand at the time of its opening, all night: nothing on a screen runs between two words of
   * the server, and what time it is there can only have come from them. Screens say so themselves, that their clock is off.
   */
  async holdIn(context: BrowserContext): Promise<void> {
    await context.addInitScript((at) => {
      const Running = Date;
      window.Date = class extends Running {
        constructor(...given: []) {
          super(...((given.length === 0 ? [at] : given) as []));
        }
        static override now(): number {
          return at;
        }
      } as DateConstructor;
      performance.now = () => at;
    }, this.now);
  }

  /** Once each of these screens shows what time it is. */
  async isToldOn(...pages: Page[]): Promise<void> {
    const shown = new Date(this.now).toISOString().slice(11, 19);
    for (const page of pages) await expect(page.locator('header .clock').first()).toContainText(shown);
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
