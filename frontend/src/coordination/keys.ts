/** The keys of coordination: where each leads. Pure. */
export type Way = 'escalations' | 'raise' | 'queries' | 'rhythm' | 'ipcr' | 'crisis' | 'devices' | 'help';

/** Letters that no browser keeps to itself together with Alt. */
export const LETTERS: Record<Way, string> = { escalations: 'a', raise: 'r', queries: 'q', rhythm: 'y', ipcr: 'i', crisis: 'c', devices: 'w', help: 'k' };
