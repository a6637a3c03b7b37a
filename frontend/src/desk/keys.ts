/** The keys of the desk, and what a key does on a screen. Alt works everywhere; the bare key only outside fields, and only if the reader wants it. */
export type Deed = 'post' | 'nil' | 'same' | 'slots' | 'mine' | 'outbox' | 'asks' | 'cells' | 'help';

/** Letters that no browser keeps to itself together with Alt. */
export const LETTERS: Record<Deed, string> = {
  post: 'p', nil: 'n', same: 's', slots: 'r', mine: 'm', outbox: 'o', asks: 'a', cells: 'c', help: 'k',
};

export type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

export function deedOf<D extends string>(letters: Record<D, string>, pressed: Pressed, inField: boolean, singleKeys: boolean): D | 'help' | null {
  if (pressed.ctrlKey || pressed.metaKey) return null;
  const deedAt = (letter: string): D | null => (Object.keys(letters) as D[]).find((deed) => letters[deed] === letter) ?? null;
  if (pressed.altKey) return pressed.shiftKey ? null : deedAt(letterOf(pressed));
  if (inField || !singleKeys) return null;
  return pressed.key === '?' ? 'help' : pressed.shiftKey ? null : deedAt(pressed.key.toLowerCase());
}

/** With Alt some systems type another sign: then the place of the key says which it is. */
function letterOf({ key, code }: Pressed): string {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : code.startsWith('Key') ? code.slice(3).toLowerCase() : '';
}

/** The number of a line in a list, by the place of the key: on many keyboards the top row types other signs. */
export function lineOf({ code, altKey, ctrlKey, metaKey }: Pressed): number | null {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
  return digit === undefined || altKey || ctrlKey || metaKey ? null : Number(digit);
}

/** Whether what has the focus takes letters for itself. */
export function takesLetters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'button', 'submit'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Whether a dialog has the keys to itself. */
export const isDialogOpen = (): boolean => document.querySelector('dialog[open]') !== null;

/** Does what a key means on a screen, if it means anything there. */
export function perform<D extends string>(letters: Record<D, string>, deeds: Record<D, () => void> & { help: () => void }, event: KeyboardEvent, singleKeys: boolean): void {
  if (isDialogOpen()) return;
  const deed = deedOf(letters, event, takesLetters(event.target), singleKeys);
  if (deed === null) return;
  event.preventDefault();
  deeds[deed]();
}

/** Sends a form from any of its fields: Ctrl or ⌘ with Enter. */
export function sendsBy(send: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };
}
