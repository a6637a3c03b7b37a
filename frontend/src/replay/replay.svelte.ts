/** Runs a replay: which moment is wished for, which is shown, and what is known of the whole span. */
import { entryAfter, pictureAt, type PastPicture, timelineOf } from '../api/past';
import { Problem } from '../api/problem';
import type { DensityView, MomentView } from '../api/types.gen';
import type { Link } from '../live/connection';
import { Live } from '../picture/follow.svelte';
import { begin } from '../picture/picture';
import { atSpeed, moved, pause, play, type Playing, type Speed, standing, timeAt } from './clock';
import { Frames } from './frames';
import { momentFrom, type Span } from './scale';

const LOOK_EVERY_MS = 100;
const ASK_AGAIN_MS = 2_000;
/** How often the address takes over the moment while it runs: browsers refuse more. */
const ADDRESS_EVERY_MS = 1_000;

/** A picture that is not now: what the components of a wall show of it is judged by its own time. */
export class Past extends Live {
  override get isPast(): boolean {
    return true;
  }

  show(picture: PastPicture): void {
    const at = Date.parse(picture.at);
    const nowhere = { steady: 0, wall: 0 };
    this.link = {
      phase: 'lost', picture: begin({ picture }), heard: null, serverTime: at, since: nowhere, attempt: 0, comings: 0,
      restarting: false, refusedAt: null, build: '',
    } satisfies Link;
    this.now = at;
  }
}

export class Replay {
  readonly past: Past;
  span = $state.raw<Span | null>(null);
  moments = $state.raw<readonly MomentView[]>([]);
  earlier = $state<string | null>(null);
  density = $state.raw<readonly DensityView[]>([]);
  partMinutes = $state(60);
  /** The moment of the picture that is shown; `null` until the first. */
  shownAt = $state<number | null>(null);
  /** Where the slider stands: the moment that is wished for. */
  cursor = $state(0);
  speed = $state<Speed>(1);
  isPlaying = $state(false);
  /** Why what was wished for is not shown. */
  problem = $state.raw<Problem | 'away' | null>(null);

  private playing: Playing = standing(0, 1);
  private readonly frames: Frames<string, PastPicture>;
  private readonly looking: ReturnType<typeof setInterval>;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private addressedAt = 0;
  /** The entry that was last gone to, while nothing else is wished for. */
  private entryGoneTo: string | null = null;

  constructor(private readonly crisis: string, asked: string | null) {
    this.past = new Past(crisis);
    this.frames = new Frames((at) => pictureAt(crisis, at), (picture) => this.show(picture), (error, at) => this.failed(error, at));
    this.looking = setInterval(() => this.look(), LOOK_EVERY_MS);
    void this.ask(asked);
  }

  end(): void {
    clearInterval(this.looking);
    clearTimeout(this.waiting);
  }

  get entry(): string {
    return this.past.picture?.feed[0]?.position ?? '';
  }

  toggle(): void {
    const end = this.span?.to ?? 0;
    if (this.isPlaying) this.playing = pause(this.playing, performance.now(), end);
    // At the end there is nothing to play: it begins anew.
    else if (this.cursor >= end) this.playing = play(standing(this.span?.from ?? 0, this.speed), performance.now());
    else this.playing = play(standing(this.cursor, this.speed), performance.now());
    this.isPlaying = !this.isPlaying;
    if (!this.isPlaying) this.address(true);
  }

  setSpeed(speed: Speed): void {
    this.speed = speed;
    this.playing = atSpeed(this.playing, speed, performance.now(), this.span?.to ?? 0);
  }

  /** To a time, as near as the crisis has it. */
  jump(at: number): void {
    const { from, to } = this.span ?? { from: at, to: at };
    const within = Math.min(to, Math.max(from, at));
    this.place(within);
    this.want(new Date(within).toISOString());
  }

  /** Entry by entry, as this account was shown them. Going back ends first at the beginning of what is shown. */
  async step(way: 1 | -1): Promise<void> {
    this.stop();
    const picture = this.past.picture;
    if (picture === null || this.shownAt === null) return;
    if (way === -1) {
      const [last, before] = picture.feed;
      const target = last !== undefined && this.shownAt > Date.parse(last.recorded_at) ? last : before;
      if (target !== undefined) this.goToEntry(target.position);
      return;
    }
    try {
      // Not every moment gone to moves a picture's position: a key event of the log may leave it where it stood.
      const next = await entryAfter(this.crisis, this.entryGoneTo ?? picture.position);
      if (next !== null) this.goToEntry(next.position);
    } catch (error) {
      this.problem = error instanceof Problem ? error : 'away';
    }
  }

  async stepMoment(way: 1 | -1): Promise<void> {
    if (way === -1 && momentFrom(this.moments, this.cursor, way) === undefined) await this.more();
    const moment = momentFrom(this.moments, this.cursor, way);
    if (moment !== undefined) this.go(moment);
  }

  go(moment: MomentView): void {
    this.place(Date.parse(moment.recorded_at));
    this.goToEntry(moment.position);
  }

  /** Key moments from before those that are known. */
  async more(): Promise<void> {
    if (this.earlier === null) return;
    try {
      const { moments, earlier } = await timelineOf(this.crisis, this.earlier);
      [this.moments, this.earlier] = [[...moments, ...this.moments], earlier];
    } catch (error) {
      this.problem = error instanceof Problem ? error : 'away';
    }
  }

  private async ask(asked: string | null): Promise<void> {
    try {
      const timeline = await timelineOf(this.crisis);
      this.span = { from: Date.parse(timeline.from), to: Date.parse(timeline.to) };
      [this.moments, this.earlier] = [timeline.moments, timeline.earlier];
      [this.density, this.partMinutes] = [timeline.density, timeline.part_minutes];
      const last = timeline.moments.at(-1);
      if (asked !== null) this.want(asked);
      else if (last !== undefined) this.go(last);
      else this.jump(this.span.from);
    } catch (error) {
      this.problem = error instanceof Problem ? error : 'away';
      if (this.problem === 'away') this.waiting = setTimeout(() => void this.ask(asked), ASK_AGAIN_MS);
    }
  }

  private place(at: number): void {
    this.cursor = at;
    this.playing = moved(this.playing, at, performance.now());
  }

  private stop(): void {
    if (this.isPlaying) this.toggle();
  }

  private goToEntry(position: string): void {
    this.entryGoneTo = position;
    this.want(position);
  }

  private want(at: string): void {
    clearTimeout(this.waiting);
    if (at !== this.entryGoneTo) this.entryGoneTo = null;
    this.frames.want(at);
  }

  /** While it runs, the next frame is asked for once the last has come and another second is to be shown. */
  private look(): void {
    if (!this.isPlaying || !this.frames.isIdle || this.span === null || this.problem !== null) return;
    const at = timeAt(this.playing, performance.now(), this.span.to);
    if (Math.floor(at / 1000) !== Math.floor(this.cursor / 1000)) {
      this.cursor = at;
      this.want(new Date(at).toISOString());
    }
    if (at >= this.span.to) this.toggle();
  }

  private show(picture: PastPicture): void {
    this.past.show(picture);
    this.shownAt = Date.parse(picture.at);
    // Time does not run on while the server cannot be reached.
    if (this.problem !== null) this.place(this.shownAt);
    this.problem = null;
    // Under a moving slider or a running clock the wish is ahead of what is shown.
    if (!this.isPlaying && this.frames.isLast) this.place(this.shownAt);
    this.address(!this.isPlaying);
  }

  /** The address carries the moment, so that it can be handed over. */
  private address(now: boolean): void {
    if (this.shownAt === null || (!now && performance.now() - this.addressedAt < ADDRESS_EVERY_MS)) return;
    this.addressedAt = performance.now();
    history.replaceState(history.state, '', `${location.pathname}?${new URLSearchParams({ at: new Date(this.shownAt).toISOString() }).toString()}`);
  }

  private failed(error: unknown, at: string): void {
    this.problem = error instanceof Problem ? error : 'away';
    if (this.problem === 'away') this.waiting = setTimeout(() => this.want(at), ASK_AGAIN_MS);
    else this.stop();
  }
}
