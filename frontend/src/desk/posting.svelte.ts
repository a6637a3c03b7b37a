/** One form's way to the journal, through the outbox where its screen has one: what was refused and why, and what happened, in words. */
import type { FieldFault } from '../api/problem';
import { m } from '../i18n/generated/messages';
import { outboxHere } from '../outbox/box.svelte';
import { Sending } from './sending.svelte';

/** What a form shows of its faults: what is wrong with a field, if anything. */
export type Faults = { fault(name: string): string | undefined };

export class Posting implements Faults {
  busy = $state(false);
  errors = $state.raw<readonly FieldFault[]>([]);
  /** What happened, for everyone: read aloud when it changes. */
  said = $state('');
  private kept = '';
  private readonly outbox = outboxHere();
  private readonly direct = new Sending();

  /** Posts; `true` when the form is done with it, whether it is on record or kept for later. */
  async post(path: string, body: unknown, about: string, writtenAt: number, done: string): Promise<boolean> {
    this.busy = true;
    this.refuse([]);
    this.said = '';
    try {
      if (this.outbox === null) return await this.sendAtOnce(path, body, done);
      const standing = await this.outbox.post(path, body, about, writtenAt, { ended: (onRecord) => this.endKept(onRecord ? done : '') });
      switch (standing.type) {
        case 'accepted':
          this.said = done;
          return true;
        case 'kept':
          this.kept = this.said = this.outbox.durable ? m.desk_kept() : m.desk_kept_in_page();
          return true;
        case 'refused':
          this.refuse(standing.refusal.errors, standing.refusal.detail);
          return false;
      }
    } finally {
      this.busy = false;
    }
  }

  /** "Not sent yet" is not said any longer than it is true. */
  private endKept(said: string): void {
    if (this.said === this.kept) this.said = said;
  }

  private async sendAtOnce(path: string, body: unknown, done: string): Promise<boolean> {
    const receipt = await this.direct.send(path, body, done);
    this.errors = this.direct.problem?.errors ?? [];
    this.said = this.direct.said;
    return receipt !== null;
  }

  /** Shows what is wrong, found here or by the server. */
  refuse(errors: readonly FieldFault[], detail = ''): void {
    this.errors = errors;
    this.said = errors.length > 0 ? m.failed_fields({ count: errors.length }) : detail === '' ? '' : m.failed({ why: detail });
  }

  fault(name: string): string | undefined {
    const pointer = `/${name}`;
    return this.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail;
  }

  /** What is wrong with exactly this. */
  faultAt(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }
}
