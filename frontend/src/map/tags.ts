/** Where the tag of each country stands, placed by hand: on its land, or in open water with a line to it. */
import { COUNTRIES } from './shapes.gen';

export const TAG_HEIGHT = 26;
/** The width of a tag with two letters and a shape. */
export const TAG_WIDTH = 54;
const LETTER_WIDTH = 13.5;

export type Place = {
  /** The middle of the tag, in units of the map. */
  x: number;
  y: number;
  /** Where the line from a tag in open water ends. */
  anchor?: { x: number; y: number; ring?: boolean };
};

const PLACES: Readonly<Record<string, Place>> = {
  AT: { x: 511, y: 371 },
  BE: { x: 412, y: 318 },
  BG: { x: 637, y: 443 },
  CH: { x: 452, y: 381 },
  CY: { x: 690, y: 554, anchor: { x: 750, y: 545, ring: true } },
  CZ: { x: 525, y: 341 },
  DE: { x: 471, y: 316 },
  DK: { x: 476, y: 238 },
  EE: { x: 618, y: 199 },
  ES: { x: 310, y: 453 },
  FI: { x: 608, y: 130 },
  FR: { x: 387, y: 374 },
  GB: { x: 375, y: 266 },
  GR: { x: 606, y: 494 },
  HR: { x: 529, y: 437, anchor: { x: 539, y: 407 } },
  HU: { x: 574, y: 384 },
  IE: { x: 316, y: 248 },
  IT: { x: 473, y: 431 },
  LT: { x: 606, y: 253 },
  LU: { x: 290, y: 350, anchor: { x: 436, y: 332 } },
  LV: { x: 611, y: 226 },
  MD: { x: 716, y: 426, anchor: { x: 666, y: 374 } },
  MT: { x: 560, y: 554, anchor: { x: 512, y: 553, ring: true } },
  NL: { x: 433, y: 289 },
  NO: { x: 484, y: 163 },
  PL: { x: 567, y: 303 },
  PT: { x: 247, y: 452 },
  RO: { x: 629, y: 397 },
  SE: { x: 531, y: 190 },
  SI: { x: 519, y: 399 },
  SK: { x: 579, y: 357 },
  TR: { x: 730, y: 490 },
  UA: { x: 690, y: 330 },
};

/** The place of a country's tag; one that was not placed by hand stands in the middle of its land. */
export function placeOf(country: string): Place {
  return PLACES[country] ?? COUNTRIES[country] ?? { x: 0, y: 0 };
}

/** Bodies stand in the ocean, in the lower left, from the bottom up and then to the right. */
const BODY = { x: 62, y: 546, step: 36, column: 100, rows: 7 };

export function placeOfBody(index: number): Place {
  const column = Math.floor(index / BODY.rows);
  return { x: BODY.x + column * BODY.column, y: BODY.y - (index % BODY.rows) * BODY.step };
}

export function widthOf(code: string): number {
  return TAG_WIDTH + Math.max(0, code.length - 2) * LETTER_WIDTH;
}
