// Sentences at the width of the terminal.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import stringWidth from 'string-width';
import { wrapped } from '../../../src/trace/text/wrap.ts';

it('breaks between words and keeps the indent', () => {
  expect(wrapped('  Nothing came back at all: wrong host, no server.', 30)).toEqual([
    '  Nothing came back at all:',
    '  wrong host, no server.',
  ]);
});
it('leaves alone what fits, and where there is no room to speak of', () => {
  expect(wrapped('  a  b ', 80)).toEqual(['  a  b ']);
  expect(wrapped('one two three four five', 10)).toEqual(['one two three four five']);
});
it('a word that is too long stays whole', () => {
  const digest = 'f'.repeat(64);
  expect(wrapped(`sha256 ${digest} ok`, 40)).toEqual(['sha256', digest, 'ok']);
});
it('loses nothing but blanks, and only single words are too wide', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.integer({ min: 1, max: 100 }),
      (text, width) => {
        const lines = wrapped(text, width, { measure: stringWidth });
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        if (width >= 20 && !text.startsWith(' '))
          for (const line of lines)
            if (line.trim().includes(' ')) expect(stringWidth(line.trimEnd())).toBeLessThanOrEqual(width);
      },
    ),
  );
});
