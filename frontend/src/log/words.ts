/** The words of the watch log in the language of the screen. */
import type { LogKind } from '../api/types.gen';
import { m } from '../i18n/generated/messages';

const KIND: Record<LogKind, () => string> = { fact: m.log_fact, decision: m.log_decision, action: m.log_action, contact: m.log_contact };
export const kindWord = (kind: LogKind): string => KIND[kind]();
