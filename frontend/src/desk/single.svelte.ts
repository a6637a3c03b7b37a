/** Whether single letters act: a choice of the reader, kept in this browser. */
const KEY = 'vigie.single-keys';

export class SingleKeys {
  on = $state(localStorage.getItem(KEY) !== 'off');

  constructor() {
    $effect(() => localStorage.setItem(KEY, this.on ? 'on' : 'off'));
  }
}
