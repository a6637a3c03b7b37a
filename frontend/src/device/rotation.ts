/** Several crises on one wall, one after the other, until somebody holds one. Pure. */
export type Rotation = {
  /** In the order in which they are shown. */
  crises: readonly string[];
  current: string | null;
  leftMs: number;
  paused: boolean;
};

export type Event =
  | { type: 'crises'; crises: readonly string[] }
  | { type: 'tick'; spanMs: number }
  | { type: 'pause' }
  | { type: 'resume' };

export const TURN_MS = 30_000;

/** `kept` is what was shown before this page was loaded again. */
export function start(kept: { current: string | null; paused: boolean } = { current: null, paused: false }): Rotation {
  return { crises: [], leftMs: TURN_MS, ...kept };
}

export function step(rotation: Rotation, event: Event): Rotation {
  switch (event.type) {
    case 'crises':
      return among(rotation, event.crises);
    case 'tick':
      return isRotating(rotation) ? pass(rotation, event.spanMs) : rotation;
    case 'pause':
      return { ...rotation, paused: true };
    case 'resume':
      return { ...rotation, paused: false, leftMs: TURN_MS };
  }
}

export function isRotating({ crises, paused }: Rotation): boolean {
  return crises.length > 1 && !paused;
}

/** Which one it is, counted from one. */
export function placeOf({ crises, current }: Rotation): number {
  return current === null ? 0 : crises.indexOf(current) + 1;
}

function pass(rotation: Rotation, spanMs: number): Rotation {
  const leftMs = rotation.leftMs - spanMs;
  if (leftMs > 0) return { ...rotation, leftMs };
  // However long this screen slept, it goes on by one.
  const next = rotation.crises[placeOf(rotation) % rotation.crises.length] ?? null;
  return { ...rotation, current: next, leftMs: TURN_MS };
}

/** What is shown stays; when it is there no longer, its place is taken by the one that followed it. */
function among(rotation: Rotation, crises: readonly string[]): Rotation {
  const { current } = rotation;
  if (current !== null && crises.includes(current)) return { ...rotation, crises };
  const place = Math.max(0, placeOf(rotation) - 1);
  return { ...rotation, crises, current: crises[place] ?? crises[0] ?? null, leftMs: TURN_MS };
}
