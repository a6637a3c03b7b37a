/** A screen without a keyboard is told its language in its address, once: `/wall?lang=el`. The device remembers it. */
import { getLocale, isLocale, overwriteGetLocale, setLocale } from './generated/runtime';

export function heedLanguage(): void {
  const told = new URLSearchParams(location.search).get('lang');
  if (isLocale(told)) void setLocale(told, { reload: false });
  // A page speaks one language for its life; otherwise storage and address were read again for every name.
  const language = getLocale();
  overwriteGetLocale(() => language);
}
