/** What a key does on the replay. Fields keep theirs, and buttons the key that presses them. Pure. */
export type Deed = 'toggle' | 'entry-back' | 'entry-next' | 'moment-back' | 'moment-next';

const DEEDS: Record<string, Deed> = {
  ' ': 'toggle', ArrowLeft: 'entry-back', ArrowRight: 'entry-next', PageUp: 'moment-back', PageDown: 'moment-next',
};

export type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'target'>;

export function deedOf({ key, altKey, ctrlKey, metaKey, shiftKey, target }: Pressed): Deed | null {
  if (altKey || ctrlKey || metaKey || shiftKey) return null;
  const deed = DEEDS[key] ?? null;
  if (!(target instanceof Element)) return deed;
  if (target instanceof HTMLInputElement && target.type === 'range') return deed;
  if (target.matches('input, select, textarea, [contenteditable]')) return null;
  return deed === 'toggle' && target.matches('button, a, summary') ? null : deed;
}
