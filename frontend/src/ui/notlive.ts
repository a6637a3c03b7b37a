/** A clock off by more than this is said; the network's own delay is not. */
export const SKEW_SAID_MS = 5_000;
