/** A page of which a part did not come, as when the server went away between two files, is loaded again. */
import { isServed } from '../api/client';

const LOOK_AGAIN_MS = 10_000;

/** Only while the server answers: what a browser shows instead of a page heals nothing. */
export function loadAgainWhenServed(): void {
  setTimeout(async () => {
    if (await isServed()) location.reload();
    else loadAgainWhenServed();
  }, LOOK_AGAIN_MS);
}
