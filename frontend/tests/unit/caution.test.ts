import { describe, expect, test } from 'vitest';
import { cautionsIn } from '../../src/desk/caution';

const kinds = (text: string): string[] => cautionsIn(text).map(({ kind }) => kind);

describe('warns of personal data', () => {
  test.each([
    ['Contact olena.k@example.org for the list', 'email'],
    ['Call +48 601 234 567 tonight', 'phone'],
    ['Bel 0470 12 34 56 na 18 uur', 'phone'],
    ['Joignable au 06 12 34 56 78', 'phone'],
    ['0032 2 488 02 11', 'phone'],
    ['Paid to BE68 5390 0754 7034', 'account_number'],
    ['NRN 85.07.30-033.28 registered', 'id_number'],
    ['PESEL 85073003328 at the desk', 'id_number'],
    ['passport FB123456 was lost', 'id_number'],
    ['a woman, born 12/03/1987, is missing', 'birth_date'],
    ['Kind, geboren am 3. März 2015', 'birth_date'],
    ['née le 3 mars 1990 à Kyiv', 'birth_date'],
    ['Olena Kovalenko (12.03.1987) travels alone', 'birth_date'],
    ['Mrs Olena Kovalenko asked for help', 'person'],
    ['Herr Jan Müller wird vermisst', 'person'],
  ])('%s', (text, kind) => {
    expect(kinds(text)).toEqual([kind]);
  });
});

describe('warns of classification markings', () => {
  test.each([
    'RESTREINT UE/EU RESTRICTED', 'EU CONFIDENTIAL: see annex', 'SECRET UE', 'NATO SECRET', 'from a SECRET cable', 'VS-NfD', 'GEHEIM', 'ŚCIŚLE TAJNE', 'DIFFUSION RESTREINTE',
  ])('%s', (text) => {
    expect(kinds(text)).toContain('classification');
  });
});

describe('is quiet about the ordinary words of an update', () => {
  test.each([
    'Reception in Rzeszów is full: 1 240 persons wait, 3 500 expected by 29.03.2022',
    'Border crossings 12 450 since 14:00, +1 240 on yesterday',
    'Queue at Medyka 6 h; Korczowa 2,5 h',
    '1234567 crossings since 24 February 2022',
    'Area PL82 and BE10, NUTS UKI31',
    'Ransomware at two hospitals; CVE-2022-22965 exploited',
    'Version 10.0.19041.1466 is affected, port 8443',
    'Trains 2022-03-29 06:30 to 2022-03-30 18:15 UTC run',
    'TLP:RED does not apply; restricted access to the site',
    'The secret ballot takes place on Monday',
    'Rumours on confidential help lines rise',
    'Budget of 150000000000 euro asked', 'EUR 2.500.000 transferred', 'Aid of 10 000 000 agreed',
    'Crisis Centre of Poland and Civil Protection, Brussels, 12.03.2022',
    'Mr President of the Council was informed',
    'Ratio 1:250000 map, sheets 12-14', 'Flight LO 3921 at 09 30, gate 12',
    'https://example.org/2022/03/29/report',
  ])('%s', (text) => {
    expect(cautionsIn(text)).toEqual([]);
  });
});

test('each finding is told once, over all texts, with what was found', () => {
  const text = 'a@example.org and a@example.org';
  expect(cautionsIn(text, text)).toEqual([{ kind: 'email', excerpt: 'a@example.org' }]);
});
