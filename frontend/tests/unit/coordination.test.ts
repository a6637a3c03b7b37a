import { describe, expect, it } from 'vitest';
import { mayPair, mayRevoke, mayToken, rolesMade } from '../../src/admin/rights';
import { HERE_MS, holding, seen } from '../../src/admin/seen';
import { ROLES } from '../../src/api/types.gen';
import { hashOf, placeOf } from '../../src/coordination/place';
import { slugOf } from '../../src/coordination/slug';
import { matching, queriesIn, queriesOn, recentUpdates } from '../../src/coordination/updates';
import { begin } from '../../src/picture/picture';
import { at, entry, query, snapshot, update } from './given';

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
  const said = (id: string, ms: number) => update({ id, recorded_at: at(ms) });
  const cell = (sector: string, of: ReturnType<typeof said>) => ({ centre: 'be-nccn', sector, update: of, previous: null });
  const picture = begin(snapshot('p', {
    feed: [{ ...entry('2'), kind: 'update_posted', update: said('b', 20) }, { ...entry('1'), kind: 'update_posted', update: said('a', 10) }],
    cells: [cell('cyber', said('a', 10)), cell('displacement', said('c', 30))],
  }));

  it('are those that stand and those of the feed, once each, newest first', () => {
    expect(recentUpdates(picture).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('are found by all of their words in any order', () => {
    const updates = [update({ headline: 'Reception full in Przemyśl' }), update({ headline: 'Border queue' })];
    expect(matching(updates, 'przemyśl RECEPTION', (one) => one.headline)).toEqual([updates[0]]);
    expect(matching(updates, '  ', (one) => one.headline)).toEqual(updates);
    expect(matching(updates, 'reception border', (one) => one.headline)).toEqual([]);
  });
});

describe('queries', () => {
  const all = [
    query({ id: '1', asked_at: at(20) }), query({ id: '2', asked_at: at(10) }),
    query({ id: '3', state: 'answered', asked_at: at(0) }), query({ id: '4', state: 'answered', asked_at: at(30) }),
  ];

  it('that are open stand with the longest wait first, the others with the newest', () => {
    expect(queriesIn('open', all).map(({ id }) => id)).toEqual(['2', '1']);
    expect(queriesIn('answered', all).map(({ id }) => id)).toEqual(['4', '3']);
    expect(queriesIn('withdrawn', all)).toEqual([]);
  });

  it('about one update are all of them, what waits first, and none about another', () => {
    const other = query({ id: '5', update: 'u2' });
    expect(queriesOn('u1', [...all, other]).map(({ id }) => id)).toEqual(['2', '1', '4', '3']);
    expect(queriesOn('u2', [...all, other]).map(({ id }) => id)).toEqual(['5']);
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

  it('are for those of the contract alone', () => {
    expect(ROLES.filter((role) => mayPair({ role }))).toEqual(['duty_officer', 'centre_lead', 'coordinator', 'admin']);
    expect(ROLES.filter((role) => mayToken({ role }))).toEqual(['centre_lead', 'coordinator', 'admin']);
    expect(rolesMade({ role: 'centre_lead' })).not.toContain('coordinator');
    expect(rolesMade({ role: 'admin' })).toEqual(expect.arrayContaining(['coordinator', 'admin']));
    expect(rolesMade({ role: 'admin' })).not.toContain('wall_device');
    expect(mayRevoke({ role: 'centre_lead' }, 'coordinator')).toBe(true);
    expect(mayRevoke({ role: 'coordinator' }, 'admin')).toBe(false);
    expect(mayRevoke({ role: 'admin' }, 'auditor')).toBe(true);
    expect(mayRevoke({ role: 'duty_officer' }, 'viewer')).toBe(false);
  });
});
