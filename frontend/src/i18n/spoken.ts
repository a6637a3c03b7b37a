/**
 * The words of a screen in its one language: a build takes this module in place of the generated
 * messages (scripts/one-language.ts), so that no screen carries the languages that it does not speak.
 */
import { rest, wall } from 'virtual:words';
import type { m as Messages } from './generated/messages';
import { getLocale } from './generated/runtime';

let words: Record<string, (inputs: object) => string> = {};

/** Loads the language of this screen. Before that nothing can be said. */
export async function speak(screen: string): Promise<void> {
  const language = getLocale();
  const parts = screen === 'wall' ? [wall[language]] : [wall[language], rest[language]];
  const loaded = await Promise.all(parts.map((load) => load?.()));
  words = Object.assign({}, ...loaded) as typeof words;
}

// The type check knows every message: a name that is not there does not compile.
export const m = new Proxy({} as typeof Messages, {
  get: (_, name: string) => (inputs: object = {}) => words[name]?.(inputs),
});
