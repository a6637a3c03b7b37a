/** The place of the page, followed for as long as the component that asks lives. */
import { onDestroy } from 'svelte';
import { hashOf, type Place, placeOf } from './place';

export class Here<V extends string> {
  place = $state.raw<Place<V>>() as Place<V>;

  constructor(
    private readonly views: readonly V[],
    private readonly first: V,
  ) {
    this.look();
    addEventListener('hashchange', this.look);
    onDestroy(() => removeEventListener('hashchange', this.look));
  }

  go(view: V, about = ''): void {
    location.hash = hashOf(view, about);
  }

  private look = (): void => {
    this.place = placeOf(location.hash, this.views, this.first);
  };
}
