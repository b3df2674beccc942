// The error codes as the RFCs write them: scripts search for these words.
import { expect, test } from 'vitest';
import { errorCodes, errorText } from '../../src/wire/codes.ts';

test('RFC 1350 §5 and RFC 2347: each code with its text', () => {
  expect(errorCodes.map(({ code, text, source }) => `${code} ${text} (${source})`)).toEqual([
    '0 Not defined (RFC 1350 §5)',
    '1 File not found (RFC 1350 §5)',
    '2 Access violation (RFC 1350 §5)',
    '3 Disk full or allocation exceeded (RFC 1350 §5)',
    '4 Illegal TFTP operation (RFC 1350 §5)',
    '5 Unknown transfer ID (RFC 1350 §5)',
    '6 File already exists (RFC 1350 §5)',
    '7 No such user (RFC 1350 §5)',
    '8 Failure to negotiate RFC2347 options (RFC 2347)',
  ]);
});

test('a code that no RFC defines is shown as its number', () => {
  expect([0, 8, 9, 65_535].map(errorText)).toEqual([
    ...['Not defined', 'Failure to negotiate RFC2347 options', 'error 9', 'error 65535'],
  ]);
});
