/** Keeps what is being written, so that a reload gives it back. */
import { onMount } from 'svelte';
import { outboxHere } from './box.svelte';
import type { Store } from './store';

export type Writing<T> = {
  /** What is in the form, or `null` when nothing is worth keeping. */
  now(): T | null;
  /** Puts back what was kept. */
  restore(kept: T): void;
};

/** Call while a component is set up; `name` tells the forms of one crisis apart. */
export function keepDraft<T>(crisis: string, name: string, { now, restore }: Writing<T>): void {
  const outbox = outboxHere();
  if (outbox === null) return;
  const key = outbox.draftName(crisis, name);
  let store = $state.raw<Store | null>(null);

  onMount(async () => {
    const opened = await outbox.drafts();
    const kept = await opened.draft(key);
    if (kept !== undefined && now() === null) restore(kept as T);
    store = opened;
  });

  // With every change, not after a pause: a page can be gone at any time, and takes what is pending with it.
  $effect(() => {
    const draft = $state.snapshot(now()) as T | null;
    void (draft === null ? store?.dropDraft(key) : store?.keepDraft(key, draft));
  });
}
