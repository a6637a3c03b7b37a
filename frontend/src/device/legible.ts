/**
 * How large type must be to be read from afar: by the angle that a capital fills in the reader's eye.
 * 20 arc-minutes read with ease; below 16 nothing that must be read may fall (ISO 9241-3, NUREG-0700).
 */
export const EASY_ARCMIN = 20;
export const LEAST_ARCMIN = 16;

/** The diagonal of a panel that nobody measured, in inches: the smallest that is usual on a wall. */
export const PANEL_INCHES = 55;
const MM_PER_INCH = 25.4;
/** Height of a capital in ems. Inter has 0.727; the fonts behind it have a little less. */
const CAP_HEIGHT = 0.7;

export type Size = { width: number; height: number };

/** Millimetres from pixel to pixel on a panel; the same upright and lying. */
export function pitchMm(screen: Size, inches = PANEL_INCHES): number {
  return (inches * MM_PER_INCH) / Math.hypot(screen.width, screen.height);
}

/** The font size, in pixels, whose capitals fill this angle at this distance. */
export function fontPx(arcMinutes: number, distanceM: number, pitch: number): number {
  const capMm = Math.tan(((arcMinutes / 60) * Math.PI) / 180) * distanceM * 1000;
  return Math.ceil(capMm / pitch / CAP_HEIGHT);
}

/** The angle that capitals of this font size fill at this distance. */
export function arcMinutes(px: number, distanceM: number, pitch: number): number {
  return (Math.atan((px * CAP_HEIGHT * pitch) / (distanceM * 1000)) * 180 * 60) / Math.PI;
}

/**
 * The pixels of the panel in CSS pixels. A window smaller than the panel does not make its pixels
 * larger, and a page zoomed out makes them smaller: whichever asks for the larger type is believed.
 */
export function panelOf(window: Size, screen: Size): Size {
  return Math.hypot(window.width, window.height) > Math.hypot(screen.width, screen.height) ? window : screen;
}
