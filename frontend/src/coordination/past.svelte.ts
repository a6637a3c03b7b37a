/** The slots of the last day, as the server tells them: longer ago than the picture holds. */
import { slots as read } from '../api/client';
import type { SlotView } from '../api/types.gen';

const DAY_MS = 24 * 3_600_000;

export class Past {
  slots = $state.raw<SlotView[] | null>(null);
  failed = $state(false);
  private round = 0;

  /** Reads up to now; what was read before stays shown until then. */
  async read(crisis: string, now: number): Promise<void> {
    const round = ++this.round;
    try {
      const slots = await read(crisis, now - DAY_MS, now);
      if (round === this.round) [this.slots, this.failed] = [slots, false];
    } catch {
      if (round === this.round) this.failed = true;
    }
  }
}
