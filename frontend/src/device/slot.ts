/** A place in the header of a wall for what a person may do there, whichever layout draws the header. */
import { getContext, setContext, type Snippet } from 'svelte';

const CONTROLS = Symbol('controls');

export const putControls = (controls: Snippet): unknown => setContext(CONTROLS, controls);
export const controlsHere = (): Snippet | undefined => getContext<Snippet | undefined>(CONTROLS);
