/** Who administers what of the own body: as the server decides. Pure. */
import type { Account } from '../api/client';
import type { Role } from '../api/types.gen';

type Who = Pick<Account, 'role'>;
const PAIR: readonly Role[] = ['duty_officer', 'centre_lead', 'coordinator', 'admin'];
const TOKEN: readonly Role[] = ['centre_lead', 'coordinator', 'admin'];
const PLATFORM: readonly Role[] = ['auditor', 'admin'];
const MADE: readonly Role[] = ['viewer', 'duty_officer', 'centre_lead', 'partner'];

const PAST: readonly Role[] = ['viewer', 'duty_officer', 'centre_lead', 'coordinator'];

/** Walls show what is; people look back. */
export const looksBack = ({ role }: Who): boolean => PAST.includes(role);
export const mayPair = ({ role }: Who): boolean => PAIR.includes(role);
export const mayToken = ({ role }: Who): boolean => TOKEN.includes(role);

/** Tokens of the platform are not a centre's to take. */
export function mayRevoke(who: Who, held: Role): boolean {
  return mayToken(who) && (who.role === 'admin' || !PLATFORM.includes(held));
}

/** The roles that this one may make tokens for. */
export function rolesMade({ role }: Who): readonly Role[] {
  return role === 'admin' ? [...MADE, 'coordinator', ...PLATFORM] : MADE;
}
