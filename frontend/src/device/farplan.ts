/**
 * Divides a wall that is read from afar: tiles of countries, a strip of bodies, room for exceptions.
 * It depends on the screen, the distance and the number of centres only, so nothing ever moves.
 */
import { EASY_ARCMIN, fontPx, LEAST_ARCMIN, panelOf, pitchMm, type Size } from './legible';

export type Screen = { window: Size; panel: Size; inches: number; distanceM: number };

export type FarPlan = {
  /** Font sizes in pixels: codes of countries at 20′, everything else that is read at 16′ or more. */
  codePx: number;
  textPx: number;
  /** Exceptions stand beside the tiles on a lying screen, below them on an upright one. */
  beside: boolean;
  headerLines: number;
  columns: number;
  tile: Size;
  /** Whether a tile has room for its age under the code. */
  ages: boolean;
  /** What a body shows in the strip beside its code: its age and outlook, its age, or neither. */
  strip: 'full' | 'age' | 'code';
  /** How many escalations have room, and how many overdue centres. Without room, the foot names the first. */
  escalations: number;
  overdue: number;
};

export const ESCALATIONS_MOST = 5;
/** Rather smaller codes than fewer of them than this. */
const ESCALATIONS_FEW = 3;
export const OVERDUE_MOST = 3;
/** Lines are this many times their type high. */
export const LINE = 1.1;
/** Codes and ages are capitals and digits: nothing hangs below their line. */
export const TIGHT_LINE = 0.86;
/** Ems of a tile: a shape, two wide capitals, the space between and at the edges. */
const TILE_EMS = 2.85;
/** Ems between things, and above and below what is in a tile together, of the text's size. */
export const GAP = 0.16;
const PADDING = 0.2;
/** The border above and below, in ems of the text, and the line at the foot with its padding. */
const EDGE = 0.5;
export const FOOT_LINES = 1.2;
/** The least width of the exceptions beside the tiles, in ems of the text. */
const BESIDE_EMS = 12.9;
/** Type grows beyond what must be as long as everything has room. */
const GROWTH = Array.from({ length: 31 }, (_, step) => 2.5 - step * 0.05);

type Try = { beside: boolean; ages: boolean; codePx: number; textPx: number };
/** Bodies by the length of their codes. */
type Wanted = { countries: number; bodies: readonly number[] };
/** Ems of a body in the strip: of the code's size for its shape and each letter, of the text's for the rest. */
const BODY_EMS = { shape: 0.95, letter: 0.7, edges: 0.55, age: 1.9, outlook: 0.95 };

/** Best first: what is given up, in order, is room to breathe, ages, exceptions beside, ease of reading. */
export function farPlan(screen: Screen, wanted: Wanted): FarPlan {
  const pitch = pitchMm(panelOf(screen.window, screen.panel), screen.inches);
  const easy = fontPx(EASY_ARCMIN, screen.distanceM, pitch);
  const least = fontPx(LEAST_ARCMIN, screen.distanceM, pitch);
  const lying = screen.window.width > screen.window.height;
  const sides = lying ? [true, false] : [false];
  const full = GROWTH.map((grown): Try => ({ beside: lying, ages: true, codePx: Math.floor(easy * grown), textPx: Math.floor(least * grown) }));
  const modest = sides.flatMap((beside) => [true, false].map((ages): Try => ({ beside, ages, codePx: easy, textPx: least })));
  const bare = sides.flatMap((beside) => [true, false].map((ages): Try => ({ beside, ages, codePx: least, textPx: least })));
  for (const plan of full.map((one) => divide(one, screen.window, wanted))) {
    if (plan !== null && plan.escalations === ESCALATIONS_MOST && plan.overdue > 0) return plan;
  }
  const smaller = [...modest, ...bare].map((one) => divide(one, screen.window, wanted)).filter((plan) => plan !== null);
  const room = (least: number): FarPlan | undefined => smaller.find(({ escalations }) => escalations >= least);
  return room(ESCALATIONS_FEW) ?? room(1) ?? smaller.at(-1) ?? crowded(least, screen.window, wanted);
}

function headerLinesOf({ width, height }: Size): number {
  return width > height ? 2 : 4;
}

/** The height that is left between the header and the ticker. */
function between(window: Size, textPx: number, headerLines: number): number {
  const lines = headerLines + FOOT_LINES;
  return window.height - textPx * (EDGE + lines * LINE + 2 * GAP);
}

function divide({ beside, ages, codePx, textPx }: Try, window: Size, { countries, bodies }: Wanted): FarPlan | null {
  const gap = GAP * textPx;
  const headerLines = headerLinesOf(window);
  const width = window.width - textPx;
  const height = between(window, textPx, headerLines);
  const tile = { width: TILE_EMS * codePx + gap, height: TIGHT_LINE * (codePx + (ages ? textPx : 0)) + PADDING * textPx + gap };
  const strip = bodies.length > 0 ? TIGHT_LINE * codePx + PADDING * textPx + gap : 0;
  const mostColumns = Math.floor((width - (beside ? BESIDE_EMS * textPx : 0)) / tile.width);
  if (mostColumns < 1) return null;
  const rowsFit = Math.floor((height - strip) / tile.height);
  const columns = beside ? Math.max(1, Math.ceil(countries / Math.max(1, rowsFit))) : mostColumns;
  const rows = Math.ceil(countries / columns);
  if (columns > mostColumns || rows > rowsFit) return null;
  const below = height - strip - rows * tile.height;
  const told = exceptions(Math.floor((beside ? height : below - gap) / (textPx * LINE + gap / 2)));
  // Where no escalation has room, the header takes what is left.
  const more = told.escalations > 0 || beside ? 0 : Math.min(4 - headerLines, Math.floor((below + gap) / (textPx * LINE)));
  const shown = stripOf(bodies, beside ? columns * tile.width : width, codePx, textPx);
  return { codePx, textPx, beside, headerLines: headerLines + Math.max(0, more), columns, tile, ages, strip: shown, ...told };
}

/** The share of the strip that a body takes, whatever stands there now; in ems of its code. */
export function shareOf(letters: number): number {
  return BODY_EMS.letter * letters + BODY_EMS.shape + BODY_EMS.age + BODY_EMS.outlook;
}

function stripOf(bodies: readonly number[], width: number, codePx: number, textPx: number): FarPlan['strip'] {
  const shares = bodies.reduce((sum, letters) => sum + shareOf(letters), 0);
  // Each has its share of the width; the one that is worst off decides for all, so that they look alike.
  const fits = (ems: number): boolean =>
    bodies.every((letters) => {
      const needed = codePx * (BODY_EMS.letter * letters + BODY_EMS.shape) + textPx * (BODY_EMS.edges + ems);
      return needed + GAP * textPx <= (width * shareOf(letters)) / shares;
    });
  if (fits(BODY_EMS.age + BODY_EMS.outlook)) return 'full';
  return fits(BODY_EMS.age) ? 'age' : 'code';
}

/** Lines into a title and two lines for each escalation, a title and one line for overdue centres. */
function exceptions(lines: number): { escalations: number; overdue: number } {
  const overdue = lines >= 5 ? OVERDUE_MOST : 0;
  const rest = lines - (overdue > 0 ? 2 : 0) - 1;
  return { escalations: Math.max(0, Math.min(ESCALATIONS_MOST, Math.floor(rest / 2))), overdue };
}

/** More than this screen can show from this distance: codes only, at the least size. */
function crowded(least: number, window: Size, { countries }: Wanted): FarPlan {
  const tile = { width: TILE_EMS * least, height: (TIGHT_LINE + PADDING) * least };
  const columns = Math.max(1, Math.min(countries, Math.floor((window.width - least) / tile.width)));
  return { codePx: least, textPx: least, beside: false, headerLines: headerLinesOf(window), columns, tile, ages: false, strip: 'code', escalations: 0, overdue: 0 };
}
