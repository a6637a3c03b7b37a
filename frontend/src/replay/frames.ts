/** Asks for one frame at a time. Whatever was wished for meanwhile, the newest wish alone is asked for next. */
export class Frames<Wish, Frame> {
  private next: { wish: Wish } | null = null;
  private asking = false;

  constructor(
    private readonly ask: (wish: Wish) => Promise<Frame>,
    private readonly show: (frame: Frame) => void,
    /** Not called where something else is wished for by then. */
    private readonly failed: (error: unknown, wish: Wish) => void,
  ) {}

  get isIdle(): boolean {
    return !this.asking;
  }

  /** Nothing newer is wished for than what is asked for or was shown last. */
  get isLast(): boolean {
    return this.next === null;
  }

  want(wish: Wish): void {
    this.next = { wish };
    if (!this.asking) void this.run();
  }

  private async run(): Promise<void> {
    this.asking = true;
    while (this.next !== null) {
      const { wish } = this.next;
      this.next = null;
      try {
        this.show(await this.ask(wish));
      } catch (error) {
        if (this.next === null) this.failed(error, wish);
      }
    }
    this.asking = false;
  }
}
