/**
 * Holds the languages complete. The full ones say everything, with the same parts to fill in; the others
 * say at least every word of the wall. What no screen says any more is not kept. Fails the build.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { namesIn, WALL } from './wall.mjs';

const FULL = ['en', 'nl', 'fr', 'de'];

/** What is wrong with the messages, as sentences. */
export function faultsOf({ messages, said, saidOnWalls }) {
  const faults = [];
  const base = messages.en ?? {};
  for (const key of said) if (!(key in base)) faults.push(`en has no "${key}", which a screen says`);
  for (const key of Object.keys(base)) if (!said.has(key)) faults.push(`no screen says "${key}" any more`);
  for (const [language, texts] of Object.entries(messages)) {
    const needed = FULL.includes(language) ? Object.keys(base) : [...saidOnWalls].filter((key) => key in base);
    for (const key of needed) if (!(key in texts)) faults.push(`${language} has no "${key}"`);
    for (const [key, text] of Object.entries(texts)) {
      if (!(key in base)) faults.push(`${language} has "${key}", which en has not`);
      else if (partsOf(text) !== partsOf(base[key])) faults.push(`${language} fills in other parts of "${key}" than en`);
    }
  }
  return faults;
}

function partsOf(text) {
  return [...new Set(JSON.stringify(text).match(/\{\w+\}/g) ?? [])].sort().join(' ');
}

function filesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return path.includes('generated') ? [] : filesBelow(path);
    return /\.(ts|svelte)$/.test(name) ? [path] : [];
  });
}

const keysIn = (files) => new Set(files.flatMap((file) => namesIn(readFileSync(file, 'utf8'))));

function read() {
  const messages = {};
  for (const file of readdirSync('messages')) {
    const { $schema, ...texts } = JSON.parse(readFileSync(join('messages', file), 'utf8'));
    messages[file.replace('.json', '')] = texts;
  }
  const files = filesBelow('src');
  const ofWalls = files.filter((file) => WALL.some((part) => file.startsWith(join('src', part))));
  return { messages, said: keysIn(files), saidOnWalls: keysIn(ofWalls) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const faults = faultsOf(read());
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
