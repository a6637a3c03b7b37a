/** The real server as a process, with people and walls that sign in by link. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Browser, Page } from '@playwright/test';
import type { HeldClock } from './held-clock';

const BINARY = process.env.VIGIE_BIN ?? '../target/debug/vigie';

export type Role = 'duty_officer' | 'coordinator' | 'wall_device' | 'viewer' | 'centre_lead';

/** What an acknowledgement says: that it will be done within the hour. */
export function willDo(): { answer: 'will_do'; until: string } {
  return { answer: 'will_do', until: new Date(Date.now() + 3_600_000).toISOString() };
}

export class Vigie {
  private child: ChildProcess | null = null;
  base = '';

  private constructor(
    private readonly folder: string,
    private readonly command: string[],
    private readonly clock?: HeldClock,
  ) {}

  static async serve(...more: string[]): Promise<Vigie> {
    return Vigie.begin(['serve', ...more]);
  }

  /** Its time is what the clock stands at, for the server and whoever opens a page of it. */
  static async serveAt(clock: HeldClock): Promise<Vigie> {
    const vigie = await Vigie.begin(['serve'], clock);
    await clock.isHeldFor(vigie.base);
    return vigie;
  }

  static async demo(...more: string[]): Promise<Vigie> {
    return Vigie.begin(['demo', ...more]);
  }

  private static async begin(command: string[], clock?: HeldClock): Promise<Vigie> {
    const vigie = new Vigie(mkdtempSync(join(tmpdir(), 'vigie-')), command, clock);
    await vigie.start('127.0.0.1:0');
    return vigie;
  }

  get journal(): string {
    return `sqlite:${join(this.folder, 'vigie.db')}`;
  }

  private get environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.clock?.environment };
  }

  /** Starts the process; it answers once it prints its address. */
  private async start(listen: string): Promise<void> {
    const [subcommand = '', ...more] = this.command;
    const arguments_ = [subcommand, '--listen', listen, '--journal', this.journal, '--print-address', ...more];
    const child = spawn(BINARY, arguments_, { stdio: ['ignore', 'pipe', 'ignore'], env: this.environment });
    this.child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith('{')) continue;
      this.base = (JSON.parse(line) as { address: string }).address;
      child.stdout.resume();
      return;
    }
    throw new Error('vigie ended before it listened');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
  }

  /** Asks it to stop, in order: it says so to whoever listens. */
  async stop(): Promise<void> {
    await this.signal('SIGTERM');
  }

  private async signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.child;
    if (child === null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
    this.child = null;
  }

  /** Again, where it was. */
  async startAgain(): Promise<void> {
    await this.start(new URL(this.base).host);
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  token(centre: string, role: Role, ...more: string[]): { id: string; token: string } {
    const made = execFileSync(BINARY, ['token', 'create', '--journal', this.journal, '--centre', centre, '--role', role, '--json', ...more], { env: this.environment });
    return JSON.parse(made.toString()) as { id: string; token: string };
  }

  revoke(id: string): void {
    execFileSync(BINARY, ['token', 'revoke', '--journal', this.journal, id]);
  }

  async post(token: string, path: string, body: unknown): Promise<{ id: string; position: string }> {
    const answer = await fetch(`${this.base}/api/v1${path}`, {
      method: 'POST',
      // A connection that is kept may be closed by the server just when it is used again.
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string; position: string };
  }

  async get<T>(token: string, path: string): Promise<T> {
    const answer = await fetch(`${this.base}/api/v1${path}`, { headers: { authorization: `Bearer ${token}`, connection: 'close' } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** A browser of its own, signed in by link, at a page; `base` where it is reached by another line. */
  async open(browser: Browser, token: string, path: string, options: Parameters<Browser['newContext']>[0] = {}, base = this.base): Promise<Page> {
    const context = await browser.newContext(options);
    await this.clock?.holdIn(context);
    const page = await context.newPage();
    await page.goto(`${base}/sign-in#${new URLSearchParams({ token, next: path }).toString()}`);
    // The link itself ends with the page it leads to: only the address without its fragment tells them apart.
    await page.waitForURL((url) => url.pathname + url.search + url.hash === path);
    return page;
  }
}
