/** One tab at a time. Where the browser has no Web Locks (no TLS), the keys alone keep entries single. */
const LOCK = 'vigie.outbox';

export function exclusively<T>(task: () => Promise<T>): Promise<T> {
  const locks = (navigator as { locks?: LockManager }).locks;
  return locks === undefined ? task() : locks.request(LOCK, task);
}
