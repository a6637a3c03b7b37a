/** Sounds made by the browser itself. The only file that touches WebAudio. */
import type { Note } from './sound';

const LOUDNESS = 0.25;
/** Rise and fall of a note: without them it clicks. */
const RAMP_S = 0.02;

export class Beeps {
  private context: AudioContext | null = null;

  /** `changed` is called when the browser begins or ceases to let this page be heard. */
  constructor(private readonly changed: (blocked: boolean) => void) {}

  /** Asks the browser whether this page may be heard, before there is something to hear. */
  open(): void {
    if (this.context !== null) return;
    this.context = new AudioContext();
    this.context.onstatechange = () => this.changed(this.isBlocked);
    this.changed(this.isBlocked);
  }

  get isBlocked(): boolean {
    return this.context !== null && this.context.state !== 'running';
  }

  /** A person clicked: browsers let a page be heard after that. */
  async allow(): Promise<void> {
    this.open();
    await this.context?.resume();
    this.changed(this.isBlocked);
  }

  play(notes: readonly Note[]): void {
    const context = this.context;
    if (context === null || this.isBlocked) return;
    for (const note of notes) {
      const from = context.currentTime + note.from;
      const tone = context.createOscillator();
      const gain = context.createGain();
      tone.frequency.value = note.hertz;
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(LOUDNESS, from + RAMP_S);
      gain.gain.setValueAtTime(LOUDNESS, from + note.lasts - RAMP_S);
      gain.gain.linearRampToValueAtTime(0, from + note.lasts);
      tone.connect(gain).connect(context.destination);
      tone.start(from);
      tone.stop(from + note.lasts);
    }
  }
}
