// @vitest-environment node
import { expect, test } from 'vitest';
import { messagesIn } from '../../scripts/one-language';
import { namesIn } from '../../scripts/wall.mjs';

const PLAIN = 'export const utc = /** @type {() => LocalizedString} */ () => {\n\treturn /** @type {LocalizedString} */ (`UTC`)\n};';
const BORROWED = 'export { home_title } from "./en.js"';

test('every message that a language says itself is found; what it takes from another is not its own', () => {
  const found = messagesIn(`/* head */\n${PLAIN}\n${BORROWED}\n`);
  expect([...found]).toEqual([['utc', PLAIN]]);
});

test('a form of message that is not known fails the build instead of leaving a hole', () => {
  expect(() => messagesIn(`${PLAIN}\nexport function other() {}\n`)).toThrow('1 messages');
});

test('the names that a screen says are found in its script and its markup', () => {
  expect(namesIn("const WORD = { live: m.link_live };\n<p>{m.far_up_to({ label })} {short ? m.a_b : m.c_d()}</p> item.name")).toEqual([
    'link_live', 'far_up_to', 'a_b', 'c_d',
  ]);
});
