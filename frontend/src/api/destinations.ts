/** Calls about where notices go: apart from the others, since no wall makes them. */
import { askWithTime, type Told } from './client';
import type { DeadLetter, Destination } from './types.gen';

export const DESTINATIONS = '/destinations';

export function destinations(): Promise<Told<{ destinations: Destination[] }>> {
  return askWithTime(DESTINATIONS);
}

/** What did not arrive there. */
export function deadLetters(destination: string): Promise<Told<{ dead: DeadLetter[] }>> {
  return askWithTime(`${DESTINATIONS}/${destination}/dead`);
}

export function destinationStepOf(destination: string, step: 'pause' | 'resume' | 'remove'): string {
  return `${DESTINATIONS}/${destination}/${step}`;
}

export function deadLetterRetryOf(destination: string, delivery: string): string {
  return `${DESTINATIONS}/${destination}/dead/${delivery}/retry`;
}
