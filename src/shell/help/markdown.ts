// Reads the subset of Markdown that src/manual/ uses: headings, paragraphs, lists, fenced code and tables.
// Rule: each renderer (help, the man page) gets the same blocks and decides only how they look.

/** One block of a text. Texts keep their marks (`code`, links) until a renderer replaces them. */
export type Block =
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'item'; readonly text: string }
  | { readonly type: 'code'; readonly lines: readonly string[] }
  /** `rows` includes the head. */
  | { readonly type: 'table'; readonly rows: readonly (readonly string[])[] };

/** The blocks of `markdown`. Wrapped lines of a paragraph or an item are joined. */
export function parseMarkdown(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length;) {
    const { block, next } = blockAt(lines, at);
    if (block !== undefined) blocks.push(block);
    at = next;
  }
  return blocks;
}

interface Parsed {
  readonly block?: Block;
  /** Index of the first line after the block. */
  readonly next: number;
}

function blockAt(lines: readonly string[], at: number): Parsed {
  const line = lines[at] ?? '';
  if (line.trim() === '' || line.startsWith('<!--')) return { next: at + 1 };
  if (line.startsWith('```')) return codeAt(lines, at + 1);
  if (line.startsWith('#'))
    return { block: { type: 'heading', text: line.replace(/^#+ */, '') }, next: at + 1 };
  if (line.startsWith('|')) return tableAt(lines, at);
  const type = line.startsWith('* ') ? 'item' : 'paragraph';
  const next = endOf(lines, at + 1, (one) => /^(\s*$|#|\||```|\* |<!--)/.test(one));
  const text = lines
    .slice(at, next)
    .map((one) => one.trim())
    .join(' ');
  return { block: { type, text: type === 'item' ? text.slice(2) : text }, next };
}

function codeAt(lines: readonly string[], from: number): Parsed {
  const end = endOf(lines, from, (line) => line.startsWith('```'));
  return { block: { type: 'code', lines: lines.slice(from, end) }, next: end + 1 };
}

function tableAt(lines: readonly string[], at: number): Parsed {
  const next = endOf(lines, at, (line) => !line.startsWith('|'));
  const rows = lines
    .slice(at, next)
    .filter((line) => !/^\|[-|: ]+\|$/.test(line))
    .map(cellsOf);
  return { block: { type: 'table', rows }, next };
}

/** `\|` is a sign in a cell, not the end of it. */
function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function endOf(lines: readonly string[], from: number, isEnd: (line: string) => boolean): number {
  const length = lines.slice(from).findIndex(isEnd);
  return length < 0 ? lines.length : from + length;
}

/** `text` with each `code` replaced by `code(…)`, and each link by its words. */
export function inlineText(text: string, code: (words: string) => string): string {
  return text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replace(/`([^`]+)`/g, (_, words: string) => code(words));
}
