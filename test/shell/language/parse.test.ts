// The language, line by line.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestLine, parse, quoteWord } from '../../../src/shell/language/parse.ts';
import { settled } from '../../../src/wire/names.ts';

function texts(line: string): readonly string[] | string {
  const parsed = parse(line);
  return parsed.type === 'command' ? parsed.words.map((word) => word.text) : parsed.type;
}

describe('words', () => {
  const table: readonly (readonly [string, readonly string[] | string])[] = [
    ['', 'empty'],
    ['   \t ', 'empty'],
    ['# only a comment', 'empty'],
    ['get boot.cfg', ['get', 'boot.cfg']],
    ['  get\tboot.cfg  ', ['get', 'boot.cfg']],
    ['get a#b # the hash inside a word is part of it', ['get', 'a#b']],
    ['get "a b" \'c d\'', ['get', 'a b', 'c d']],
    ['get a" "b', ['get', 'a b']],
    ['get ""', ['get', '']],
    [String.raw`get a\ b`, ['get', 'a b']],
    [String.raw`get a\"b`, ['get', 'a"b']],
    [String.raw`get \#1 \!x`, ['get', '#1', '!x']],
    [String.raw`get "a\"b\\c\d"`, ['get', String.raw`a"b\c\d`]],
    [String.raw`get 'a\'`, ['get', 'a\\']],
    [String.raw`put C:\images\a.bin`, ['put', String.raw`C:\images\a.bin`]],
    ['get "#1"', ['get', '#1']],
    ['get "x\u00a0y"', ['get', 'x\u00a0y']],
    [String.raw`get $'caf\xe9.cfg'`, ['get', 'caf\udce9.cfg']],
    [String.raw`get 'caf'$'\351''.cfg'`, ['get', 'caf\udce9.cfg']],
    [String.raw`get $'caf\xc3\xa9' caf$'\303'$'\251'`, ['get', 'café', 'café']],
    [String.raw`get $'it\'s \"a\" \\ \n\t\x41\u{1f600}\u00e9'`, ['get', 'it\'s "a" \\ \n\tA😀é']],
    ['get $x a$ "$\'"', ['get', '$x', 'a$', "$'"]],
    [String.raw`get boot\x86\x "boot\x86\x"`, ['get', String.raw`boot\x86\x`, String.raw`boot\x86\x`]],
  ];
  it.each(table)('%j', (line, words) => {
    expect(texts(line)).toEqual(words);
  });

  it('knows where each word stands', () => {
    expect(parse('get "a b" c')).toEqual({
      type: 'command',
      background: false,
      words: [
        { text: 'get', from: 0, to: 3 },
        { text: 'a b', from: 4, to: 9 },
        { text: 'c', from: 10, to: 11 },
      ],
    });
  });
});

describe('case 143: wildcards', () => {
  /** The pattern of the word after the command; undefined where it has none. */
  function patternOf(line: string): string | undefined {
    const parsed = parse(line);
    return parsed.type === 'command' ? parsed.words[1]?.pattern : parsed.type;
  }

  const table: readonly (readonly [string, string | undefined])[] = [
    ['put *.bin', '*.bin'],
    ['put fw?.bin', 'fw?.bin'],
    ['put [ab].bin', '[ab].bin'],
    ['put a.bin', undefined],
    ["put '*.bin'", undefined],
    ['put "*.bin"', undefined],
    ["put '[1]'*", String.raw`\[1\]*`],
    [String.raw`put C:\images\*.bin`, String.raw`C:\\images\\*.bin`],
    [String.raw`put a\ b*`, 'a b*'],
    ['put "my files"/*', 'my files/*'],
  ];
  it.each(table)('%s', (line, pattern) => {
    expect(patternOf(line)).toBe(pattern);
  });
});

describe('the background', () => {
  it.each(['get a &', 'get a&', 'get a & ', 'get a & # later'])('%j runs there', (line) => {
    expect(parse(line)).toMatchObject({
      type: 'command',
      background: true,
      words: [{ text: 'get' }, { text: 'a' }],
    });
  });
  it.each(['get a "&"', String.raw`get a \&`, 'get a&b', 'get & a'])('%j does not', (line) => {
    expect(parse(line)).toMatchObject({ type: 'command', background: false });
  });
  it('needs a command', () => {
    expect(parse(' &')).toMatchObject({ type: 'refused', from: 1, to: 2 });
  });
});

describe('local commands', () => {
  it('go to the system as they were typed', () => {
    expect(parse('  !ls -l "a b" # x &')).toEqual({ type: 'local', command: 'ls -l "a b" # x &' });
    expect(parse('!')).toEqual({ type: 'local', command: '' });
  });
});

describe('refusals point at the place', () => {
  it.each([
    ['get "abc', 4, 'unclosed quote "'],
    ["get a 'b c", 6, "unclosed quote '"],
    [String.raw`get "a\"`, 4, 'unclosed quote "'],
    ['get a\0b', 5, 'NUL character in the line'],
    ['get a\nquit', 5, 'one line at a time'],
  ])('%j', (line, from, message) => {
    expect(parse(line)).toEqual({ type: 'refused', message, from, to: from + 1 });
  });

  it.each([
    [String.raw`get $'a\'`, 4, 6, "unclosed quote $'"],
    [String.raw`get $'a\q'`, 7, 9, String.raw`unknown escape; write \\ for a backslash`],
    [String.raw`get $'a\777'`, 7, 9, String.raw`unknown escape; write \\ for a backslash`],
    [String.raw`get $'a\u{d800}'`, 7, 9, String.raw`unknown escape; write \\ for a backslash`],
    [String.raw`get $'a\x00'`, 7, 11, 'a word cannot contain NUL'],
  ])('%s: a wrong escape', (line, from, to, message) => {
    expect(parse(line)).toEqual({ type: 'refused', message, from, to });
  });

  it.each([
    ['get\u00a0boot.cfg', 3, 'a no-break space (U+00A0); type: get boot.cfg'],
    ['\u00a0get boot.cfg', 0, 'a no-break space (U+00A0); type: get boot.cfg'],
    ['get \u201ca b\u201d', 4, 'a typographic quote (U+201C); type: get "a b"'],
    ['get \u2018a b\u2019', 4, "a typographic quote (U+2018); type: get 'a b'"],
    ['get a\u00a0-', 5, 'a no-break space (U+00A0); type: get a -'],
    ['get\u3000a', 3, 'a wide space (U+3000); type: get a'],
    ['\u200bget a', 0, 'an invisible sign (U+200B); type: get a'],
    ['get \u2013f a', 4, 'a typographic dash (U+2013); type: get -f a'],
    ['get \u2014f a', 4, 'a typographic dash (U+2014); type: get -f a'],
  ])('a pasted sign is named, with the line as it should be: %j', (line, from, message) => {
    expect(parse(line)).toEqual({ type: 'refused', message, from, to: from + 1 });
  });

  it.each(['get "a\u00a0b"', "get '\u201ca\u201d'", 'get Jo\u2019s.cfg', 'get a\u2013b', 'get "\u2013a"'])(
    '%j is taken as it is',
    (line) => {
      expect(parse(line)).toMatchObject({ type: 'command' });
    },
  );

  it('S09: a line of more than 4,096 characters is refused, one of 4,096 is not', () => {
    expect(parse('x'.repeat(longestLine)).type).toBe('command');
    expect(parse('x'.repeat(longestLine + 1))).toMatchObject({
      type: 'refused',
      message: 'line too long: 4,097 characters, at most 4,096',
    });
  });
});

describe('for any line', () => {
  it('S09: it answers, and every word lies inside the line', () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '#', '&', '!', '\n', '\0') }),
    );
    fc.assert(
      fc.property(noise, (line) => {
        const parsed = parse(line);
        if (parsed.type === 'command') {
          let end = 0;
          for (const word of parsed.words) {
            expect(word.from).toBeGreaterThanOrEqual(end);
            expect(word.to).toBeGreaterThan(word.from);
            end = word.to;
          }
          expect(end).toBeLessThanOrEqual(line.length);
        }
        if (parsed.type === 'refused') expect(parsed.to).toBeGreaterThan(parsed.from);
      }),
    );
  });

  const nameText = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom(
        '\udcff',
        '\udcc3',
        '\udca9',
        "'",
        '"',
        '\\',
        '$',
        ' ',
        '“',
        '’',
        '–',
        '\u200b',
        '\n',
        '\u202e',
      ),
    ),
    maxLength: 40,
  });

  it('a quoted word comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(nameText, { minLength: 1, maxLength: 5 }), (words) => {
        const clean = words.map((word) => settled(word.replaceAll('\0', '')));
        if (clean[0] === '') clean[0] = 'get';
        expect(texts(clean.map(quoteWord).join(' '))).toEqual(clean);
      }),
    );
  });
});
