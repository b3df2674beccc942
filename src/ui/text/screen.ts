// The whole live region as rows, and the place of the cursor in it.
// The rule: pure, and never taller than rows − 2, since a taller region destroys the scrollback. The prompt is first:
// a narrower window wraps what is above the cursor, and then nobody could find where the region begins.
import { suggestion } from '../../shell/editor/recall.ts';
import type { EditorState } from '../../shell/editor/state.ts';
import type { LongWork, ServerRow, TransferRow } from '../../shell/session/state.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { footerRow } from './footer.ts';
import type { Situation } from './footer.ts';
import { asciiGlyphs, cutText, fitRow, span, unicodeGlyphs } from './layout.ts';
import type { Glyphs, TextRow } from './layout.ts';
import { menuRows } from './menu.ts';
import { layPrompt } from './prompt.ts';
import type { PromptInput, PromptLayout } from './prompt.ts';
import { serverRow } from './server.ts';
import { transferRows } from './transfers.ts';

/** Under this height there is room for the prompt and little else. */
const smallHeight = 10;

export interface RegionInput {
  readonly prompt: string;
  /** The line; while a question is open, its answer. */
  readonly editor: EditorState;
  readonly question: string | undefined;
  readonly transfers: readonly TransferRow[];
  readonly server: ServerRow | undefined;
  readonly foreground: boolean;
  readonly longWork?: LongWork | undefined;
  /** Lines that were entered and wait for the one before them. */
  readonly waiting: readonly string[];
  readonly columns: number;
  readonly rows: number;
  readonly ascii: boolean;
  readonly color: boolean;
}

export interface Screen {
  readonly prompt: PromptLayout;
  readonly below: readonly TextRow[];
}

/** Lays out everything that moves. */
export function layScreen(scene: RegionInput): Screen {
  const glyphs = scene.ascii ? asciiGlyphs : unicodeGlyphs;
  const width = Math.max(1, scene.columns - 1);
  const small = scene.rows < smallHeight;
  const budget = Math.max(1, scene.rows - 2);
  const notes = noteRows(scene, width, glyphs).slice(0, budget - 1);
  const prompt = layPrompt(promptInput(scene), {
    width: scene.columns,
    limit: Math.max(1, Math.min(budget - notes.length, small ? 2 : 8)),
  });
  let left = budget - notes.length - prompt.rows.length;
  const limit = small ? Math.min(1, left) : left - 2;
  const transfers = transferRows(scene.transfers, { width, limit }, glyphs);
  left -= transfers.length;
  const menu =
    scene.editor.menu === undefined
      ? []
      : menuRows(scene.editor.menu, { width, limit: small ? 0 : left }, glyphs);
  left -= menu.length;
  const server =
    scene.server === undefined || small || left < 2 ? [] : [serverRow(scene.server, width, glyphs)];
  left -= server.length;
  const footer = small || left < 1 ? [] : [footerRow(situation(scene), width, glyphs)];
  return { prompt, below: [...notes, ...menu, ...transfers, ...server, ...footer] };
}

function promptInput(scene: RegionInput): PromptInput {
  const { editor } = scene;
  if (editor.search !== undefined) {
    const { query, found } = editor.search;
    const line = found === undefined ? '' : (editor.history[found] ?? '');
    const at = query === '' ? line.length : line.indexOf(query) + query.length;
    return { prompt: `search "${query}": `, text: line, cursor: Math.max(0, at), suggestion: '' };
  }
  const prompt = scene.question === undefined ? scene.prompt : `${scene.question.trimEnd()} `;
  const rest = scene.question === undefined && scene.color ? suggestion(editor) : '';
  return { prompt, text: editor.text, cursor: editor.cursor, suggestion: rest };
}

function situation(scene: RegionInput): Situation {
  const { editor } = scene;
  const runs = scene.transfers.find((each) => !each.background && each.state !== 'queued');
  const rest = suggestion(editor);
  const said = scene.color ? '' : editor.text + rest;
  return {
    aborts: scene.foreground ? (runs?.kind ?? 'it') : scene.longWork?.kind,
    asked: scene.question !== undefined,
    searching: editor.search !== undefined,
    choosing: editor.menu !== undefined,
    pasted: editor.pasted !== undefined,
    suggestion: rest === '' ? '' : said === '' ? 'accept' : said,
    typed: editor.text !== '',
  };
}

function noteRows(
  { editor, waiting, longWork }: RegionInput,
  width: number,
  glyphs: Glyphs,
): readonly TextRow[] {
  const rows: TextRow[] = longWork === undefined ? [] : [[span(longWork.text)]];
  const [next] = waiting;
  const others = waiting.length > 1 ? ` (and ${grouped(waiting.length - 1)} more)` : '';
  if (next !== undefined) rows.push([span(`runs next: ${next}${others}`, 'dim')]);
  if (editor.notice !== undefined) rows.push([span(editor.notice, 'warn')]);
  if (editor.pasted !== undefined) {
    rows.push([span(`${grouped(editor.pasted.length)} lines were pasted. Run them? (y/n)`, 'warn')]);
    for (const line of editor.pasted.slice(0, 4)) rows.push([span(`  ${cutText(line, width - 2, glyphs)}`)]);
    const more = editor.pasted.length - 4;
    if (more > 0) rows.push([span(`  ${glyphs.more} and ${grouped(more)} more`, 'dim')]);
  }
  return rows.map((row) => fitRow(row, width, glyphs));
}
