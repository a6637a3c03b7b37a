import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';
import { mapAsData } from './scripts/map-as-data.ts';
import { oneLanguage } from './scripts/one-language.ts';

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/generated',
      strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
      // One file for each language, so that a screen loads its own and no other.
      outputStructure: 'locale-modules',
    }),
    oneLanguage,
    mapAsData,
    svelte(),
    svelteTesting(),
  ],
  build: {
    target: 'es2022',
    // Nothing inlined as a data: script or style: the Content-Security-Policy allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What every screen of a crisis needs is one file: it packs smaller than the many pieces in which they share it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'picture', test: /src\/(?:picture\/(?!catalogue|figures|board|owed)|live|ui\/(?:time|words|Shape|NotLive|OutlookArrow|entry|theme|notlive)|admin\/rights|coordination\/steps|wall\/(?:rounds|Feed|LinkState|Announce))/ }] } } },
  },
  server: { proxy: { '/api': { target: 'http://127.0.0.1:8080', ws: true } } },
  test: {
    environment: 'jsdom',
    include: ['tests/unit/**/*.test.ts'],
    setupFiles: ['tests/unit/setup.ts'],
  },
});
