import { expect, test } from 'vitest';
import { faultsOf } from '../../scripts/check-messages.mjs';

const en = { wall_live: 'Live', wall_since: 'Since {time}', desk_post: 'Post' };
const full = { en, nl: en, fr: en, de: en };
const said = new Set(Object.keys(en));
const saidOnWalls = new Set(['wall_live', 'wall_since']);
const check = (messages: Record<string, Record<string, string>>, spoken = said): string[] => faultsOf({ messages, said: spoken, saidOnWalls });

test('complete languages hold, and one that has the words of the wall is enough of a language', () => {
  expect(check({ ...full, el: { wall_live: 'Ζωντανά', wall_since: 'Από {time}' } })).toEqual([]);
});

test('a full language that lacks a word fails, wherever the word is said', () => {
  const { desk_post: _, ...fr } = en;
  expect(check({ ...full, fr })).toEqual(['fr has no "desk_post"']);
});

test('a language of walls that lacks a word of the wall fails', () => {
  expect(check({ ...full, bg: { wall_live: 'На живо' } })).toEqual(['bg has no "wall_since"']);
});

test('other parts to fill in, words that only a translation has, and words that no screen says fail', () => {
  expect(check({ ...full, de: { ...en, wall_since: 'Seit {zeit}' } })).toEqual(['de fills in other parts of "wall_since" than en']);
  expect(check({ ...full, nl: { ...en, more: 'Meer' } })).toEqual(['nl has "more", which en has not']);
  expect(check(full, new Set(['wall_live', 'wall_since']))).toEqual(['no screen says "desk_post" any more']);
  expect(check(full, new Set([...said, 'wall_new']))).toEqual(['en has no "wall_new", which a screen says']);
});
