import { existsSync } from 'node:fs';

/** Debian's Chromium; `make test` installs it. Missing is a failure, never a silent skip. */
const candidates = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const executablePath = candidates.find((path) => path !== '' && existsSync(path));
if (executablePath === undefined) throw new Error('Chromium is missing: run `make test`, which installs it.');

export const browser = {
  use: {
    browserName: 'chromium' as const,
    launchOptions: { executablePath, args: ['--no-sandbox', '--font-render-hinting=none'] },
    viewport: { width: 1920, height: 1080 },
    locale: 'en-GB',
    timezoneId: 'Europe/Brussels',
  },
};
