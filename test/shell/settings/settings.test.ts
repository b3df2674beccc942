// One table of settings: what each takes, what it refuses and with which words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findSetting,
  limitsOf,
  readSetting,
  serverSettings,
  settingOf,
  transferSettings,
  valueText,
} from '../../../src/shell/settings/settings.ts';
import { settingsTable } from '../../../src/shell/settings/table.ts';
import type { SettingName } from '../../../src/shell/settings/table.ts';
import { readCount, readDuration, readRange } from '../../../src/shell/language/units.ts';

function read(name: SettingName, text: string): unknown {
  const result = readSetting(findSetting(name)!, text);
  return result.ok ? result.value : result.message;
}

describe('values', () => {
  it.each([
    ['blksize', '1468', 1468],
    ['blksize', '1k', 1024],
    ['blksize', 'auto', 'auto'],
    ['blksize', 'OFF', 'off'],
    ['windowsize', '64', 64],
    ['timeout', '2s', 2000],
    ['timeout', '30', 30_000],
    ['timeout', '2m', 120_000],
    ['rexmt', '500ms', 500],
    ['rexmt', '1.5', 1500],
    ['mode', 'binary', 'octet'],
    ['mode', 'ASCII', 'netascii'],
    ['tsize', 'off', false],
    ['verbose', 'yes', true],
    ['rollover', '1', '1'],
    ['ports', '1024:2047', { from: 1024, to: 2047 }],
    ['ports', 'any', 'any'],
    ['serve-root', 'MAC', 'mac'],
    ['serve-root', '/20', '/20'],
    ['rate', '1M', 1_048_576],
    ['pace', '2ms', 2],
  ] as const)('%s %s', (name, text, value) => {
    expect(read(name, text)).toEqual(value);
  });

  it.each([
    [
      'blksize',
      '99999',
      'blksize must be 8–65464, auto or off (RFC 2348); 1468 avoids fragments on Ethernet.',
    ],
    [
      'blksize',
      '0x200',
      'blksize must be 8–65464, auto or off (RFC 2348); 1468 avoids fragments on Ethernet.',
    ],
    ['windowsize', '0', 'windowsize must be 1–65535, auto or off (RFC 7440); 16 suits most networks.'],
    ['timeout', '10ms', 'timeout must be 1 s – 3600 s.'],
    ['serve-root', '24', 'serve-root must be a prefix length such as /20, shared, ip, mac or subnet.'],
    ['serve-root', '/33', 'serve-root must be a prefix length such as /20, shared, ip, mac or subnet.'],
    ['rexmt', '300', 'rexmt must be 10 ms – 255 s (RFC 2349).'],
    ['mode', 'mail', 'mode mail is obsolete and not supported (RFC 1350 §1); use octet or netascii.'],
    ['mode', 'x', 'mode must be octet or netascii (RFC 1350 §1).'],
    ['tsize', 'maybe', 'tsize must be on or off (RFC 2349).'],
    ['ports', '9:1', 'ports must be MIN:MAX (1–65535) or any.'],
    ['rollover', '2', 'rollover must be 0 or 1.'],
  ] as const)('%s %s is refused', (name, text, message) => {
    expect(read(name, text)).toBe(message);
  });
});

describe('the table', () => {
  it.each(settingsTable.map((row) => [row.name, row] as const))(
    '%s: its default is a value of it',
    (_, row) => {
      const text = valueText(row, row.default).replace(' ', '');
      expect(readSetting(row, text)).toEqual({ ok: true, value: row.default });
      expect(limitsOf(row)).not.toBe('');
    },
  );

  it('names each setting once, in lower case', () => {
    const names = settingsTable.map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z-]+$/.test(name))).toEqual([]);
  });

  it('takes any text without throwing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...settingsTable), fc.string(), (row, text) => {
        const result = readSetting(row, text);
        expect(result.ok || result.message.startsWith(row.name)).toBe(true);
      }),
    );
  });
});

describe('what the engine is told', () => {
  it('only what was chosen', () => {
    expect(transferSettings({})).toEqual({});
    expect(serverSettings({})).toEqual({});
    expect(settingOf({}, 'timeout')).toBe(25_000);
    expect(settingOf({ timeout: 1000 }, 'timeout')).toBe(1000);
  });

  it('in its own words', () => {
    const chosen = {
      family: '6',
      rollover: '1',
      ports: { from: 5, to: 9 },
      'any-address': true,
      options: false,
      'single-port': true,
      'max-transfers': 3,
    } as const;
    expect(transferSettings(chosen)).toEqual({
      family: 6,
      rollover: 1,
      localPorts: { from: 5, to: 9 },
      anyAddress: true,
      options: false,
    });
    expect(serverSettings(chosen)).toEqual({
      rollover: 1,
      ports: { from: 5, to: 9 },
      options: false,
      singlePort: true,
      maxTransfers: 3,
    });
  });
});

describe('units', () => {
  it('reads strict numbers only', () => {
    const counts = ['64k', '2M', '+5', '1e3', ' 5', '', '-1', '0x10', '５'].map(readCount);
    expect(counts).toEqual([65_536, 2_097_152, ...Array<undefined>(7).fill(undefined)]);
    expect(['1h', '0.25s', '1d', '.5', '-2s'].map(readDuration)).toEqual([
      3_600_000,
      250,
      undefined,
      undefined,
      undefined,
    ]);
    expect(['1:1', '0:5', '5:4', '1:65536', '1-5'].map(readRange)).toEqual([
      { from: 1, to: 1 },
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
