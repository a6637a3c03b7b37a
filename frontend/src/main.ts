/** Picks the screen from the address and draws it in the reader's language; nothing else. */
import './styles/tokens.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { loadAgainWhenServed } from './device/again';
import { buildOf } from './device/build';
import { getLocale } from './i18n/generated/runtime';
import { speak } from './i18n/spoken';
import { applyTheme } from './ui/theme';

const [screen = '', crisis = ''] = location.pathname.split('/').filter(Boolean).map(decodeURIComponent);
document.documentElement.dataset.screen = screen;
document.documentElement.lang = getLocale();
applyTheme(screen);

function draw(): void {
  const target = document.getElementById('screen');
  if (target) mount(App, { target, props: { screen, crisis, build: buildOf(import.meta.url) } });
}

speak(screen).then(draw, loadAgainWhenServed);
