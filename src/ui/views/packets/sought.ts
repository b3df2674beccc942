// What a search or a filter looks for in a long transfer, as the reader of its capture asks for it. Pure.
import { packetFilter, filterRows } from '../../../shell/packets/packet-filter.ts';
import type { Sought } from '../../../shell/packets/transfer-view.ts';
import type { NamedFilter } from '../../../shell/session/view.ts';
import { labelOf, type LadderRow } from '../../../trace/ladder/ladder.ts';
import { hasText } from '../controller.ts';
import { isUnusual, wordsOf } from './ladder.ts';

/** What is looked for. */
export interface Search {
  readonly from: number;
  readonly step: 1 | -1;
  /** The text of a row; empty: an unusual row; undefined: any row. */
  readonly text: string | undefined;
  /** Only rows that pass. */
  readonly filter: NamedFilter | undefined;
}

export function soughtRow({ from, step, text, filter: named }: Search): Sought {
  const filter = named?.filter;
  const isWanted = (row: LadderRow): boolean =>
    text === undefined || (text === '' ? isUnusual(row) : hasText(wordsOf(row), text));
  return {
    ...{ from, step },
    is: (row, log) => isWanted(row) && filterRows([row], filter, log).length > 0,
    // No usual packet is an unusual one.
    mayBe:
      text === ''
        ? undefined
        : (log) => {
            const passes = filter === undefined ? undefined : packetFilter(filter, log);
            return (rec) => {
              const label = labelOf(rec);
              // A row has its label twice in its words.
              return (text === undefined || hasText(`${label}  ${label}`, text)) && passes?.(rec) !== false;
            };
          },
    byBlock: /\d/.test(text ?? '') || /"(block|has)"/.test(JSON.stringify(filter ?? '')),
  };
}
