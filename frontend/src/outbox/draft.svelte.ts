/** Keeps what is being written, so that a reload gives it back. */
import { onDestroy, onMount } from 'svelte';
import { outboxHere } from './box.svelte';

/** Shorter than the pause between two words. */
const KEEP_AFTER_MS = 200;

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
  let ready = $state(false);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let unkept: (() => void) | null = null;

  onMount(() => {
    void outbox.drafts().then(async (store) => {
      const kept = await store.draft(key);
      if (kept !== undefined && now() === null) restore(kept as T);
      ready = true;
    });
    addEventListener('pagehide', keepAtOnce);
    return () => removeEventListener('pagehide', keepAtOnce);
  });

  $effect(() => {
    const draft = $state.snapshot(now()) as T | null;
    if (!ready) return;
    unkept = () => void outbox.drafts().then((store) => (draft === null ? store.dropDraft(key) : store.keepDraft(key, draft)));
    clearTimeout(waiting);
    waiting = setTimeout(keepAtOnce, KEEP_AFTER_MS);
  });

  function keepAtOnce(): void {
    clearTimeout(waiting);
    unkept?.();
    unkept = null;
  }
  onDestroy(keepAtOnce);
}
