/** The clock of a replay: it stands, or runs as many times as fast as time. Pure. */

export const SPEEDS = [1, 10, 60, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** `at` is the time of the crisis when this began, `since` what the steady clock showed then; both in milliseconds. */
export type Playing = { at: number; since: number | null; speed: Speed };

export const standing = (at: number, speed: Speed): Playing => ({ at, since: null, speed });

/** The time of the crisis at `steady`, never past its end. */
export function timeAt({ at, since, speed }: Playing, steady: number, end: number): number {
  return since === null ? at : Math.min(end, at + (steady - since) * speed);
}

export const play = ({ at, speed }: Playing, steady: number): Playing => ({ at, since: steady, speed });

export function pause(playing: Playing, steady: number, end: number): Playing {
  return standing(timeAt(playing, steady, end), playing.speed);
}

/** Goes on from where it is. */
export function atSpeed(playing: Playing, speed: Speed, steady: number, end: number): Playing {
  const at = timeAt(playing, steady, end);
  return { at, since: playing.since === null ? null : steady, speed };
}

/** Goes on from `at`. */
export function moved(playing: Playing, at: number, steady: number): Playing {
  return { ...playing, at, since: playing.since === null ? null : steady };
}
