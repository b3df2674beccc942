// The prompt and the line on it, wrapped by hand so that the real cursor can be placed.
// The rule: pure; rows are cut between graphemes and never reach the last column, where terminals wrap.
import { graphemes } from '../../shell/editor/graphemes.ts';
import { columns } from '../../shell/editor/text.ts';

export interface PromptRow {
  /** The prompt, on the first row only. */
  readonly prompt: string;
  readonly text: string;
  /** What would be added, drawn grey. */
  readonly suggestion: string;
}

export interface PromptLayout {
  readonly rows: readonly PromptRow[];
  /** The cursor's place, from the first of the rows. */
  readonly cursor: { readonly x: number; readonly y: number };
}

export interface PromptInput {
  readonly prompt: string;
  readonly text: string;
  readonly cursor: number;
  readonly suggestion: string;
}

/** Lays the line out in `width` columns and at most `limit` rows around the cursor. */
export function layPrompt(
  input: PromptInput,
  { width, limit }: { readonly width: number; readonly limit: number },
): PromptLayout {
  const room = Math.max(1, width - 1);
  const prompt = shortPrompt(input.prompt, room);
  const wrapped = wrap(input, columns(prompt), room);
  const last = wrapped.lines.length - 1;
  const rows = wrapped.lines.map((text, at): PromptRow => {
    const lead = at === 0 ? prompt : '';
    const free = room - columns(lead) - columns(text);
    return { prompt: lead, text, suggestion: at === last ? beginning(input.suggestion, free) : '' };
  });
  const height = Math.max(1, limit);
  const first = Math.max(0, Math.min(wrapped.y - Math.floor(height / 2), rows.length - height));
  return { rows: rows.slice(first, first + height), cursor: { x: wrapped.x, y: wrapped.y - first } };
}

function wrap(
  { text, cursor }: PromptInput,
  indent: number,
  room: number,
): { readonly lines: readonly string[]; readonly x: number; readonly y: number } {
  const lines: string[] = [];
  let line = '';
  let used = indent;
  let offset = 0;
  let at = { x: indent, y: 0 };
  for (const part of graphemes(text)) {
    const wide = columns(part);
    if (used + wide > room && used > 0) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (offset === cursor) at = { x: used, y: lines.length };
    // A terminal that is narrower than the character cannot show it.
    line += wide > room ? '?' : part;
    used += Math.min(wide, room);
    offset += part.length;
  }
  lines.push(line);
  if (cursor >= text.length) at = { x: used, y: lines.length - 1 };
  return { lines, ...at };
}

// A prompt that leaves no room for typing is reduced to its last sign.
function shortPrompt(prompt: string, room: number): string {
  if (columns(prompt) + 8 <= room) return prompt;
  return room >= 4 ? '> ' : '';
}

function beginning(text: string, room: number): string {
  let out = '';
  let used = 0;
  for (const part of graphemes(text)) {
    used += columns(part);
    if (used > room) break;
    out += part;
  }
  return out;
}
