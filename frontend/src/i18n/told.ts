/** A screen without a keyboard is told its language in its address, once: `/wall?lang=el`. The device remembers it. */
import { isLocale, setLocale } from './generated/runtime';

export function heedLanguage(): void {
  const told = new URLSearchParams(location.search).get('lang');
  if (isLocale(told)) void setLocale(told, { reload: false });
}
