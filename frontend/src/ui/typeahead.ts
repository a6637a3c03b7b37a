/** Type-ahead among a few words: the next one after the present that begins with the letter. Pure. */
export function nextByLetter(words: readonly string[], present: number, letter: string): number | null {
  const sought = letter.toLocaleLowerCase();
  for (let step = 1; step <= words.length; step += 1) {
    const at = (present + step) % words.length;
    if (words[at]?.toLocaleLowerCase().startsWith(sought)) return at;
  }
  return null;
}
