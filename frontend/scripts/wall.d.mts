export const WALL: readonly string[];
export function namesIn(code: string): string[];
