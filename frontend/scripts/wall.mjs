/** What a wall is made of, below src/: every message that is named there is one that it says. */
export const WALL = ['App.svelte', 'device/', 'wall/', 'map/', 'picture/', 'live/', 'ui/', 'api/'];

/** The names of messages in the code of a screen. */
export function namesIn(code) {
  return [...code.matchAll(/\bm\.([a-z]\w*)/g)].map(([, name = '']) => name);
}
