/** What hangs on the live state runs again when that state changes, not with every word of the server. */
import { flushSync } from 'svelte';
import { expect, test } from 'vitest';
import { type Link, start } from '../../src/live/connection';
import { Live } from '../../src/picture/follow.svelte';

test('who asks whether the link is live runs again only when it comes or goes', () => {
  const { link } = start({ steady: 0, wall: 0 });
  const hear = (phase: Link['phase']): void => {
    live.link = { ...link, phase };
    flushSync();
  };
  const live = new Live('drill');
  const seen: boolean[] = [];
  const end = $effect.root(() => {
    $effect(() => void seen.push(live.isLive));
  });
  for (const phase of ['connecting', 'live', 'live', 'live', 'lost', 'live'] as const) hear(phase);
  end();
  expect(seen).toEqual([false, true, false, true]);
});
