/**
 * In what is built, a screen carries the words of one language, and a wall only those that a wall says.
 * Vite plugin: the generated messages give way to src/i18n/spoken.ts, which asks for `virtual:words`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { namesIn, WALL } from './wall.mjs';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const GENERATED = `${SRC}i18n/generated/messages/`;
const SPOKEN = `${SRC}i18n/spoken.ts`;

/** The messages of one language, as they were compiled: name → code. */
export function messagesIn(code: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [whole, name] of code.matchAll(/^export const (\w+) = [^]*?^};$/gm)) if (name) found.set(name, whole);
  // What a language does not say is said in English: `export { name } from "./en.js"`.
  const elsewhere = code.match(/^export \{ \w+ \} from "\.\/en\.js"$/gm)?.length ?? 0;
  const all = (code.match(/^export /gm)?.length ?? 0) - elsewhere;
  if (found.size !== all) throw new Error(`${all - found.size} messages are compiled in a form that is not known here`);
  return found;
}

function saidByWalls(): Set<string> {
  const files = (readdirSync(SRC, { recursive: true }) as string[]).filter(
    (file) => /\.(svelte|ts)$/.test(file) && WALL.some((part) => file.startsWith(part)),
  );
  return new Set(files.flatMap((file) => namesIn(readFileSync(SRC + file, 'utf8'))));
}

function words(language: string, part: string): string {
  const wall = saidByWalls();
  const compiled = (of: string): Map<string, string> => messagesIn(readFileSync(`${GENERATED}${of}.js`, 'utf8'));
  const messages = new Map([...compiled('en'), ...compiled(language)]);
  return [...messages].filter(([name]) => wall.has(name) === (part === 'wall')).map(([, code]) => code).join('\n');
}

/** For every language, what loads the words of walls and what loads the rest. */
function index(): string {
  const languages = readdirSync(GENERATED).filter((file) => /^[a-z]{2}\.js$/.test(file)).map((file) => file.slice(0, 2));
  const lines = (part: string): string =>
    languages.map((language) => `  ${language}: () => import('virtual:words/${language}/${part}'),`).join('\n');
  return `export const wall = {\n${lines('wall')}\n};\nexport const rest = {\n${lines('rest')}\n};\n`;
}

export const oneLanguage: Plugin = {
  name: 'one-language',
  enforce: 'pre',
  resolveId(source) {
    if (source.startsWith('virtual:words')) return `\0${source}`;
    return this.environment.mode === 'build' && source.endsWith('/i18n/generated/messages') ? SPOKEN : null;
  },
  load(id) {
    if (!id.startsWith('\0virtual:words')) return null;
    const [, language, part] = id.split('/');
    return language && part ? words(language, part) : index();
  },
};
