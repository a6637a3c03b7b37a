import { describe, expect, it } from 'vitest';
import { rolesMade, mayPair, mayToken } from '../../src/admin/rights';
import { codeEntered, HERE_MS, holding, seen } from '../../src/admin/seen';
import { ROLES, type QueryView, type UpdateView } from '../../src/api/types.gen';
import { hashOf, placeOf } from '../../src/coordination/place';
import { slugOf } from '../../src/coordination/slug';
import { matching, queriesIn, recentUpdates } from '../../src/coordination/updates';
import type { Picture } from '../../src/picture/picture';

describe('a slug', () => {
  it.each([
    ['Displacement from Ukraine, 2022', 'displacement-from-ukraine-2022'],
    ['Überschwemmung an der Maas – Übung', 'uberschwemmung-an-der-maas-ubung'],
    ['Straße gesperrt', 'strasse-gesperrt'],
    ['  --  ', ''],
    ['Κρίση', ''],
    ['x'.repeat(80), 'x'.repeat(64)],
  ])('of %j is %j', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });

  it('never ends in a hyphen where it was cut', () => {
    expect(slugOf(`${'x'.repeat(63)} yz`)).toBe('x'.repeat(63));
  });
});

describe('a place on the page', () => {
  const views = ['escalations', 'queries'] as const;

  it('comes from the address and goes back to it', () => {
    expect(placeOf('#queries/0190-a', views, 'escalations')).toEqual({ view: 'queries', about: '0190-a' });
    expect(placeOf(hashOf('queries', 'a/b c'), views, 'escalations')).toEqual({ view: 'queries', about: 'a/b c' });
    expect(hashOf('queries')).toBe('#queries');
  });

  it('is the first view where the address names none', () => {
    for (const hash of ['', '#', '#elsewhere/x', '#token=1']) expect(placeOf(hash, views, 'escalations')).toEqual({ view: 'escalations', about: '' });
    expect(placeOf('#queries/%E0%A4%A', views, 'escalations').about).toBe('');
  });
});

describe('updates to choose from', () => {
  const update = (id: string, recorded_at: string, headline = id) => ({ id, recorded_at, headline }) as UpdateView;
  const picture = {
    feed: [
      { kind: 'update_posted', update: update('b', '2022-03-29T12:00:00Z') },
      { kind: 'crisis_opened', name: 'x' },
      { kind: 'update_posted', update: update('a', '2022-03-29T11:00:00Z') },
    ],
    cells: new Map([['x/y', { update: update('a', '2022-03-29T11:00:00Z') }], ['x/z', { update: update('c', '2022-03-29T13:00:00Z') }]]),
  } as unknown as Picture;

  it('are those that stand and those of the feed, once each, newest first', () => {
    expect(recentUpdates(picture).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('are found by all of their words in any order', () => {
    const updates = [update('1', '', 'Reception full in Przemyśl'), update('2', '', 'Border queue')];
    expect(matching(updates, 'przemyśl RECEPTION', (one) => one.headline)).toEqual([updates[0]]);
    expect(matching(updates, '  ', (one) => one.headline)).toEqual(updates);
    expect(matching(updates, 'reception border', (one) => one.headline)).toEqual([]);
  });
});

describe('queries', () => {
  const query = (id: string, state: QueryView['state'], asked_at: string) => ({ id, state, asked_at }) as QueryView;
  const all = [query('1', 'open', '2022-03-29T12:00:00Z'), query('2', 'open', '2022-03-29T11:00:00Z'), query('3', 'answered', '2022-03-29T10:00:00Z'), query('4', 'answered', '2022-03-29T13:00:00Z')];

  it('that are open stand with the longest wait first, the others with the newest', () => {
    expect(queriesIn('open', all).map(({ id }) => id)).toEqual(['2', '1']);
    expect(queriesIn('answered', all).map(({ id }) => id)).toEqual(['4', '3']);
    expect(queriesIn('withdrawn', all)).toEqual([]);
  });
});

describe('devices and tokens', () => {
  const now = Date.parse('2022-03-29T14:00:00Z');

  it('hold until they are revoked or end', () => {
    const one = { revoked_at: null, expires_at: '2022-03-30T00:00:00Z' };
    expect(holding(one, now)).toBe('holds');
    expect(holding({ ...one, expires_at: '2022-03-29T14:00:00Z' }, now)).toBe('ended');
    expect(holding({ ...one, revoked_at: '2022-03-29T13:00:00Z' }, now)).toBe('revoked');
  });

  it('a wall is gone once the server has not written it down for longer than it would', () => {
    expect(seen(null, now)).toEqual({ state: 'never', agoMs: 0 });
    expect(seen(new Date(now - HERE_MS).toISOString(), now).state).toBe('here');
    expect(seen(new Date(now - HERE_MS - 1).toISOString(), now).state).toBe('gone');
    expect(seen('2022-03-29T11:00:00Z', now)).toEqual({ state: 'gone', agoMs: 3 * 3_600_000 });
    expect(seen('2022-03-29T14:00:05Z', now)).toEqual({ state: 'here', agoMs: 0 });
  });

  it('a code is the same however it is typed', () => {
    for (const typed of ['ABC 234', 'abc-234', ' abc234 ']) expect(codeEntered(typed)).toBe('ABC234');
  });

  it('are for those of the contract alone', () => {
    expect(ROLES.filter((role) => mayPair({ role }))).toEqual(['duty_officer', 'centre_lead', 'coordinator', 'admin']);
    expect(ROLES.filter((role) => mayToken({ role }))).toEqual(['centre_lead', 'coordinator', 'admin']);
    expect(rolesMade({ role: 'centre_lead' })).not.toContain('coordinator');
    expect(rolesMade({ role: 'admin' })).toEqual(expect.arrayContaining(['coordinator', 'admin']));
    expect(rolesMade({ role: 'admin' })).not.toContain('wall_device');
  });
});
