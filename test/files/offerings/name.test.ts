// Names on the wire, judged before any disk access.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../../src/files/file.ts';
import { isTemporaryName, localNameOf, parseName, temporaryName } from '../../../src/files/offerings/name.ts';

/** What becomes of a name: its components joined by a bar, or the problem. */
function verdict(name: string, platform = 'linux'): string {
  const parsed = parseName(name, platform);
  return parsed instanceof FileError ? `! ${parsed.problem}` : parsed.join('|');
}

function verdicts(table: readonly (readonly [string, string])[], platform = 'linux'): void {
  for (const [name, expected] of table) expect([name, verdict(name, platform)]).toEqual([name, expected]);
}

describe('any system', () => {
  it('F05: the longest name has 1,024 octets, the longest component 255', () => {
    const long = `${'n'.repeat(255)}/`.repeat(4);
    expect(verdict(long)).toBe(Array.from({ length: 4 }, () => 'n'.repeat(255)).join('|'));
    expect(verdict(`${long}x`)).toBe('! name-too-long');
    expect(verdict('n'.repeat(256))).toBe('! name-too-long');
    expect(localNameOf(`a/${'n'.repeat(255)}`, 'linux')).toBe('n'.repeat(255));
    expect(localNameOf(`a/${'n'.repeat(256)}`, 'linux')).toBeUndefined();
  });

  it('F24: a name like a temporary one begins with a dot', () => {
    verdicts([
      ['.boot.cfg.tftp-part-0', '! denied'],
      ['..tftp-part-0', '! denied'],
      ['a.x.tftp-part-0', 'a.x.tftp-part-0'],
    ]);
  });

  it('F01: any `..` component is refused, also where it would stay inside', () => {
    for (const name of ['..', '../x', 'a/../../x', './../x', 'a/./b/../../../x', 'a/../b', 'a/..', '/..'])
      expect([name, verdict(name)]).toEqual([name, '! denied']);
  });

  it('F02: a backslash separates, before the check for `..`', () =>
    verdicts([
      ['..\\x', '! denied'],
      ['a\\..\\..\\x', '! denied'],
      ['a\\b', 'a|b'],
    ]));

  it('F03, F04: dots that are no `..` are literal; nothing is ever removed from a name', () =>
    verdicts([
      ['....//etc/passwd', '....|etc|passwd'],
      ['.../x', '...|x'],
      ['....', '....'],
      ['..././', '...'],
    ]));

  it('F05: empty components are dropped first', () =>
    verdicts([
      ['..//x', '! denied'],
      ['//x', 'x'],
      ['///etc/passwd', 'etc|passwd'],
      ['a//b/', 'a|b'],
    ]));

  it('F06, case 22: a leading separator means the root; the root itself is a directory', () =>
    verdicts([
      ['/etc/passwd', 'etc|passwd'],
      ['\\boot\\x', 'boot|x'],
      ['/', '! is-directory'],
      ['./', '! is-directory'],
      ['', '! bad-name'],
    ]));

  it('F11, P17: NUL and surrogates that stand for no octet are refused', () => {
    for (const name of ['a\0', '\0', 'a\ud800', '\udc00b']) expect(verdict(name)).toBe('! bad-name');
    expect(verdict('😀')).toBe('😀');
  });

  it('P17: octets that are not UTF-8 are only octets: never a separator, never a dot', () =>
    verdicts([
      ['caf\udce9/x\udcff', 'caf\udce9|x\udcff'],
      ['\udcc0\udcaf', '\udcc0\udcaf'],
      ['a\udcc0\udcafb', 'a\udcc0\udcafb'],
      ['\udcc0\udcae\udcc0\udcae/x', '\udcc0\udcae\udcc0\udcae|x'],
      ['..\udcff/x', '..\udcff|x'],
      ['../x\udcff', '! denied'],
      // Octets that form a character are that character: one file has one name.
      ['caf\udcc3\udca9', 'café'],
    ]));

  it('P17: each such octet counts as one', () => {
    expect(verdict('\udcff'.repeat(255))).toBe('\udcff'.repeat(255));
    expect(verdict('\udcff'.repeat(256))).toBe('! name-too-long');
  });

  it('case 25: control characters and other scripts are legal in a name', () =>
    verdicts([
      ['a\u001b[2J', 'a\u001b[2J'],
      ['naïve/日本', 'naïve|日本'],
    ]));

  it('F22: nothing is normalised', () => {
    expect(verdict('e\u0301')).not.toBe(verdict('\u00e9'));
  });

  it('F23: percent signs are ordinary characters', () =>
    verdicts([
      ['%2e%2e/x', '%2e%2e|x'],
      ['%00', '%00'],
    ]));

  it('F25: limits count octets, not characters', () => {
    expect(verdict('é'.repeat(127))).toBe('é'.repeat(127));
    expect(verdict('é'.repeat(128))).toBe('! name-too-long');
    expect(verdict(`${'a/'.repeat(63)}a`)).not.toContain('!');
    expect(verdict(`${'a/'.repeat(64)}a`)).toBe('! denied');
    expect(verdict('/'.repeat(1025))).toBe('! name-too-long');
  });

  it('F24: names like our temporary files are refused in any component and case', () => {
    for (const name of ['.x.tftp-part-0123abcd', 'd/.X.TFTP-PART-', '.a.tftp-part-x/file'])
      expect(verdict(name)).toBe('! denied');
    expect(verdict('x.tftp-part-0123abcd')).toBe('x.tftp-part-0123abcd');
  });

  it('F01: whatever is accepted has plain components only', () => {
    const pieces = fc.constantFrom('..', '.', '/', '\\', 'a', 'B.c', '%2e', '\0', ' ', ':', 'é');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const parsed = parseName(parts.join(''), 'linux');
        if (parsed instanceof FileError) return;
        expect(parsed.length).toBeGreaterThan(0);
        for (const component of parsed) expect(component).toMatch(/^(?!\.{1,2}$)[^/\\\0]+$/);
      }),
    );
  });
});

describe('win32', () => {
  it('F07, F10: two separators lead elsewhere only at the beginning; a short alias may have two digits', () => {
    verdicts(
      [
        ['\\\\host\\x', '! denied'],
        ['//host/x', '! denied'],
        ['/x', 'x'],
        ['a//b', 'a|b'],
        ['LONG~12.TXT', '! denied'],
        ['a~x', 'a~x'],
      ],
      'win32',
    );
  });

  it('F08: drives and shares of other machines are refused', () => {
    for (const name of ['C:\\x', 'C:x', '\\\\srv\\share\\x', '\\\\?\\C:\\x', '//srv/share', 'x:stream'])
      expect([name, verdict(name, 'win32')]).toEqual([name, '! denied']);
    expect(verdict('C:\\x')).toBe('C:|x');
  });

  it('F09: names of devices are refused, in any component and case, with any ending', () => {
    for (const name of [
      'CON',
      'aux.txt',
      'd/nul.',
      'COM1',
      'LPT9.log',
      'COM¹',
      'CONIN$',
      'prn/x',
      'nul .txt',
    ])
      expect([name, verdict(name, 'win32')]).toEqual([name, '! denied']);
    verdicts(
      [
        ['console', 'console'],
        ['com10', 'com10'],
        ['auxiliary.txt', 'auxiliary.txt'],
      ],
      'win32',
    );
    expect(verdict('CON')).toBe('CON');
  });

  it('F04, F10: streams, trailing dots and blanks, short aliases and wildcards are refused', () => {
    for (const name of [
      'f:stream',
      'f.',
      'f ',
      'FILE~1.TXT',
      'a/PROGRA~1/x',
      '.../x',
      'a*',
      'a?',
      'a\u0001',
      'a"',
    ])
      expect([name, verdict(name, 'win32')]).toEqual([name, '! denied']);
    verdicts(
      [
        ['~file', '~file'],
        ['.hidden', '.hidden'],
        ['a~b.txt', 'a~b.txt'],
      ],
      'win32',
    );
  });
});

describe('local names', () => {
  it('C03: the last component of either separator, or nothing', () => {
    const table: readonly (readonly [string, string | undefined])[] = [
      ['../../.bashrc', '.bashrc'],
      ['a\\b', 'b'],
      ['boot/pxelinux.0', 'pxelinux.0'],
      ['C:\\dir\\file', 'file'],
      ['..', undefined],
      ['a/..', undefined],
      ['.', undefined],
      ['/', undefined],
      ['dir/', undefined],
      ['', undefined],
      ['a\0b', undefined],
      ['a\u001b[2J', undefined],
      ['n'.repeat(256), undefined],
    ];
    for (const [remote, local] of table)
      expect([remote, localNameOf(remote, 'linux')]).toEqual([remote, local]);
  });

  it('C03: reserved names remain nowhere on win32', () => {
    for (const remote of ['a/con', 'b\\aux.txt', 'x:y', 'f.'])
      expect(localNameOf(remote, 'win32')).toBeUndefined();
    expect(localNameOf('a/con', 'linux')).toBe('con');
  });
});

describe('temporary names', () => {
  it('W11: fit into a component for any leaf, and are told from others exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }), (leaf) => {
        const name = temporaryName(leaf.replaceAll(/[/\n\r\u2028\u2029]/g, '_'), '0123abcd');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(isTemporaryName(name)).toBe(true);
        expect(verdict(name)).toMatch(/^!/);
      }),
    );
    expect(isTemporaryName('.x.tftp-part-0123abcd0')).toBe(false);
    expect(isTemporaryName('..tftp-part-0123abcd')).toBe(false);
  });
});
