/** Between form fields of UTC time and the times of the wire. */

/** What a `datetime-local` field holds, read as UTC; empty is `undefined`. */
export function timeEntered(value: string): string | undefined {
  if (value === '') return undefined;
  const at = Date.parse(`${value}Z`);
  return Number.isNaN(at) ? value : new Date(at).toISOString();
}

/** A moment as a `datetime-local` field holds it, in UTC, to the second. */
export function timeForField(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}

/** A text field that was left empty is not sent. */
export function textEntered(value: string): string | undefined {
  const text = value.trim();
  return text === '' ? undefined : text;
}

/** Slugs of centres, as they are typed: separated by spaces or commas. */
export function slugsEntered(value: string): string[] | undefined {
  const slugs = value.split(/[\s,;]+/).filter(Boolean);
  return slugs.length > 0 ? slugs : undefined;
}
