// The panel of step mode as rows: the packet octet by octet, what follows and why, the state of both ends. Pure.
import { anatomy } from '../../../trace/anatomy/anatomy.ts';
import { anatomyLines } from '../../../trace/anatomy/text.ts';
import type { Scene } from '../../../shell/step/scene.ts';
import type { Line } from '../../../shell/session/state.ts';
import { fitRow, span, wrapText, type Glyphs, type TextRow, type Tone } from '../../text/layout.ts';
import type { Size } from '../packets/ladder.ts';

/** What the panel shows. */
export interface StepPanel {
  /** Undefined: no packet is held now. */
  readonly scene: Scene | undefined;
  /** What the last command said. */
  readonly said: readonly Line[];
  /** Rows that are scrolled away above. */
  readonly top: number;
}

/** The title, and the last row. */
const around = 2;
const labelWidth = 8;
/** Rows that the packet needs beside what follows from it: its summary, and some fields. */
const leastPacket = 7;
/** Lines of the last command that are shown. */
const mostSaid = 6;

/** Everything but the last row, and how far it can be scrolled. */
export function stepRows(
  panel: StepPanel,
  size: Size,
  glyphs: Glyphs,
): { readonly rows: readonly TextRow[]; readonly most: number } {
  const columns = Math.max(40, size.columns);
  const height = Math.max(1, size.rows - 1 - around);
  const said = saidRows(panel.said, columns).slice(-mostSaid);
  const room = Math.max(1, height - (said.length === 0 ? 0 : said.length + 1));
  const { packet, next } =
    panel.scene === undefined ? { packet: waitingRows, next: [] } : sceneRows(panel.scene, columns, glyphs);
  // What follows from the packet stays in view; its octets scroll above that.
  const isFixed = room - next.length >= leastPacket;
  const body = isFixed ? packet : [...packet, ...next];
  const bodyRoom = isFixed ? room - next.length : room;
  const most = Math.max(0, body.length - bodyRoom);
  const top = Math.min(panel.top, most);
  const shown = body.slice(top, top + bodyRoom);
  const below = most - top;
  if (below > 0)
    shown[shown.length - 1] = [span(`  ${glyphs.more} ${below + 1} more rows (arrow keys)`, 'dim')];
  if (isFixed) shown.push(...next);
  while (shown.length < room) shown.push([span(' ')]);
  if (said.length > 0) shown.push([span(' ')], ...said);
  const title: TextRow = [span(titleOf(panel.scene), 'strong')];
  return { rows: [title, ...shown].map((row) => fitRow(row, columns, glyphs)), most };
}

function titleOf(scene: Scene | undefined): string {
  if (scene === undefined) return 'STEP';
  const { held, waiting } = scene;
  const whose = held.tag.transfer === 0 ? 'a request' : `transfer ${held.tag.transfer}`;
  const more = waiting === 0 ? '' : `   ${waiting} more held`;
  return `STEP   packet ${held.number}, ${whose}${more}   time stands still`;
}

const waitingRows: TextRow[] = [
  [span(' ')],
  [span('No packet is held now: the clock runs, and the next packet will be held.', 'dim')],
];

/** The packet octet by octet, and what follows from it. */
function sceneRows(
  scene: Scene,
  columns: number,
  glyphs: Glyphs,
): { readonly packet: TextRow[]; readonly next: TextRow[] } {
  const { held, head, place, lines, remarks } = scene;
  const arrow = held.direction === 'sent' ? '▶' : '◀';
  const isAscii = glyphs.right === 'Right';
  const sign = isAscii ? (held.direction === 'sent' ? '->' : '<-') : arrow;
  const packet: TextRow[] = [
    ...wrapText(`${sign} ${head}`, columns).map((text): TextRow => [span(text, 'prompt')]),
    [span(`  ${place}`)],
    [span(' ')],
    ...anatomyRows(scene, columns, isAscii),
  ];
  const next: TextRow[] = [[span(' ')]];
  for (const { label, text } of lines) next.push(...labelled(label, text, columns, 'plain'));
  for (const text of remarks) next.push(...labelled('!', text, columns, 'warn'));
  return { packet, next };
}

/** The table of fields; the octets again in rows are what `packet K` shows. */
function anatomyRows({ held }: Scene, columns: number, ascii: boolean): readonly TextRow[] {
  const lines = anatomyLines(anatomy(held.octets), { columns, ascii });
  return lines
    .filter(({ kind }) => kind === 'head' || kind === 'field' || kind === 'fault')
    .map(({ kind, text }): TextRow => [
      span(text, kind === 'fault' ? 'warn' : kind === 'head' ? 'dim' : 'plain'),
    ]);
}

function labelled(label: string, text: string, columns: number, tone: Tone): readonly TextRow[] {
  const lines = wrapText(text, columns - labelWidth - 2);
  return lines.map((line, at) => [
    span(`  ${(at === 0 ? label : '').padEnd(labelWidth)}`, 'strong'),
    span(line, tone),
  ]);
}

function saidRows(said: readonly Line[], columns: number): readonly TextRow[] {
  return said.flatMap(({ kind, text }) =>
    wrapText(text, columns).map((line): TextRow => [span(line, kind === 'bad' ? 'warn' : 'plain')]),
  );
}
