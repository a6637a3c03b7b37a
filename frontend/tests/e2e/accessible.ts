/** What a page must be for everyone, measured on the page as it stands. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'EN-301-549', 'best-practice'];

/** What axe finds wrong, as `rule: selector`. Run by the debugger, not by the page: its policy allows no script but the server's. */
export async function faults(page: Page, without: string[] = []): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async ([tags, without]) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> } };
    const { violations } = await axe.run({ runOnly: tags, rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])) });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  }, [TAGS, without] as const);
}

/** Text that its ground swallows, as the screen draws both: with forced colours axe reads those of the author. */
export function unreadable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const light = (color: string): number => {
      const [r = 0, g = 0, b = 0] = channels(color).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element | null): string => {
      if (element === null) return 'rgb(0, 0, 0)';
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
    };
    const told = [...document.querySelectorAll<HTMLElement>('body *')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) && element.closest('svg, .hidden, :disabled, option') === null && element.checkVisibility());
    return told.flatMap((element) => {
      const [ink, ground] = [light(getComputedStyle(element).color), light(groundOf(element))];
      const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      return contrast >= 4.5 ? [] : [`${element.textContent?.trim().slice(0, 40)}: ${contrast.toFixed(1)}`];
    });
  });
}

/** How far the page is wider than its window, in CSS pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What is pressed and is smaller than 24 CSS pixels. A link in a line of text may be, and what has a larger label around it. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const least = 24;
    const all = [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
    const within = document.querySelector('dialog[open]');
    return all.flatMap((element) => {
      if (within !== null && !within.contains(element)) return [];
      if (!element.checkVisibility({ visibilityProperty: true })) return [];
      if (element.matches('a') && getComputedStyle(element).display === 'inline') return [];
      const { width, height } = (element.closest('label') ?? element).getBoundingClientRect();
      return Math.round(width) >= least && Math.round(height) >= least ? [] : [`${element.outerHTML.slice(0, 90)} is ${width.toFixed(0)} × ${height.toFixed(0)}`];
    });
  });
}

/** What moves by itself, or would when it changes. */
export function movements(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const running = document.getAnimations().map((animation) => `${animation.constructor.name} runs`);
    const gliding = [...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationName } = getComputedStyle(element);
      return animationName !== 'none' || transitionDuration.split(', ').some((duration) => parseFloat(duration) > 0);
    });
    return [...running, ...gliding.map((element) => `${element.tagName.toLowerCase()}.${element.className} glides`)];
  });
}
