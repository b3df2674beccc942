// The line editor, key by key: what is typed left, what stands on the line right (| is the cursor).
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { suggestion } from '../../../src/shell/editor/recall.ts';
import { emptyEditor, lineLimit } from '../../../src/shell/editor/state.ts';
import type { Action, EditorState, Effect, Motion } from '../../../src/shell/editor/state.ts';
import { graphemes } from '../../../src/shell/editor/graphemes.ts';
import { columns, commonPrefix } from '../../../src/shell/editor/text.ts';
import { edit } from '../../../src/shell/editor/editor.ts';
import type { Completion } from '../../../src/shell/session/state.ts';
import type { Printable } from '../../../src/wire/text.ts';

const move = (to: Motion): Action => ({ type: 'move', to });
const erase = (to: Motion): Action => ({ type: 'erase', to });
const kill = (to: Motion): Action => ({ type: 'kill', to });
const type = (text: string): Action[] => Array.from(text, (letter) => ({ type: 'insert', text: letter }));
const paste = (text: string): Action => ({ type: 'paste', text });
const up: Action = { type: 'recall', step: -1 };
const lastWord: Action = { type: 'last-word' };
const upper: Action = { type: 'upper' };
const transpose: Action = { type: 'transpose' };
const down: Action = { type: 'recall', step: 1 };
const tab: Action = { type: 'complete', step: 1 };
const backTab: Action = { type: 'complete', step: -1 };
const enter: Action = { type: 'enter' };
const escape: Action = { type: 'escape' };
const search: Action = { type: 'search' };
const undo: Action = { type: 'undo' };
const yank: Action = { type: 'yank' };
const interrupt: Action = { type: 'interrupt', busy: false };
const eof: Action = { type: 'eof' };

function run(state: EditorState, actions: readonly Action[]): { state: EditorState; effects: Effect[] } {
  const effects: Effect[] = [];
  let now = state;
  for (const action of actions) {
    const edited = edit(now, action);
    now = edited.state;
    effects.push(...edited.effects);
  }
  return { state: now, effects };
}

function shown(state: EditorState): string {
  return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

function choices(from: number, ...values: string[]): Action {
  const items = values.map((value): Completion => ({ value, label: value as Printable, note: undefined }));
  const grown = commonPrefix(values);
  return { type: 'completions', completions: { from, items, ...(grown !== '' && { grown }) } };
}

const past = emptyEditor(['connect 10.0.0.1', 'get boot.cfg', 'status', 'get fw-2.4.1.bin']);
const family = '👨‍👩‍👧';

describe('keys', () => {
  const rows: readonly [name: string, actions: readonly Action[], line: string][] = [
    ['letters go in at the cursor', [...type('gt'), move('left'), ...type('e')], 'ge|t'],
    ['Backspace and Delete are two keys', [...type('abc'), move('left'), erase('left')], 'a|c'],
    ['Delete takes what is to the right', [...type('abc'), move('home'), erase('right')], '|bc'],
    ['Backspace at the start does nothing', [erase('left')], '|'],
    ['Home and Ctrl-A, End and Ctrl-E', [...type('ab'), move('home'), ...type('x'), move('end')], 'xab|'],
    ['Alt-B goes to the start of the word', [...type('get fw-2.bin'), move('word-left')], 'get fw-2.|bin'],
    ['Alt-F goes to the end of the word', [...type('get fw'), move('home'), move('word-right')], 'get| fw'],
    ['Ctrl-W takes up to the blank', [...type('get fw-2.bin'), kill('blank-left')], 'get |'],
    ['Alt-Backspace takes the word', [...type('get fw-2.bin'), kill('word-left')], 'get fw-2.|'],
    ['Alt-D takes the word to the right', [...type('get fw'), move('home'), kill('word-right')], '| fw'],
    ['Ctrl-K takes the rest', [...type('get fw'), move('word-left'), kill('end')], 'get |'],
    ['Ctrl-U takes what is before', [...type('get fw'), move('word-left'), kill('home')], '|fw'],
    ['Ctrl-Y brings it back', [...type('get fw'), kill('home'), ...type('x'), yank], 'xget fw|'],
    ['kills in a row are one', [...type('a b c'), kill('blank-left'), kill('blank-left'), yank], 'a b c|'],
    ['Ctrl-_ takes back a word of typing', [...type('get fw'), undo], 'get|'],
    ['Ctrl-_ takes back a kill', [...type('get fw'), kill('home'), undo], 'get fw|'],
    ['a control character is no text', [...type('a\u0001\u0007\u001b\u009bb')], 'ab|'],
    ['a mark that reorders text is no text', [...type('a\u202eb')], 'ab|'],
    ['Ctrl-D on a line deletes', [...type('ab'), move('home'), eof], '|b'],
  ];
  test.each(rows)('%s', (_name, actions, line) => {
    expect(shown(run(emptyEditor(), actions).state)).toBe(line);
  });
});

describe('graphemes', () => {
  it('an emoji of three people is one step and one Backspace, though it comes in five pieces', () => {
    const typed = run(emptyEditor(), type(`a${family}b`)).state;
    expect(shown(run(typed, [move('left'), move('left')]).state)).toBe(`a|${family}b`);
    expect(shown(run(typed, [move('left'), erase('left')]).state)).toBe('a|b');
  });
  it('surrogate pairs are not split', () => {
    expect(shown(run(emptyEditor(), [...type('x😀'), erase('left')]).state)).toBe('x|');
  });
  it('a combining accent belongs to its letter', () => {
    expect(shown(run(emptyEditor(), [...type('e\u0301'), erase('left')]).state)).toBe('|');
  });
  it.each([
    ['abc', 3],
    ['固件', 4],
    [family, 2],
    ['e\u0301', 1],
  ])('the column after %s is %i', (text, column) => {
    const { state } = run(emptyEditor(), type(text));
    expect(columns(state.text.slice(0, state.cursor))).toBe(column);
  });
});

describe('Enter', () => {
  it('text and Enter in one read run the line', () => {
    const { state, effects } = run(emptyEditor(), [...type('status'), enter]);
    expect(effects).toEqual([{ type: 'submit', lines: ['status'] }]);
    expect(shown(state)).toBe('|');
  });
  it('never takes the suggestion', () => {
    expect(run(past, [...type('sta'), enter]).effects).toEqual([{ type: 'submit', lines: ['sta'] }]);
  });
  it('runs the line wherever the cursor is', () => {
    expect(run(emptyEditor(), [...type('ls'), move('home'), enter]).effects).toEqual([
      { type: 'submit', lines: ['ls'] },
    ]);
  });
});

describe('Ctrl-C, Ctrl-D, Ctrl-L, Ctrl-Z', () => {
  it('S01: Ctrl-C on a line gives the line up', () => {
    const { state, effects } = run(emptyEditor(), [...type('get'), interrupt]);
    expect([shown(state), effects]).toEqual(['|', [{ type: 'discard', text: 'get' }]]);
  });
  it('Ctrl-C while something runs means that, and the line stays', () => {
    const { state, effects } = run(emptyEditor(), [...type('get'), { type: 'interrupt', busy: true }]);
    expect([shown(state), effects]).toEqual(['get|', [{ type: 'interrupt' }]]);
  });
  it('Ctrl-C on an empty line, and Ctrl-D', () => {
    expect(run(emptyEditor(), [interrupt, eof]).effects).toEqual([{ type: 'interrupt' }, { type: 'eof' }]);
  });
  it('Ctrl-L and Ctrl-Z leave the line alone', () => {
    const { state, effects } = run(emptyEditor(), [...type('ab'), { type: 'clear' }, { type: 'suspend' }]);
    expect([shown(state), effects]).toEqual(['ab|', [{ type: 'clear' }, { type: 'suspend' }]]);
  });
});

describe('history', () => {
  const rows: readonly [name: string, actions: readonly Action[], line: string][] = [
    ['↑ is the last line', [up], 'get fw-2.4.1.bin|'],
    ['↑ ↑ ↓', [up, up, down], 'get fw-2.4.1.bin|'],
    ['↑ finds what begins as the line does', [...type('con'), up], 'connect 10.0.0.1|'],
    ['↑ without such a line changes nothing', [...type('zz'), up], 'zz|'],
    ['Alt-. is the last word of the line before', [...type('put '), lastWord], 'put fw-2.4.1.bin|'],
    ['Alt-. and undo', [...type('put '), lastWord, lastWord, undo], 'put |'],
    ['Alt-U', [...type('get abc def'), move('home'), move('word-right'), upper], 'get ABC| def'],
    ['Ctrl-T at the end swaps the last two', [...type('gte'), transpose], 'get|'],
    ['Ctrl-T inside swaps around the cursor', [...type('gte'), move('left'), transpose], 'get|'],
    ['↓ gives the draft back', [...type('dra'), up, up, down, down], 'dra|'],
    ['↑ stops at the oldest', [up, up, up, up, up, up], 'connect 10.0.0.1|'],
    ['↓ on a fresh line does nothing', [...type('x'), down], 'x|'],
    ['→ takes the suggestion', [...type('get f'), move('right')], 'get fw-2.4.1.bin|'],
    ['End takes it too', [...type('sta'), move('end')], 'status|'],
    ['Alt-F takes a word of it', [...type('get f'), move('word-right')], 'get fw|'],
    ['→ inside the line only moves', [...type('sta'), move('left'), move('right')], 'sta|'],
    ['Ctrl-R finds', [search, ...type('boot'), move('end')], 'get boot.cfg|'],
    ['Ctrl-R again finds an older one', [search, ...type('get'), search, move('end')], 'get boot.cfg|'],
    ['Ctrl-R and Esc: as before', [...type('x'), search, ...type('boot'), escape], 'x|'],
    ['Ctrl-R and Ctrl-C: as before', [...type('x'), search, ...type('boot'), interrupt], 'x|'],
    [
      'Backspace shortens the search',
      [search, ...type('bootx'), erase('left'), move('end')],
      'get boot.cfg|',
    ],
    ['nothing fits', [...type('x'), search, ...type('zzz'), move('end')], 'x|'],
  ];
  test.each(rows)('%s', (_name, actions, line) => {
    expect(shown(run(past, actions).state)).toBe(line);
  });
  it('the suggestion is the newest line that begins so, and only at the end', () => {
    expect(suggestion(run(past, type('get ')).state)).toBe('fw-2.4.1.bin');
    expect(suggestion(run(past, [...type('get '), move('left')]).state)).toBe('');
    expect(suggestion(past)).toBe('');
  });
  it('Ctrl-R and Enter run what was found', () => {
    expect(run(past, [search, ...type('boot'), enter]).effects).toEqual([
      { type: 'submit', lines: ['get boot.cfg'] },
    ]);
  });
  it('a history from a file brings no escapes in', () => {
    const { state } = run(emptyEditor(), [{ type: 'history', lines: ['get \u001b[2Jx'] }, up]);
    expect(shown(state)).toBe('get [2Jx|');
  });
});

describe('Tab', () => {
  it('asks for completions at the cursor', () => {
    expect(run(emptyEditor(), [...type('sta'), tab]).effects).toEqual([
      { type: 'complete', text: 'sta', cursor: 3 },
    ]);
  });
  const rows: readonly [name: string, actions: readonly Action[], line: string][] = [
    ['the only choice is taken, with its blank', [...type('sta'), choices(0, 'status ')], 'status |'],
    ['a directory gets no blank', [...type('lcd s'), choices(4, 'src/')], 'lcd src/|'],
    ['nor has a quoted one', [...type('lcd m'), choices(4, "'my dir/'")], "lcd 'my dir/'|"],
    [
      'inside a line there is a blank already',
      [...type('s x'), move('home'), move('right'), choices(0, 'set')],
      'set| x',
    ],
    ['nor do two blanks meet', [...type('s x'), move('home'), move('right'), choices(0, 'set ')], 'set| x'],
    ['several: the common beginning', [...type('s'), choices(0, 'status', 'stats')], 'stat|'],
    ['Tab again: the first', [...type('s'), choices(0, 'status', 'stats'), tab], 'status|'],
    ['Tab Tab: the second', [...type('s'), choices(0, 'status', 'stats'), tab, tab], 'stats|'],
    ['round and round', [...type('s'), choices(0, 'status', 'stats'), tab, tab, tab], 'status|'],
    ['Shift-Tab: the last', [...type('s'), choices(0, 'status', 'stats'), backTab], 'stats|'],
    ['↓ and ↑ too', [...type('s'), choices(0, 'status', 'stats'), down, down, up], 'status|'],
    ['Esc gives the word back', [...type('s'), choices(0, 'status', 'stats'), tab, escape], 'stat|'],
    [
      'typing goes on after the choice',
      [...type('s'), choices(0, 'status', 'stats'), tab, ...type('!')],
      'status!|',
    ],
    ['nothing to complete', [...type('zz'), choices(0)], 'zz|'],
    ['undo takes the choice back', [...type('s'), choices(0, 'ab', 'cd'), tab, tab, undo], 's|'],
  ];
  test.each(rows)('%s', (_name, actions, line) => {
    expect(shown(run(emptyEditor(), actions).state)).toBe(line);
  });
});

describe('paste', () => {
  it('one line goes in and does not run, whatever ends it', () => {
    const { state, effects } = run(emptyEditor(), [paste('get fw.bin\n')]);
    expect([shown(state), effects]).toEqual(['get fw.bin|', []]);
  });
  it('T09: several lines are asked about once, and escapes in them are gone', () => {
    const { state, effects } = run(emptyEditor(), [paste('connect h\r\nget \u001b[2Ja\n\nquit'), enter]);
    expect(state.pasted).toEqual(['connect h', 'get [2Ja', 'quit']);
    expect(effects).toEqual([{ type: 'bell' }]);
    expect(run(state, type('y')).effects).toEqual([
      { type: 'submit', lines: ['connect h', 'get [2Ja', 'quit'] },
    ]);
  });
  it('n, Esc and Ctrl-C drop it and keep what was typed', () => {
    for (const no of [...type('n'), escape, interrupt]) {
      const { state } = run(emptyEditor(), [...type('ab'), paste('c\nd'), no]);
      expect([shown(state), state.pasted]).toEqual(['ab|', undefined]);
    }
  });
  it('what stood on the line belongs to the first line and the last', () => {
    const { state } = run(emptyEditor(), [...type('get x'), move('left'), paste('a\nget b')]);
    expect(state.pasted).toEqual(['get a', 'get bx']);
  });
  it('S12: 50,000 characters are refused whole, in no time, and the line stays', () => {
    const { state } = run(emptyEditor(), [...type('ab'), paste('x'.repeat(50_000))]);
    expect(shown(state)).toBe('ab|');
    expect(state.notice).toBe('Line too long (at most 4,096 characters): nothing was pasted.');
  });
  it('S12: 50,000 characters as keys ring once, and Enter does not run half a line', () => {
    const { state, effects } = run(emptyEditor(), type('x'.repeat(50_000)));
    expect([state.text.length, effects]).toEqual([lineLimit, [{ type: 'bell' }]]);
    const after = run(state, [enter]);
    expect([after.effects, after.state.text]).toEqual([[{ type: 'bell' }], '']);
    expect(after.state.notice).toContain('not run');
  });
});

describe('whatever is typed', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const motion = fc.constantFrom<Motion[]>(
    'left',
    'right',
    'word-left',
    'word-right',
    'blank-left',
    'home',
    'end',
  );
  const action: fc.Arbitrary<Action> = fc.oneof(
    text.map((value): Action => ({ type: 'insert', text: value })),
    text.map(paste),
    fc.array(text, { maxLength: 4 }).map((lines) => paste(lines.join('\n'))),
    motion.map(move),
    motion.map(erase),
    motion.map(kill),
    fc.constantFrom<Action[]>(up, down, tab, backTab, enter, escape, search, undo, yank, interrupt, eof),
    fc
      .tuple(fc.integer({ min: -1, max: 9 }), fc.array(text, { maxLength: 7 }))
      .map(([from, values]) => choices(from, ...values)),
    fc.array(text, { maxLength: 5 }).map((lines): Action => ({ type: 'history', lines })),
  );

  it('the cursor stays between two graphemes of a line that is never too long', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        let state = past;
        for (const one of actions) {
          state = edit(state, one).state;
          const ends = new Set([0]);
          let at = 0;
          for (const part of graphemes(state.text)) ends.add((at += part.length));
          expect(ends).toContain(state.cursor);
          expect(state.text.length).toBeLessThanOrEqual(lineLimit);
          // eslint-disable-next-line no-control-regex -- none may be left
          expect(state.text).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        }
      }),
    );
  });

  it('undo returns to the empty line', () => {
    const edits = fc.oneof(
      text.map((value): Action => ({ type: 'insert', text: value })),
      motion.map(move),
      motion.map(erase),
      motion.map(kill),
      fc.constantFrom<Action[]>(up, down, yank, undo),
    );
    fc.assert(
      fc.property(fc.array(edits, { maxLength: 60 }), (actions) => {
        const { state } = run(past, actions);
        const back = run(
          state,
          Array.from({ length: 130 }, () => undo),
        );
        expect(shown(back.state)).toBe('|');
      }),
    );
  });
});
