/** Figures as people type and read them, in their own notation. Pure. */

/** How a language groups and cuts figures. */
export type Separators = { group: string; decimal: string };

export function separatorsOf(locale: string): Separators {
  const parts = new Intl.NumberFormat(locale).formatToParts(1_234_567.5);
  const of = (type: Intl.NumberFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  return { group: of('group'), decimal: of('decimal') };
}

/** What was typed as a number, or `null`. Spaces group in every language; `.` and `,` mean what they mean in this one. */
export function figureOf(typed: string, decimals: boolean, { group, decimal }: Separators): number | null {
  const text = typed.trim().replace(/(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(\D|$))/g, '');
  const grouped = group === '.' || group === ',' ? new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d+)?$`) : null;
  const plain = grouped?.test(text) ? text.replaceAll(group, '') : text;
  const number = plain.replace(decimal === ',' ? ',' : /$^/, '.');
  if (!/^-?\d+(\.\d+)?$/.test(number)) return null;
  if (!decimals && number.includes('.')) return null;
  return Number(number);
}

export function figureWords(figure: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(figure);
}

/** A change with its sign: `+1 240`, `−30`, `0`. */
export function changeWords(change: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2, signDisplay: 'exceptZero' }).format(change);
}
