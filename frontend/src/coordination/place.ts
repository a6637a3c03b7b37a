/** Where one is on a page with several views, as its address says behind `#`: `#escalations/<id>`. Pure. */
export type Place<V extends string> = { view: V; about: string };

export function placeOf<V extends string>(hash: string, views: readonly V[], first: V): Place<V> {
  const [name = '', about = ''] = hash.replace(/^#/, '').split('/').map(decode);
  const view = views.find((view) => view === name);
  return view === undefined ? { view: first, about: '' } : { view, about };
}

export function hashOf(view: string, about = ''): string {
  return about === '' ? `#${view}` : `#${view}/${encodeURIComponent(about)}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
