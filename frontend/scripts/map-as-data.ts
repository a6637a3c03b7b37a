/**
 * The outlines of the map are data, not code: in what is built they are a file of their own, fetched with
 * the layout that draws them. Vite plugin; while developing and testing the module stays as it is.
 */
import { transformWithOxc, type Plugin } from 'vite';

const OUTLINES = '/src/map/shapes.gen.ts';

export const mapAsData: Plugin = {
  name: 'map-as-data',
  apply: 'build',
  async transform(code, id) {
    if (!id.endsWith(OUTLINES)) return null;
    const { code: plain } = await transformWithOxc(code, id);
    const shapes = (await import(`data:text/javascript,${encodeURIComponent(plain)}`)) as Record<string, unknown>;
    const file = this.emitFile({ type: 'asset', name: 'map.json', source: JSON.stringify(shapes) });
    const names = Object.keys(shapes).join(', ');
    return {
      // What does not come fails the layout as a whole, and the wall loads itself again.
      code: `const answer = await fetch(import.meta.ROLLUP_FILE_URL_${file});\nexport const { ${names} } = await answer.json();\n`,
      map: null,
    };
  },
};
