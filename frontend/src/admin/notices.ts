/** The words of notices that leave: what is told, on which way, and why one did not arrive. Pure. */
import type { Channel, DeadLetter, DeliveryFault, NoticeKind } from '../api/types.gen';
import { m } from '../i18n/generated/messages';

const KINDS: Record<NoticeKind, () => string> = {
  escalation_asked: m.admin_kind_escalation_asked,
  slot_due: m.admin_kind_slot_due,
  slot_missed: m.admin_kind_slot_missed,
  level_up: m.admin_kind_level_up,
  device_lost: m.admin_kind_device_lost,
};

const CHANNELS: Record<Channel, () => string> = { webhook: m.admin_channel_webhook, mail: m.admin_channel_mail };

const FAULTS: Record<Exclude<DeliveryFault, 'status'>, () => string> = {
  gone: m.admin_fault_gone,
  timed_out: m.admin_fault_timed_out,
  no_connection: m.admin_fault_no_connection,
  broke_off: m.admin_fault_broke_off,
  address_not_allowed: m.admin_fault_address_not_allowed,
  mail_off: m.admin_fault_mail_off,
  mail_refused: m.admin_fault_mail_refused,
  too_many: m.admin_fault_too_many,
};

export const kindWord = (kind: NoticeKind): string => KINDS[kind]();
export const channelWord = (channel: Channel): string => CHANNELS[channel]();

/** Why it did not arrive, with what the other side answered where it did. */
export function faultWords({ fault, status }: Pick<DeadLetter, 'fault' | 'status'>): string {
  if (fault === 'status') return m.admin_fault_status({ status: status ?? '?' });
  return status === null ? FAULTS[fault]() : `${FAULTS[fault]()} (${status})`;
}
