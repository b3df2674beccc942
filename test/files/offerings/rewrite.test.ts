// Rules that rename what clients ask for: what they mean, what is refused when they are read, what they may cost.
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  rewrite,
  rewriteRules,
  type RewriteRules,
  type Rewriting,
} from '../../../src/files/offerings/rewrite.ts';

function rules(text: string): RewriteRules {
  const read = rewriteRules(text);
  if ('message' in read) throw new Error(`line ${read.line}: ${read.message}`);
  return read;
}

function become(text: string, name: string, op: 'RRQ' | 'WRQ' = 'RRQ'): Rewriting {
  return rewrite(rules(text), name, { op, address: '192.0.2.7' });
}

function nameOf(text: string, name: string, op?: 'RRQ' | 'WRQ'): string {
  const { result } = become(text, name, op);
  return result.type === 'name' ? result.name : `refused: ${result.problem}`;
}

describe('what rules mean', () => {
  test.each([
    ['r ^boot/ ', 'boot/x', 'x'],
    ['r a b', 'aaa', 'baa'],
    ['r A b', 'aA', 'ab'],
    ['   # indented\n   r a b', 'a', 'b'],
    ['rg a* -', 'ab', '--b-'],
    [String.raw`r ^(..)(.*)$ \U\1\E\2`, 'abcd', 'ABcd'],
    [`r ${'a'.repeat(200)} b`, 'a'.repeat(200), 'b'],
    ['rs xx x', 'x'.repeat(11), 'x'],
    ['rs xx x', 'x'.repeat(12), 'refused: denied'],
    ['rg a b', 'aaa', 'bbb'],
    ['ri ^BOOT new', 'boot.cfg', 'new.cfg'],
    [String.raw`rg \\ /`, 'a\\b\\c', 'a/b/c'],
    [String.raw`ri ^[a-z]:[/\\]* /`, 'C:\\x', '/x'],
    [String.raw`r ^(.*)\.(.*)$ \2.\1`, 'a.b', 'b.a'],
    [String.raw`r ^ \i/`, 'x', '192.0.2.7/x'],
    [String.raw`r ^(..)(.*)$ \U\1\E-\L\2`, 'abCD', 'AB-cd'],
    [String.raw`r ^.*$ [\0]\s\\`, 'x', '[x] \\'],
    [String.raw`r (a)|(b) <\2>`, 'a', '<>'],
    ['r a b\nr b c', 'a', 'c'],
    ['re a b\nr b c', 'a', 'b'],
    ['e x\nr a b', 'xa', 'xa'],
    ['~e ^ok/\nr ^ok/ y/', 'no/a', 'no/a'],
    ['~e ^ok/\nr ^ok/ y/', 'ok/a', 'y/a'],
    ['rs xx x', 'xxxxx', 'x'],
    ['# nothing\n\n  \nr a b\r\n', 'a', 'b'],
    ['r \\x20 _', 'a b', 'a_b'],
    [String.raw`r \xff$`, 'boot.img\udcff', 'boot.img'],
    [String.raw`r \xff$`, 'ÿ', 'ÿ'],
    [String.raw`r [\x80-\xff]+$`, 'é\udcfe\udcff', 'é'],
    [String.raw`rg [^\x00-\xff] _`, 'a\udcffé', 'a\udcff_'],
    [String.raw`r caf\xc3\xa9+ cafe`, 'cafééé.cfg', 'cafe.cfg'],
    [String.raw`r ^cafe caf\xe9`, 'cafe.cfg', 'caf\udce9.cfg'],
    [String.raw`r x \xa9`, '\udcc3x', 'é'],
    ['r ^(.)(.*)$ \\2', '\udcffa', 'a'],
  ])('%j makes of %j %j', (text, name, expected) => {
    expect(nameOf(text, name)).toBe(expected);
  });

  test('rules for reads and for writes', () => {
    const text = 'rG ^ get-\nrP ^ put-';
    expect(nameOf(text, 'x')).toBe('get-x');
    expect(nameOf(text, 'x', 'WRQ')).toBe('put-x');
  });

  test('each step is told with its line', () => {
    expect(become('\nr a b\nr q r\nre b c\nr c d', 'a')).toMatchObject({
      steps: [
        { line: 2, before: 'a', after: 'b' },
        { line: 4, before: 'b', after: 'c' },
      ],
      result: { type: 'name', name: 'c' },
    });
  });

  test('a name that a rule refuses, and one that it does not', () => {
    expect(become('r ^/ \na secret', '/secret')).toMatchObject({
      steps: [{ line: 1, before: '/secret', after: 'secret' }],
      result: { type: 'refused', problem: 'denied', line: 2 },
    });
    expect(nameOf(String.raw`~a \.(img|cfg)$`, 'x.img')).toBe('x.img');
    expect(nameOf(String.raw`~a \.(img|cfg)$`, 'x.exe')).toBe('refused: denied');
  });

  test('names go round ten times and no more; one that grows too long is refused', () => {
    expect(nameOf('rs ^ x', 'y')).toBe('refused: denied');
    expect(nameOf(`rg x ${'x'.repeat(100)}\nr a b`, 'xxx')).toBe('refused: name-too-long');
    expect(nameOf('r a b', 'n'.repeat(256))).toBe('refused: name-too-long');
  });
});

describe('what is refused when it is read', () => {
  test.each([
    ['r', 'a rule is: FLAGS REGEX [REPLACEMENT]'],
    ['r a b c', 'a rule is: FLAGS REGEX [REPLACEMENT]'],
    ['x a b', 'unknown flag; the flags are r, g, i, e, s, a, ~, G and P'],
    ['xr a b', 'unknown flag; the flags are r, g, i, e, s, a, ~, G and P'],
    ['rx a b', 'unknown flag; the flags are r, g, i, e, s, a, ~, G and P'],
    ['r a \\x4g', 'in a replacement, \\ must be followed by a digit, i, U, L, E, s, xHH or \\'],
    ['rr a b', 'a flag is given twice'],
    ['i a b', 'a rule needs one of the flags r, g, a and e'],
    ['ra a', 'a refuses the name: r, g, e and s cannot follow'],
    ['~r a b', '~ can be combined with a or e only: without a match nothing can be replaced'],
    ['rGP a b', 'G and P exclude each other; leave both out to apply the rule to all requests'],
    ['e a b', 'a replacement needs the flag r or g'],
    ['rse a b', 's and e exclude each other'],
    [`r ${'a'.repeat(201)} b`, 'a regular expression has at most 200 characters'],
    ['r a \\q', 'in a replacement, \\ must be followed by a digit, i, U, L, E, s, xHH or \\'],
    ['r a b\\', 'in a replacement, \\ must be followed by a digit, i, U, L, E, s, xHH or \\'],
  ])('%j: %s', (text, message) => {
    expect(rewriteRules(`# first\n${text}`)).toEqual({ line: 2, message });
  });

  test('more than a hundred rules', () => {
    expect(rewriteRules('r a b\n'.repeat(100))).not.toHaveProperty('message');
    expect(rewriteRules('r a b\n'.repeat(101))).toMatchObject({ line: 101 });
  });

  test('the place of a wrong expression in its line', () => {
    expect(rewriteRules('# first\n  ri  ^(a)\\1$  b')).toEqual({
      ...{ line: 2, message: 'a back-reference is not supported', text: '  ri  ^(a)\\1$  b' },
      ...{ from: 10, to: 12 },
    });
  });

  test.each([
    'r [(+]+ b',
    'r \\(\\+\\+ b',
    'r (?:ab)+ b',
    'r ^(.*?)(x)?$ b',
    'r [*+|]{3} b',
    'r (a+)+$ b',
    'r (a|a)*$ b',
    'r ^.*.*.*.*x b',
  ])('%j is harmless', (text) => {
    expect(rewriteRules(text)).not.toHaveProperty('message');
  });
});

describe('F30: the work for one name is bounded', () => {
  const name = 'a'.repeat(255);
  test.each([
    ['a? × 28, then a × 28', `r ^${'a?'.repeat(28)}${'a'.repeat(28)}$ b`, 'a'.repeat(28), 10_000],
    ['(a|a) × 26', `r ^${'(a|a)'.repeat(26)}$ b`, `${'a'.repeat(26)}b`, 10_000],
    ['(a+)+', 'r ^(a+)+$ b', `${'a'.repeat(254)}b`, 10_000],
    ['100 cubic rules', 'r .*.*.*x b\n'.repeat(100), name, 500_000],
  ])('%s', (_, text, of, most) => {
    const { work, result } = become(text, of);
    expect(work).toBeLessThan(most);
    expect(result.type).toBe('name');
  });

  test('rules that take more than a million instructions refuse the name', () => {
    const text = 'rg (?:.*b|a) a\n'.repeat(99);
    expect(become(text, name)).toMatchObject({
      result: { type: 'refused', problem: 'denied', line: undefined },
    });
    expect(become(text, name).work).toBeLessThan(1_010_000);
    // A rule that refuses unless it matches must not pass a name either.
    expect(nameOf(`${text}~a ^never$`, name)).toBe('refused: denied');
    expect(nameOf(text, 'aaa')).toBe('aaa');
  });
});

describe('for all rules and names', () => {
  const judging = fc.constantFrom('a', '~a', 'e', '~e', 'ai', 'aG', 'eP');
  const replacing = fc.constantFrom('r', 'g', 'rg', 'ri', 're', 'rs', 'rG', 'rgP');
  const atom = fc.constantFrom('a', 'b', '.', '[^/]', '[a-c]', '(a|b)', '(?:/)', '/', '\\.', '\\x2e');
  const piece = fc
    .tuple(atom, fc.constantFrom('', '', '', '+', '*', '?', '{1,2}', '*?'))
    .map((two) => two.join(''));
  const regex = fc
    .tuple(
      fc.constantFrom('', '', '^'),
      fc.array(piece, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '', '$'),
    )
    .map(([begin, pieces, end]) => begin + pieces.join('') + end);
  const part = fc.constantFrom('a', '/', '..', '\\0', '\\1', '\\i', '\\U', '\\E', '\\s', '\\x2f', '\\\\');
  const replacement = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''));
  const rule = fc.oneof(
    fc.tuple(judging, regex).map((words) => words.join(' ')),
    fc.tuple(replacing, regex, replacement).map((words) => words.join(' ')),
  );
  const damaged = fc.tuple(rule, fc.constantFrom('(', ')', '|', '*', '\\1')).map((two) => two.join(''));
  const line = fc.oneof({ weight: 99, arbitrary: rule }, { weight: 1, arbitrary: damaged });
  const name = fc.oneof(
    fc
      .array(fc.constantFrom('a', 'b', 'c', '/', '.', '..', '\\'), { maxLength: 12 })
      .map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
  );

  test('nothing throws, and names stay short', () => {
    const counts = { runs: 0, readable: 0, acting: 0 };
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), name, (lines, asked) => {
        counts.runs += 1;
        const read = rewriteRules(lines.join('\n'));
        if ('message' in read) return;
        counts.readable += 1;
        const { result, steps, work } = rewrite(read, asked, { op: 'RRQ', address: '::1' });
        if (steps.length > 0 || result.type === 'refused') counts.acting += 1;
        expect(work).toBeLessThan(1_010_000);
        if (result.type === 'name') expect(result.name.length).toBeLessThan(255 * 100);
      }),
      { numRuns: 500 },
    );
    // The property says something only if most rules can be read, and many of them act on the name.
    expect(counts.readable / counts.runs).toBeGreaterThan(0.9);
    expect(counts.acting / counts.runs).toBeGreaterThan(0.3);
  });
});

describe('other spellings of one file', () => {
  const spellings = ['/', '/.', '\\', '//', '/./', '\\.\\', '\\/'];

  test.each(spellings)('F06: a name that ends in %j is refused like the plain one', (end) => {
    expect(nameOf(String.raw`a \.key$`, `secret.key${end}`)).toBe('refused: denied');
    expect(nameOf(String.raw`~a \.cfg$`, `boot.cfg${end}`)).toBe(`boot.cfg${end}`);
  });

  test.each(['/sub/x', '//sub/x', './sub/x', '\\sub\\x', 'sub\\x', 'sub//x', 'sub/./x', '.\\/sub/x'])(
    'F06: %j is refused like sub/x, judged at each place',
    (name) => {
      expect(nameOf('a ^sub/', name)).toBe('refused: denied');
      expect(nameOf('a ^/sub/', name)).toBe('refused: denied');
      expect(nameOf('a ^sub/x$', name)).toBe('refused: denied');
      expect(nameOf('~a ^pub/', name)).toBe('refused: denied');
      expect(nameOf('~e ^sub/\na x', name)).toBe('refused: denied');
      expect(nameOf('r ^sub/ pub/', name)).toMatch(/^pub\/.*x$/);
    },
  );

  test('F06: a name in front of which nothing stands is not one in a directory', () => {
    expect(nameOf('a /', '/boot.cfg')).toBe('/boot.cfg');
    expect(nameOf('a /', 'x/boot.cfg')).toBe('refused: denied');
  });

  test('F06: with a disk that is read without regard to case every rule ignores case', () => {
    const read = rewriteRules('a ^sub/\nr ^pub/ p/', { caseless: true }) as RewriteRules;
    const result = (name: string): unknown => rewrite(read, name, { op: 'RRQ', address: '' }).result;
    expect(result('SUB/x')).toMatchObject({ type: 'refused', line: 1 });
    expect(result('Pub/x')).toEqual({ type: 'name', name: 'p/x' });
  });
});
