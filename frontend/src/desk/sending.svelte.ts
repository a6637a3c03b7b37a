/** One form's way to the server: what was refused and why; the same words keep the same key. */
import { freshKey, type Receipt, write } from '../api/client';
import { Problem } from '../api/problem';
import { m } from '../i18n/generated/messages';

export class Sending {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** What happened, for everyone: read aloud when it changes. */
  said = $state('');
  private last = { path: '', body: '', key: '' };

  /** Sends; answers the receipt, or `null` when it is not on record. */
  async send<T = Receipt>(path: string, body: unknown, done: string): Promise<T | null> {
    const text = JSON.stringify(body);
    // What may have arrived already is sent again as what it is: the same key.
    if (this.last.path !== path || this.last.body !== text) this.last = { path, body: text, key: freshKey() };
    this.busy = true;
    this.problem = null;
    this.said = '';
    try {
      const receipt = await write<T>(path, body, this.last.key);
      this.said = done;
      this.last = { path: '', body: '', key: '' };
      return receipt;
    } catch (error) {
      this.problem = error instanceof Problem ? error : null;
      this.said = this.why();
      return null;
    } finally {
      this.busy = false;
    }
  }

  /** What is wrong with a field. */
  fault(name: string): string | undefined {
    const pointer = `/${name}`;
    return this.problem?.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail;
  }

  private why(): string {
    if (this.problem === null) return m.failed_link();
    const { errors, detail } = this.problem;
    return errors.length > 0 ? m.failed_fields({ count: errors.length }) : m.failed({ why: detail });
  }
}
