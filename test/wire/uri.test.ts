// Targets: the ways to write a file on a server (RFC 3617 and the classic HOST:FILE).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTarget, type Target } from '../../src/wire/uri.ts';

describe('a target', () => {
  test.each<readonly [string, Omit<Target, 'ok'>]>([
    ['fw.bin', { file: 'fw.bin' }],
    ['dir/a:b', { file: 'dir/a:b' }],
    ['dir\\a:b', { file: 'dir\\a:b' }],
    ['./a:b', { file: './a:b' }],
    ['100%20', { file: '100%20' }],
    ['host:fw.bin', { host: 'host', file: 'fw.bin' }],
    ['10.0.0.5:/a:b', { host: '10.0.0.5', file: '/a:b' }],
    ['host:', { host: 'host', file: '' }],
    ['host:a%2e', { host: 'host', file: 'a%2e' }],
    ['C:\\x', { file: 'C:\\x' }],
    ['C:x', { host: 'C', file: 'x' }],
    ['10.0.0.5:6969:u-boot.img', { host: '10.0.0.5', port: 6969, file: 'u-boot.img' }],
    ['host:69:', { host: 'host', port: 69, file: '' }],
    ['[::1]:6969:f', { host: '::1', port: 6969, file: 'f' }],
    ['host:0:f', { host: 'host', file: '0:f' }],
    ['host:1:f', { host: 'host', port: 1, file: 'f' }],
    ['host:65535:f', { host: 'host', port: 65_535, file: 'f' }],
    ['host:69:a:b', { host: 'host', file: '69:a:b' }],
    ['host:65536:f', { host: 'host', file: '65536:f' }],
    ['10.0.0.5:00:11:22:33:44:55.cfg', { host: '10.0.0.5', file: '00:11:22:33:44:55.cfg' }],
    ['[::1]:f', { host: '::1', file: 'f' }],
    ['[fe80::1%eth0]:dir/f', { host: 'fe80::1%eth0', file: 'dir/f' }],
    ['[::ffff:10.0.0.1]:', { host: '::ffff:10.0.0.1', file: '' }],
    ['tftp://h/f', { host: 'h', file: 'f' }],
    ['TFTP://h/f', { host: 'h', file: 'f' }],
    ['tftp://h//etc/x', { host: 'h', file: '/etc/x' }],
    ['tftp://h:6969/a/b.img', { host: 'h', port: 6969, file: 'a/b.img' }],
    ['tftp://h/f;mode=octet', { host: 'h', file: 'f', mode: 'octet' }],
    ['tftp://h/f;MODE=NetASCII', { host: 'h', file: 'f', mode: 'netascii' }],
    ['tftp://h/f;v=1', { host: 'h', file: 'f;v=1' }],
    ['tftp://h/a;mode=octet/f', { host: 'h', file: 'a;mode=octet/f' }],
    ['tftp://h/a:b', { host: 'h', file: 'a:b' }],
    ['tftp://h:1/f', { host: 'h', port: 1, file: 'f' }],
    ['tftp://h:65535/f', { host: 'h', port: 65_535, file: 'f' }],
    ['tftp://h/f%3Bmode=octet', { host: 'h', file: 'f;mode=octet' }],
    ['tftp://h/%C3%A9%20x', { host: 'h', file: 'é x' }],
    ['tftp://h/a?b#c', { host: 'h', file: 'a?b#c' }],
    ['tftp://[::1]/f', { host: '::1', file: 'f' }],
    ['tftp://[::1]:70/f', { host: '::1', port: 70, file: 'f' }],
    ['tftp://[fe80::1%25eth0]/f', { host: 'fe80::1%eth0', file: 'f' }],
    ['tftp://[fe80::1%eth0]:70/f', { host: 'fe80::1%eth0', port: 70, file: 'f' }],
  ])('case 118: %s', (text, target) => {
    expect(parseTarget(text)).toEqual({ ok: true, ...target });
  });

  test.each([
    ['tftp://h/%2e%2e/x', '../x'],
    ['tftp://h/%2Fetc%2Fpasswd', '/etc/passwd'],
    ['tftp://h/%252e', '%2e'],
  ])('F23: %s is decoded once', (text, file) => {
    expect(parseTarget(text)).toMatchObject({ ok: true, file });
  });
});

describe('not a target', () => {
  test.each([
    ['', 0, 'file name'],
    [':f', 0, 'host'],
    ['a b:f', 1, 'host name'],
    ['user@host:f', 4, 'host name'],
    ['a\0b', 1, 'a file name cannot contain'],
    ['tftp://h/\ud800', 9, 'a file name cannot contain'],
    ['[::1:f', 0, 'closing bracket is missing'],
    ['[host]:f', 1, 'IPv6'],
    ['[]:f', 1, 'IPv6'],
    ['[::1%]:f', 1, 'IPv6'],
    ['[::1]f', 5, 'colon'],
    ['[::1]', 5, 'colon'],
    ['tftp://', 7, 'host'],
    ['tftp:///f', 7, 'host'],
    ['tftp://u@h/f', 8, 'host name'],
    ['tftp://h%20/f', 8, 'host name'],
    ['tftp://h', 8, 'file name'],
    ['tftp://h/', 8, 'file name'],
    ['tftp://h/;mode=octet', 9, 'file name'],
    ['tftp://h:/f', 9, 'port'],
    ['tftp://h:0/f', 9, 'port'],
    ['tftp://h:65536/f', 9, 'port'],
    ['tftp://h:0x45/f', 9, 'port'],
    ['tftp://[::1/f', 7, 'closing bracket is missing'],
    ['tftp://[::1]70/f', 12, 'port'],
    ['tftp://h/f;mode=mail', 16, 'octet or netascii'],
    ['tftp://h/f;mode=', 16, 'octet or netascii'],
    ['tftp://h/a%zz', 10, 'hexadecimal'],
    ['tftp://h/a%2', 10, 'hexadecimal'],
    ['tftp://h/a%00', 10, 'a file name cannot contain'],
    ['tftp://h/%00', 9, 'a file name cannot contain'],
    ['tftp://[::1/f]', 7, 'closing bracket'],
    ['[x::1]:f', 1, 'IPv6'],
    ['tftp://h:0', 9, 'port'],
    [':f', 0, 'host'],
  ])('F23, F11: %j', (text, at, words) => {
    const got = parseTarget(text);
    expect(got).toMatchObject({ ok: false, at });
    expect('message' in got && got.message).toContain(words);
    expect(Object.keys(got).sort()).toEqual(['at', 'message', 'ok']);
  });
});

test('any text gives an answer, and the place of an error is inside the text', () => {
  const piece = fc.constantFrom(
    'tftp://',
    'h',
    ':',
    '/',
    '[',
    ']',
    '::1',
    '%',
    '%41',
    ';mode=',
    'octet',
    '\0',
  );
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, (target) => {
      const got = parseTarget(target);
      if (got.ok) expect(got.file).not.toMatch(/\0/);
      else expect(got.at >= 0 && got.at <= target.length).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
