import { render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import Closed from '../../src/wall/Closed.svelte';
import { centre, iso, NOW, picture } from './pictures';

const flood = picture([centre('ERCC', 'eu')], []);

it('an open crisis says nothing of its end', () => {
  render(Closed, { crisis: flood.crisis, centres: flood.centres });
  expect(screen.queryByTestId('closed')).toBeNull();
});

it('a closed crisis is said plainly, with when, by whom and why where the server tells it', () => {
  const closed = { reason: 'Waters fell', at: iso(NOW), by: { centre: 'ercc', role: 'coordinator', position: 'Desk' } };
  const { unmount } = render(Closed, { crisis: { ...flood.crisis, state: 'closed', closed } as typeof flood.crisis, centres: flood.centres });
  expect(screen.getByTestId('closed')).toHaveTextContent('CRISIS CLOSED');
  expect(screen.getByTestId('closed')).toHaveTextContent(/12:00 UTC, ERCC: Waters fell/);
  unmount();
  render(Closed, { crisis: { ...flood.crisis, state: 'closed' }, centres: flood.centres });
  expect(screen.getByTestId('closed')).toHaveTextContent('CRISIS CLOSED');
});
