// The live region as a whole, as strings; | marks the cursor.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import stringWidth from 'string-width';
import { emptyEditor } from '../../../src/shell/editor/state.ts';
import type { Action, EditorState } from '../../../src/shell/editor/state.ts';
import { edit } from '../../../src/shell/editor/editor.ts';
import type { Completion, ServerRow } from '../../../src/shell/session/state.ts';
import { rowText } from '../../../src/ui/text/layout.ts';
import { layScreen } from '../../../src/ui/text/screen.ts';
import type { RegionInput } from '../../../src/ui/text/screen.ts';
import { commands, text, transfer } from '../fake-shell.ts';

const server: ServerRow = {
  listening: text('0.0.0.0:6969'),
  root: text('./tftpboot'),
  writable: false,
  active: 3,
  done: 41,
  failed: 2,
};
const still: RegionInput = {
  prompt: 'tftp> ',
  editor: emptyEditor(),
  question: undefined,
  transfers: [],
  server: undefined,
  foreground: false,
  waiting: [],
  columns: 80,
  rows: 24,
  ascii: false,
  color: true,
};

function draw(change: Partial<RegionInput>): string[] {
  const screen = layScreen({ ...still, ...change });
  const prompt = screen.prompt.rows.map((row, at) => {
    const line = row.prompt + row.text;
    const marked = at === screen.prompt.cursor.y ? splitAt(line, screen.prompt.cursor.x) : line;
    return marked + (row.suggestion === '' ? '' : `{${row.suggestion}}`);
  });
  return [...prompt, ...screen.below.map(rowText)];
}

function splitAt(line: string, column: number): string {
  let at = 0;
  while (at < line.length && stringWidth(line.slice(0, at)) < column) at += 1;
  return `${line.slice(0, at)}|${line.slice(at)}`;
}

function typed(letters: string, history: readonly string[] = [], ...then: readonly Action[]): EditorState {
  let state = emptyEditor(history);
  for (const action of [
    ...Array.from(letters, (letter): Action => ({ type: 'insert', text: letter })),
    ...then,
  ])
    state = edit(state, action).state;
  return state;
}

function choices(items: readonly (readonly [string, string?])[]): Action {
  const list = items.map(([value, note]): Completion => ({
    value,
    label: text(value),
    note: note === undefined ? undefined : text(note),
  }));
  return { type: 'completions', completions: { from: 0, items: list } };
}

describe('at 80 columns', () => {
  it('nothing happens', () => {
    expect(draw({})).toEqual(['tftp> |', ' ^D leave · Tab complete · ^R search · F2 trace · F1 help']);
  });
  it('a transfer, and a line with a suggestion', () => {
    expect(
      draw({ editor: typed('sta', ['status']), transfers: [transfer], foreground: true, server }).slice(0, 4),
    ).toEqual([
      'tftp> sta|{tus}',
      '↓ fw-2.4.1.bin   62% █████████████░░░░░░░░   9.1/14.7 MB   11.2 MB/s  0:01 left',
      '  octet  blksize=1468 windowsize=16  block 6,390  rtt 0.42 ms  0 resent',
      'server 0.0.0.0:6969  ./tftpboot (read-only)  active 3  done 41  failed 2',
    ]);
    expect(draw({ editor: typed('sta', ['status']), transfers: [transfer], foreground: true }).at(-1)).toBe(
      ' ^C abort get · Tab complete · → accept · ^R search · F2 trace · F1 help',
    );
  });
  it('without colour a suggestion is told in words: grey alone would look typed', () => {
    const drawn = draw({ editor: typed('sta', ['status']), color: false });
    expect([drawn[0], drawn.at(-1)]).toEqual([
      'tftp> sta|',
      ' ^C clear · Tab complete · → status · ^R search · F2 trace · F1 help',
    ]);
  });
  it('a menu with notes has a row each, and at most five', () => {
    const editor = typed('', [], choices(commands.map(([name, note]) => [name, note] as const)), {
      type: 'complete',
      step: 1,
    });
    expect(draw({ editor }).slice(1, 6)).toEqual([
      '› clear    clears the screen',
      '  connect  sets the peer',
      '  get      fetches files',
      '  stats    figures of a transfer',
      '  1 of 8 choices',
    ]);
  });
  it('the choice is always in view', () => {
    const tabs = Array.from({ length: 7 }, (): Action => ({ type: 'complete', step: 1 }));
    const editor = typed('', [], choices(commands.map(([name, note]) => [name, note] as const)), ...tabs);
    expect(draw({ editor }).slice(1, 6)).toEqual([
      '  stats    figures of a transfer',
      '  status   session, server and last transfer',
      '  trace    shows packets',
      '› help     says how',
      '  7 of 8 choices',
    ]);
  });
  it('bare names share rows', () => {
    const names = Array.from({ length: 9 }, (_, at): [string] => [`file-${at}.bin`]);
    const drawn = draw({ editor: typed('', [], choices(names)) });
    expect(drawn.slice(1, 3)).toEqual([
      '  file-0.bin   file-1.bin   file-2.bin   file-3.bin   file-4.bin   file-5.bin ',
      '  file-6.bin   file-7.bin   file-8.bin ',
    ]);
  });
  it('long names are cut where they are alike, and one has the row to itself if it must', () => {
    const long = (end: string): [string] => [`${'firmware-of-a-very-long-name-'.repeat(3)}${end}`];
    const drawn = draw({ editor: typed('', [], choices([long('a.bin'), long('b.bin')])) });
    for (const [at, end] of [
      [1, 'a.bin'],
      [2, 'b.bin'],
    ] as const)
      expect(drawn[at]).toMatch(new RegExp(`^  firmware-of.*….*-name-${end} $`));
  });
  it('what is left out is counted', () => {
    const names = Array.from({ length: 200 }, (_, at): [string] => [`file-${at}.bin`]);
    const cut = (beyond: number): string | undefined => {
      const action = choices(names);
      if (action.type !== 'completions') return undefined;
      return draw({
        editor: typed('', [], { ...action, completions: { ...action.completions, beyond } }),
      })[5];
    };
    expect(cut(0)).toBe('  200 choices');
    expect(cut(1034)).toBe('  1,234 choices; 200 are shown here, more letters narrow them');
    expect(cut(Infinity)).toBe('  more than 200 choices; 200 are shown here, more letters narrow them');
  });
  it('a paste shows its lines', () => {
    const editor = typed('', [], { type: 'paste', text: 'a\nb\nc\nd\ne\nf' });
    expect(draw({ editor })).toEqual([
      'tftp> |',
      '6 lines were pasted. Run them? (y/n)',
      '  a',
      '  b',
      '  c',
      '  d',
      '  … and 2 more',
      ' y run them · n drop them',
    ]);
  });
  it('a search', () => {
    const editor = typed('', ['get boot.cfg'], { type: 'search' }, { type: 'insert', text: 'boot' });
    expect(draw({ editor })).toEqual([
      'search "boot": get boot|.cfg',
      ' Enter run · ^R older · → edit · Esc back',
    ]);
  });
  it.each(['(file)', '(file) '])('a question: "%s"', (question) => {
    expect(draw({ question, editor: typed('x') })).toEqual(['(file) x|', ' Enter answer · ^C cancel']);
  });
});

test('in ASCII nothing else is drawn', () => {
  const editor = typed('', ['status'], { type: 'paste', text: 'a\nb\nc\nd\ne\nf' });
  const drawn = draw({ editor, transfers: [transfer, transfer], server, ascii: true, foreground: true });
  expect(drawn.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
});

describe('the line', () => {
  it('wraps before the last column, by cells, and the cursor follows', () => {
    expect(draw({ columns: 20, rows: 9, editor: typed('get 固件固件固件固件固件') })).toEqual([
      'tftp> get 固件固件',
      '固件固件固件|',
    ]);
  });
  it('of 4,096 characters shows the rows around the cursor', () => {
    const drawn = draw({ editor: typed('x'.repeat(4096)) });
    expect(drawn).toHaveLength(9);
    expect(drawn[7]).toMatch(/^x+\|$/);
  });
  it('in a tiny window loses its prompt before its text', () => {
    expect(draw({ columns: 10, rows: 3, editor: typed('get') })).toEqual(['> get|']);
    expect(draw({ columns: 1, rows: 1, editor: typed('g') })).toEqual(['g|']);
  });
});

it('is never taller than rows − 2 nor as wide as the terminal', () => {
  fc.assert(
    fc.property(
      fc.record({ columns: fc.integer({ min: 1, max: 130 }), rows: fc.integer({ min: 1, max: 40 }) }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.nat({ max: 20 }),
      fc.constantFrom<readonly Action[]>(
        [],
        [choices(commands)],
        [{ type: 'paste', text: 'a\nb\nc\nd\ne\nf\ng' }],
      ),
      ({ columns, rows }, line, running, then) => {
        const transfers = Array.from({ length: running }, () => transfer);
        const scene = {
          ...still,
          columns,
          rows,
          server,
          transfers,
          editor: typed(line, ['status'], ...then),
        };
        const screen = layScreen(scene);
        expect(screen.prompt.rows.length + screen.below.length).toBeLessThanOrEqual(Math.max(1, rows - 2));
        expect(screen.prompt.cursor.y).toBeLessThan(screen.prompt.rows.length);
        expect(screen.prompt.cursor.x).toBeLessThan(Math.max(2, columns));
        const lines = screen.prompt.rows.map((row) => row.prompt + row.text + row.suggestion);
        for (const row of [...lines, ...screen.below.map(rowText)])
          expect(stringWidth(row)).toBeLessThan(Math.max(2, columns));
      },
    ),
  );
});
