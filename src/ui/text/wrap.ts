// Long lines of the transcript, broken between words. The rule: pure; nothing is lost but the blank at a break.
// Rows of tables are not for this: they stay one line.
import { columns } from '../../shell/editor/text.ts';

/** `text` as lines of at most `width` columns; what follows a break keeps the line's indent. Words that are too long stay whole. */
export function wrapWords(text: string, width: number): readonly string[] {
  if (columns(text) <= width) return [text];
  const indent = /^ */.exec(text)?.[0] ?? '';
  // Where there is hardly room, the terminal's own way is better than a column of single words.
  if (width < 20 || indent.length > width / 2) return [text];
  const lines: string[] = [];
  let line = indent;
  let used = indent.length;
  for (const word of text.slice(indent.length).split(/(?<=\S)(?= )/)) {
    const wide = columns(word);
    if (used + wide <= width || line.trim() === '') {
      line += word;
      used += wide;
      continue;
    }
    lines.push(line);
    line = indent + word.trimStart();
    used = columns(line);
  }
  lines.push(line);
  return lines;
}
