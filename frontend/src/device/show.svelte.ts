/** Runs a wall that is signed in: which crises it follows and shows, its sound, and its own renewal. */
import { onDestroy } from 'svelte';
import { type Account, crises, isServed, whoami } from '../api/client';
import type { CrisisView } from '../api/types.gen';
import { elapsed, type Moment, serverNow } from '../live/connection';
import { moment } from '../live/socket';
import { begin, type Followed, type Live } from '../picture/follow.svelte';
import { MARKED_MS } from '../picture/select';
import { Beeps } from './beeps';
import { type Verdict, verdict } from './build';
import * as memory from './memory';
import { isRotating, type Rotation, start, step } from './rotation';
import { type Alarm, DEAF, heldBack, listen, sound, tune } from './sound';
import { mayReload, stoodStill } from './watchdog';

const ASK_EVERY_MS = 30_000;
/** Until the server has said once which crises there are. */
const ASK_FIRST_MS = 2_000;

/** A new top escalation in a crisis that is not on the screen. */
export type Elsewhere = Alarm & { name: string; at: number };
export type End = { at: number; expired: boolean };

export class Show {
  account: Account;
  crises = $state.raw<CrisisView[] | null>(null);
  rotation = $state.raw<Rotation>(start(memory.shownBefore()));
  live = $state.raw<Live | null>(null);
  elsewhere = $state.raw<Elsewhere[]>([]);
  muted = $state(memory.isMuted());
  blocked = $state(false);
  /** Alarms that the limit of sounds holds back. */
  held = $state.raw<ReturnType<typeof heldBack>>(null);
  build = $state<Verdict>('current');
  /** When the server last said which crises there are, on this screen's clock. */
  askedAtMs = $state(Date.now());

  private readonly followed = new Map<string, Followed>();
  /** Crises that were there when this page began: what they hold is not new. */
  private old: ReadonlySet<string> | null = null;
  private readonly beeps = new Beeps((blocked) => (this.blocked = blocked));
  private hearing = DEAF;
  private readonly begun = moment();
  private before = this.begun;
  private askedAt: Moment | null = null;
  private asking = false;
  private reloading = false;
  private stoodStill = false;
  private stopped = false;
  /** The coming of the link after which the server was last asked. */
  private askedAfter = '';
  private standing = { position: '', since: moment() };

  constructor(
    account: Account,
    /** The crisis that the address of this page names. */
    private readonly named: string,
    private readonly own: string,
    private readonly ended: (end: End) => void,
  ) {
    this.account = $state.raw(account);
    if (!this.muted) this.beeps.open();
    this.choose();
    void this.ask();
  }

  get pinned(): string | null {
    return this.named || (this.account.device?.crisis ?? null);
  }

  /** The crisis is none that this screen may see, as far as the server said. */
  get isUnknown(): boolean {
    return this.pinned !== null && this.crises !== null && this.crises.every(({ slug }) => slug !== this.pinned);
  }

  get isRotating(): boolean {
    return isRotating(this.rotation);
  }

  hold(paused: boolean): void {
    this.rotation = step(this.rotation, { type: paused ? 'pause' : 'resume' });
    memory.keepShown(this.rotation);
  }

  async mute(muted: boolean): Promise<void> {
    this.muted = muted;
    memory.keepMuted(muted);
    if (!muted) await this.beeps.allow();
  }

  tick(): void {
    const now = moment();
    const spanMs = elapsed(now, this.before);
    this.stoodStill ||= stoodStill(this.before, now, document.visibilityState === 'visible');
    this.before = now;
    this.rotation = step(this.rotation, { type: 'tick', spanMs });
    this.showCurrent();
    this.hear(now);
    this.compareBuild(now);
    this.renew();
    if (this.isTurnedAway()) return;
    const cameBack = this.live?.isLive === true && this.coming() !== this.askedAfter;
    const everyMs = this.crises === null ? ASK_FIRST_MS : ASK_EVERY_MS;
    if (cameBack || this.askedAt === null || elapsed(now, this.askedAt) >= everyMs) void this.ask();
  }

  stop(): void {
    this.stopped = true;
    for (const { stop } of this.followed.values()) stop();
    this.followed.clear();
  }

  /** Who this wall is by now, how it is to show, and which crises there are. */
  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    // Who this wall is was heard a moment ago, when its page began.
    const begins = this.askedAt === null;
    this.askedAt = moment();
    const coming = this.coming();
    try {
      const account = begins ? this.account : await whoami();
      if (this.stopped) return;
      if (account === null) return this.end(this.live?.now ?? Date.now());
      this.account = account;
      const list = await crises();
      if (this.stopped) return;
      this.crises = list;
      this.askedAfter = coming;
      this.askedAtMs = Date.now();
      this.old ??= new Set(this.crises.map(({ slug }) => slug));
      this.choose();
    } catch {
      // The link says that the server is away; what was known goes on.
    } finally {
      this.asking = false;
    }
  }

  private coming(): string {
    return `${this.live?.crisis} ${this.live?.link?.comings}`;
  }

  /** Follows what is to be seen and nothing else. */
  private choose(): void {
    const open = this.crises?.filter(({ state }) => state === 'open').map(({ slug }) => slug);
    const wanted = this.pinned === null ? open : [this.pinned];
    if (wanted === undefined) return;
    for (const [slug, { stop }] of this.followed) {
      if (wanted.includes(slug)) continue;
      stop();
      this.followed.delete(slug);
    }
    for (const slug of wanted) if (!this.followed.has(slug)) this.followed.set(slug, begin(slug));
    this.rotation = step(this.rotation, { type: 'crises', crises: wanted });
    this.showCurrent();
  }

  private showCurrent(): void {
    const { current } = this.rotation;
    const live = current === null ? null : (this.followed.get(current)?.live ?? null);
    if (live === this.live) return;
    this.live = live;
    memory.keepShown(this.rotation);
  }

  private hear(now: Moment): void {
    const news: Elsewhere[] = [];
    for (const [slug, { live }] of this.followed) {
      const { picture } = live;
      if (picture === null || !live.isLive) continue;
      const { environment, name } = picture.crisis;
      const seen = { crisis: slug, environment, escalations: picture.escalations.values() };
      const wasThere = this.old === null || this.old.has(slug);
      const heard = listen(this.hearing, seen, wasThere && live.link ? serverNow(live.link, now) - elapsed(now, this.begun) : null);
      this.hearing = heard.hearing;
      news.push(...heard.alarms.map((alarm) => ({ ...alarm, name, at: live.now })));
    }
    const { current } = this.rotation;
    const stays = ({ crisis, at }: Elsewhere): boolean => crisis !== current && (this.live?.now ?? at) - at < MARKED_MS;
    if (news.length > 0 || !this.elsewhere.every(stays)) this.elsewhere = [...news, ...this.elsewhere].filter(stays);
    const { hearing, alarm } = sound(this.hearing, now.steady, this.muted);
    this.hearing = hearing;
    if (alarm !== null) this.beeps.play(tune(alarm));
    this.held = heldBack(hearing, now.steady);
  }

  private compareBuild(now: Moment): void {
    const position = this.live?.picture?.position ?? '';
    if (position !== this.standing.position) this.standing = { position, since: now };
    this.build = verdict({
      own: this.own,
      served: this.live?.link?.build ?? '',
      last: memory.lastBuildLoaded(),
      live: this.live?.isLive === true,
      quietMs: elapsed(now, this.standing.since),
      now: now.wall,
    });
    const build = this.live?.link?.build ?? '';
    if (this.build === 'reload') void this.reload(() => memory.keepBuildLoaded({ build, at: now.wall }));
  }

  /** A page that stood still is not trusted: it is loaded anew once its link is back. */
  private renew(): void {
    if (!this.stoodStill || this.live?.isLive !== true) return;
    this.stoodStill = false;
    if (mayReload(memory.lastStoodStill(), Date.now())) void this.reload(() => memory.keepStoodStill(Date.now()));
  }

  /** Only while the server answers: a page that does not come leaves a wall with an error of the browser. */
  private async reload(keep: () => void): Promise<void> {
    if (this.reloading) return;
    this.reloading = true;
    if (await isServed()) {
      keep();
      location.reload();
    } else {
      this.reloading = false;
    }
  }

  private isTurnedAway(): boolean {
    for (const { live } of this.followed.values()) {
      if (live.link?.phase !== 'refused') continue;
      this.end(live.link.refusedAt ?? live.now);
      return true;
    }
    return false;
  }

  private end(at: number): void {
    this.stop();
    this.ended({ at, expired: Date.parse(this.account.expires_at) <= at });
  }
}

/** Shows for as long as the component lives. */
export function show(account: Account, named: string, own: string, ended: (end: End) => void): Show {
  const running = new Show(account, named, own, ended);
  const ticking = setInterval(() => running.tick(), 1000);
  onDestroy(() => {
    clearInterval(ticking);
    running.stop();
  });
  return running;
}
