/**
 * Warns when free text looks like what must never be entered: personal data of affected people, or a
 * classification marking. It warns and never blocks: it cannot know, its author can. Pure.
 */
export type CautionKind = 'email' | 'phone' | 'account_number' | 'id_number' | 'birth_date' | 'person' | 'classification';
export type Caution = { kind: CautionKind; excerpt: string };

type Rule = { kind: CautionKind; pattern: RegExp; unless?: (match: string) => boolean };

/** Words for "born" before a date, in the languages of the network that are likeliest on a form. */
const BORN = String.raw`(?:born|dob|d\.o\.b\.|date of birth|geboren|geb\.|geboortedatum|geburtsdatum|n[ée]e?|né\(e\)|date de naissance|nat[oa]|nacid[oa]|urodzon[ya]|narozen[áý]?|născut[ăa]?|народився|народилася|родился|родилась|р\.)`;
const DATE = String.raw`(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}-\d{2}-\d{2}|\d{1,2}\.? \p{L}{3,12} (?:19|20)\d{2})`;
/** With or without a capital; the name after it has one, so the rule cannot ignore case. */
const TITLE = String.raw`(?:[Mm](?:r|rs|s|iss|me|lle|onsieur|adame|evr|evrouw|eneer)|[Dd]hr|[Hh]err|[Ff]rau|[Pp]ani?|[Ss]ignora?|[Ss]eñora?)`;

const RULES: readonly Rule[] = [
  { kind: 'email', pattern: /[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/giu },
  // Two letters, two digits, then at least eleven more: an account number, not a NUTS code.
  { kind: 'account_number', pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g, unless: (match) => match.replace(/ /g, '').length < 15 },
  // An international prefix, or a leading zero in the groups in which numbers are dictated.
  { kind: 'phone', pattern: /(?<![\d\p{L}])(?:\+|00)\d{1,3}[ ./-]?(?:\(0\)[ ./-]?)?\d(?:[ ./-]?\d){6,12}(?!\d)/gu },
  { kind: 'phone', pattern: /(?<![\d.,:/-])0\d{1,3}[ ./-]\d{2,3}(?:[ ./-]\d{2,3}){1,3}(?![\d:])/g, unless: (match) => isDate(match) || match.replace(/\D/g, '').length < 9 },
  // National numbers: Belgium's in its own grouping; elsewhere nine digits or more in one, or after a word that says so.
  { kind: 'id_number', pattern: /\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b/g },
  { kind: 'id_number', pattern: /(?<![\d.,])\d{9,14}(?![\d.,]\d|\d)/g, unless: (match) => /^(\d)\1+$/.test(match) || /0{5}$/.test(match) },
  { kind: 'id_number', pattern: /\b(?:passport|paspoort|passeport|reisepass|pesel|bsn|nrn|id[- ]?(?:card|kaart)|ausweis(?:nummer)?)\b[^\n]{0,12}?\b[A-Z]{0,3}\d{5,}\b/gi },
  { kind: 'birth_date', pattern: new RegExp(`(?<!\\p{L})${BORN}[ :,]{0,3}(?:on |le |op |am |il |el )?${DATE}`, 'giu') },
  // Two capitalised words right before a bracketed or comma-parted full date: a name with a date.
  { kind: 'birth_date', pattern: new RegExp(`\\p{Lu}\\p{Ll}+ \\p{Lu}\\p{Ll}+,? \\(?(?:\\*|°)? ?\\d{1,2}[./-]\\d{1,2}[./-](?:19|20)\\d{2}`, 'gu') },
  { kind: 'person', pattern: new RegExp(`(?<!\\p{L})${TITLE}\\.? \\p{Lu}\\p{Ll}+(?:[ -]\\p{Lu}\\p{Ll}+)+`, 'gu') },
  {
    kind: 'classification',
    pattern: /(?:RESTREINT UE|EU RESTRICTED|CONFIDENTIEL UE|EU CONFIDENTIAL|SECRET UE|EU SECRET|TR[ÈE]S SECRET|EU TOP SECRET|TOP SECRET|(?:NATO|COSMIC) (?:RESTRICTED|CONFIDENTIAL|SECRET|TOP SECRET)|(?<!\p{L})(?:SECRET|CONFIDENTIAL|CONFIDENTIEL|RESTRICTED|GEHEIM|STRENG GEHEIM|ZEER GEHEIM|STG\.? ?GEHEIM|STG\.? ?CONFIDENTIEEL|VERTROUWELIJK|BEPERKTE VERSPREIDING|DIFFUSION RESTREINTE|VS-NfD|VS-VERTRAULICH|VERTRAULICH|SEGRETO|SEGRETISSIMO|RISERVATO|RISERVATISSIMO|SECRETO|CONFIDENCIAL|RESERVADO|TAJNE|ŚCIŚLE TAJNE|POUFNE|ZASTRZEŻONE|TAJNÉ|DŮVĚRNÉ|VYHRAZENÉ|HEMLIG|SALAINEN|HEMMELIG|FORTROLIGT|ΑΠΟΡΡΗΤΟ|ΕΜΠΙΣΤΕΥΤΙΚΟ|ΠΕΡΙΟΡΙΣΜΕΝΗΣ ΧΡΗΣΗΣ|СЕКРЕТНО|ПОВЕРИТЕЛНО)(?!\p{L}))/gu,
  },
];

/** Everything in a text that its author should look at again, each once. */
export function cautionsIn(...texts: string[]): Caution[] {
  const found = new Map<string, Caution>();
  for (const text of texts) {
    const seen: [number, number][] = [];
    for (const { kind, pattern, unless } of RULES) {
      for (const match of text.matchAll(pattern)) {
        const [from, to] = [match.index, match.index + match[0].length];
        if (unless?.(match[0]) || seen.some(([start, end]) => from < end && to > start)) continue;
        seen.push([from, to]);
        found.set(`${kind} ${match[0]}`, { kind, excerpt: match[0].trim() });
      }
    }
  }
  return [...found.values()];
}

function isDate(text: string): boolean {
  return /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$/.test(text);
}
