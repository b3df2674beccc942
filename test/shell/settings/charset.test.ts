// Signs follow the character set of the locale.
import { describe, expect, test } from 'vitest';
import { speaksUnicode } from '../../../src/shell/settings/charset.ts';
import { toAscii, toAsciiCells } from '../../../src/trace/text/ascii.ts';
import { columns } from '../../../src/trace/text/columns.ts';
import { printable } from '../../../src/wire/text.ts';

describe('case 130: the character set of the locale', () => {
  test.each([
    [{}, true],
    [{ LANG: '' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'POSIX' }, false],
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'en_US.utf8' }, true],
    [{ LANG: 'de_DE.UTF-8@euro' }, true],
    [{ LANG: 'de_DE@euro' }, false],
    [{ LANG: 'ru_RU.KOI8-R' }, false],
    [{ LANG: 'en_US' }, false],
    [{ LC_CTYPE: 'UTF-8', LANG: 'C' }, true],
    [{ LC_ALL: 'C', LC_CTYPE: 'en_US.UTF-8', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: '', LC_CTYPE: 'ru_RU.KOI8-R', LANG: 'en_US.UTF-8' }, false],
    [{ LC_ALL: 'en_US.UTF-8', LANG: 'C' }, true],
  ])('%j: %s', (env, expected) => {
    expect(speaksUnicode(env, 'linux')).toBe(expected);
    expect(speaksUnicode(env, 'win32')).toBe(true);
  });
});

describe('case 130: texts in ASCII', () => {
  test('signs become words or strokes, other characters escapes', () => {
    expect(toAscii(printable('✔ a…b → ü'))).toBe('ok a...b -> \\u{fc}');
  });

  test('cells keep their columns', () => {
    for (const text of ['✔ a…b → ü', '████░░ 漢字', 'e\u0301']) {
      const cells = toAsciiCells(text);
      expect(cells).toMatch(/^[\x20-\x7e]*$/);
      expect(cells).toHaveLength(columns(text));
    }
  });
});
