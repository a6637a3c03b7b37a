/** What makes an escalation sound, in the language of the screen. */
import { levelWord, statusWord } from '../ui/words';
import type { Loudness } from './sound';

export const loudnessWord = (loudness: Loudness): string =>
  loudness === 'political' ? levelWord('political') : statusWord('extreme');
