/** Figures of the whole network, with how many centres are in them and how old they are. Pure. */
import type { Indicator, Missing, ReadingView } from '../api/types.gen';
import type { Picture } from './picture';

/** An indicator of the catalogue; where figures may not be added up, it says why. */
export type Counted = Indicator & { not_summed_because?: Partial<Record<string, string>> | null };

export type Figure = {
  indicator: Counted;
  /** The sum or the highest, as the catalogue allows; `null` where centres may not be brought together or none holds. */
  value: number | null;
  /** What holds now, largest first. */
  parts: { code: string; value: number }[];
  /** How much of it a sum would count twice, where a centre says so and that holds. */
  twice: number | null;
  /** How many centres have a figure that holds, of those that ever reported this indicator. */
  reporting: number;
  of: number;
  /** Whose reading is not in it, and why: it is no figure, or its author no longer vouches for it. */
  without: { code: string; why: Missing | 'stale' }[];
  /** When the oldest figure in it was true. */
  oldest: number | null;
  /** How many of them are estimates or provisional. */
  soft: number;
};

/** How long a figure holds once the update that brought it no longer stands: a day, as flows are counted by day. */
const ALONE_HOLDS_MS = 24 * 3_600_000;

/** At most `most` figures: those that most centres report first, then in the catalogue's order. */
export function figuresOf(picture: Picture, indicators: readonly Counted[], now: number, most: number): Figure[] {
  const byIndicator = new Map<string, ReadingView[]>();
  for (const reading of picture.readings.values()) {
    const known = byIndicator.get(reading.indicator);
    if (known) known.push(reading);
    else byIndicator.set(reading.indicator, [reading]);
  }
  if (byIndicator.size === 0) return [];
  const terms = new Map([...picture.cells.values()].map(({ update }) => [update.id, update.valid_until]));
  const notes = new Set(indicators.map(({ counted_twice }) => counted_twice));
  return indicators
    .flatMap((indicator) => {
      const readings = byIndicator.get(indicator.id);
      // What is counted twice stands beside what it is counted in, and nowhere else.
      if (!readings || notes.has(indicator.id)) return [];
      const [twice] = holdingOf(picture, byIndicator.get(indicator.counted_twice ?? '') ?? [], terms, now).holding;
      return [{ ...figureOf(picture, indicator, readings, terms, now), twice: twice?.value ?? null }];
    })
    .sort((a, b) => b.reporting - a.reporting)
    .slice(0, most);
}

/** The readings that hold, largest first, and those that do not. */
function holdingOf(picture: Picture, readings: ReadingView[], terms: ReadonlyMap<string, string>, now: number) {
  const without: Figure['without'] = [];
  const holding = readings.flatMap((reading) => {
    const asOf = Date.parse(reading.as_of);
    const code = picture.centres.get(reading.centre)?.code ?? reading.centre;
    // Suppressed and not available are no figures; nor is what its author no longer vouches for.
    const term = terms.get(reading.update);
    const holdsUntil = term === undefined ? asOf + ALONE_HOLDS_MS : Date.parse(term);
    const why = typeof reading.value !== 'number' ? reading.value : now >= holdsUntil ? 'stale' : null;
    if (typeof reading.value !== 'number' || why !== null) {
      if (why !== null) without.push({ code, why });
      return [];
    }
    const soft = reading.quality === 'estimated' || reading.quality === 'provisional';
    return [{ code, value: reading.value, asOf, soft }];
  });
  holding.sort((a, b) => b.value - a.value || (a.code < b.code ? -1 : 1));
  return { holding, without: without.sort((a, b) => (a.code < b.code ? -1 : 1)) };
}

function figureOf(picture: Picture, indicator: Counted, readings: ReadingView[], terms: ReadonlyMap<string, string>, now: number): Omit<Figure, 'twice'> {
  const { holding, without } = holdingOf(picture, readings, terms, now);
  return {
    indicator,
    value: together(indicator, holding.map(({ value }) => value)),
    parts: holding.map(({ code, value }) => ({ code, value })),
    reporting: holding.length,
    of: readings.length,
    without,
    oldest: holding.length > 0 ? Math.min(...holding.map(({ asOf }) => asOf)) : null,
    soft: holding.filter(({ soft }) => soft).length,
  };
}

function together({ aggregation }: Indicator, values: number[]): number | null {
  if (values.length === 0 || aggregation === 'none') return null;
  return aggregation === 'max' ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
}
