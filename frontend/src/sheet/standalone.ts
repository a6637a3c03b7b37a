/** One file that opens without a server: what is drawn on the sheet, with the styles it needs and nothing that runs. */

/** The document for a sheet that stands in this page. */
export function standalone(sheet: Element, title: string): string {
  const copy = sheet.cloneNode(true) as Element;
  for (const control of copy.querySelectorAll('[data-not-printed]')) control.remove();
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // Nothing is fetched and nothing runs, whoever opens it and wherever.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escaped(title)}</title>`,
    `<style>${stylesOf(copy)}</style>`,
  ];
  const { lang } = document.documentElement;
  return `<!doctype html>\n<html lang="${escaped(lang)}" data-theme="light"><head>${head.join('\n')}</head>\n<body>${copy.outerHTML}</body></html>\n`;
}

/** Gives the reader a file to keep. */
export function keepAsFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** The rules of this page that the sheet or its document uses; fonts stay behind, they are files of the server. */
function stylesOf(sheet: Element): string {
  const holder = document.implementation.createHTMLDocument('');
  holder.documentElement.dataset.theme = 'light';
  holder.body.append(holder.importNode(sheet, true));
  const rules: string[] = [];
  for (const style of document.styleSheets) for (const rule of style.cssRules) if (applies(rule, holder)) rules.push(rule.cssText);
  return rules.join('\n').replaceAll('</', '<\\/');
}

function applies(rule: CSSRule, holder: Document): boolean {
  if (rule instanceof CSSFontFaceRule || rule instanceof CSSImportRule) return false;
  if (rule instanceof CSSMediaRule) return [...rule.cssRules].some((inner) => applies(inner, holder));
  if (!(rule instanceof CSSStyleRule)) return true;
  const plain = rule.selectorText.replaceAll(/::?(before|after|hover|focus|focus-visible|active)\b/g, '');
  return holder.querySelector(plain || '*') !== null;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
