/** Dark on walls, the reader's preference elsewhere, unless this device was told otherwise. */
export type Theme = 'dark' | 'light';

const KEY = 'vigie.theme';

export function applyTheme(screen: string): void {
  const told = new URLSearchParams(location.search).get('theme') ?? localStorage.getItem(KEY);
  const preferred = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  show(told === 'dark' || told === 'light' ? told : screen === 'wall' ? 'dark' : preferred);
}

export function switchTheme(): void {
  const next: Theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, next);
  show(next);
}

function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}
