/** Picks the screen from the address and draws it in the reader's language; nothing else. */
import './styles/tokens.css';
import { mount } from 'svelte';
import { whoami } from './api/client';
import App from './App.svelte';
import { loadAgainWhenServed } from './device/again';
import { buildOf } from './device/build';
import { getLocale } from './i18n/generated/runtime';
import { speak } from './i18n/spoken';
import { heedLanguage } from './i18n/told';
import { applyTheme } from './ui/theme';

const [screen = '', crisis = ''] = location.pathname.split('/').filter(Boolean).map(decodeURIComponent);
document.documentElement.dataset.screen = screen;
heedLanguage();
document.documentElement.lang = getLocale();
applyTheme(screen);

// Asked while the words of the screen are on their way.
const first = screen === 'sign-in' ? undefined : whoami();
first?.catch(() => undefined);

function draw(): void {
  const target = document.getElementById('screen');
  if (target) mount(App, { target, props: { screen, crisis, build: buildOf(import.meta.url), first } });
}

speak(screen).then(draw, loadAgainWhenServed);
