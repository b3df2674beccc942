// A ladder as a Mermaid sequence diagram, for Markdown. The rule: text from the net is escaped.
import { instantText } from '../text/quantities.ts';
import { join, say } from '../../wire/text.ts';
import { endName, rowWords, type Ladder, type LadderRow } from '../ladder/ladder.ts';
import { mermaid } from './escape.ts';

/** The diagram without fences, ending in a newline. */
export function ladderMermaid(ladder: Ladder): string {
  const lines = [
    'sequenceDiagram',
    `  participant C as ${mermaid(say`client ${endName(ladder.client)}`)}`,
    `  participant S as ${mermaid(say`server ${endName(ladder.server)}`)}`,
    `  Note over C,S: ${mermaid(join([ladder.title, ...ladder.figures], say`, `))}`,
    ...ladder.rows.flatMap((row) => rowLines(row)),
  ];
  return `${lines.join('\n')}\n`;
}

/** What arrived is a solid line, what was lost ends in a cross, what was inferred is dotted. */
const arrows = { whole: '->>', lost: '-x', inferred: '--x' };

function rowLines(row: LadderRow): readonly string[] {
  const { kind, towards, line, label, side, since } = row;
  const end = towards === 'right' ? 'S' : 'C';
  if (kind === 'end' || kind === 'fold') return [`  Note over C,S: ${mermaid(label)}`];
  if (kind === 'timer')
    return [`  Note ${towards === 'left' ? 'left of C' : 'right of S'}: ${mermaid(label)}`];
  const start = end === 'S' ? 'C' : 'S';
  const time = since === undefined ? say`` : say`${instantText(since)}  `;
  const arrow = `  ${start}${arrows[line]}${end}: ${mermaid(say`${time}${rowWords(row)}`)}`;
  return side.length === 0 ? [arrow] : [arrow, `  Note right of S: ${mermaid(join(side, say`, `))}`];
}
