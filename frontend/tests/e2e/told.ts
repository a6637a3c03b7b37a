/** All that a page of changes tells, part by part, and what the API's answer comes to. */
import type { Locator } from '@playwright/test';
import type { CellView, Difference } from '../../src/api/types.gen';

export type Part = [name: string, lines: string[]];

/** Every part between head and foot, in the order in which it is read, line by line. */
export async function toldOn(report: Locator): Promise<Part[]> {
  return report.evaluate((article) => {
    const words = (one: Element): string => (one as HTMLElement).innerText.replace(/\s+/g, ' ').trim();
    return [...article.children]
      .filter(({ tagName }) => tagName !== 'HEADER' && tagName !== 'FOOTER')
      .map((part): [string, string[]] => {
        const { part: name, testid } = (part as HTMLElement).dataset;
        return [name ?? testid ?? part.tagName, name === undefined ? [words(part)] : [...part.querySelectorAll(':scope > ul > li, :scope > p')].map(words)];
      });
  });
}

const said = (cell: CellView | null): string | null => cell && `${cell.update.nil ? 'nil' : cell.update.severity}: ${cell.update.headline}, ${cell.update.recorded_at}`;

/** Every list of a difference, so short that it can be written down, and nothing left out that has anything in it. */
export function contentOf({ since: _, upto: __, cells, escalations, centres, cycles, slots, missed, ...rest }: Difference) {
  return {
    ...rest,
    cells: cells.map(({ centre, sector, from, to }) => [`${centre}/${sector}`, said(from), said(to)]),
    escalations: {
      ...escalations,
      new: escalations.new.map(({ title, level, state, owner, assignee, answer, steps, lapses }) => ({
        title, level, state, owner, assignee, until: answer?.until,
        steps: steps.map(({ step, at, by }) => `${step} ${at} ${by.centre}`),
        lapses: lapses.map(({ which, due, level }) => `${which} ${due} ${level}`),
      })),
    },
    centres: centres.map(({ centre, from, to }) => [centre, ...(['last_heard', 'last_handover', 'next_handover'] as const).flatMap((what) => (from?.[what] === to?.[what] ? [] : [`${what} ${to?.[what]}`]))]),
    missed: missed.map(({ centre, due_at }) => `${centre} ${due_at}`),
    cycles: cycles.map(({ from, to }) => [from?.name ?? null, to.name, to.ended]),
    slots: slots.map(({ centre, from, to }) => [
      centre, from, ...(to?.filled ?? []).map(({ due_at, filled_at, nil }) => `${due_at} filled ${filled_at}${nil ? ', nil' : ''}`), ...(to?.excused ?? []).map(({ due_at, reason }) => `${due_at} excused: ${reason}`),
    ]),
  };
}
