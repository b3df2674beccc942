// The value of the option multicast (RFC 2090): what is one, and what is not.
import { describe, expect, test } from 'vitest';
import {
  groupRoleOf,
  groupRoleOption,
  isMulticast,
  multicastRequest,
  parseGroupRole,
} from '../../src/wire/multicast.ts';
import { option } from '../../src/wire/options.ts';
import { tid } from '../../src/wire/tid.ts';

describe('RFC 2090: addr, port, mc', () => {
  test('a client asks for it with an empty value', () => {
    expect(multicastRequest).toEqual(option('multicast', ''));
  });

  test.each([1, 65_535])('port %d is a port of a group', (port) => {
    expect(parseGroupRole(`239.255.0.1,${port},0`)).toEqual({
      group: { address: '239.255.0.1', port },
      isMaster: false,
    });
  });

  test('case 200: a group, and the role of the client that reads it', () => {
    const group = tid('239.255.0.1', 1758);
    expect(parseGroupRole('239.255.0.1,1758,1')).toEqual({ group, isMaster: true });
    expect(parseGroupRole('224.0.1.2,65535,0')).toEqual({ group: tid('224.0.1.2', 65_535), isMaster: false });
    expect(parseGroupRole(',,1')).toEqual({ group: undefined, isMaster: true });
    for (const isMaster of [true, false])
      expect(groupRoleOf([groupRoleOption(group, isMaster)])).toEqual({ group, isMaster });
  });

  test.each([
    ...[
      '',
      '1',
      ',1',
      ',,',
      ',,2',
      ',,01',
      '239.255.0.1,1758',
      '239.255.0.1,1758,1,',
      '239.255.0.1,1758,yes',
    ],
    ...['239.255.0.1,,1', ',1758,1', '239.255.0.1,0,1', '239.255.0.1,65536,1', '239.255.0.1,000001758,1'],
    ...['192.0.2.1,1758,1', '127.0.0.1,1758,1', '255.255.255.255,1758,1', '239.255.0.256,1758,1'],
    ...[
      '239.255.0.01,1758,1',
      ' 239.255.0.1,1758,1',
      '239.255.0.1, 1758,1',
      'ff02::1,1758,1',
      'group,1758,1',
    ],
  ])('case 200: %j is refused', (value) => {
    expect(parseGroupRole(value)).toBeUndefined();
    expect(groupRoleOf([option('multicast', value)])).toBe('malformed');
  });

  test('an OACK without the option names no group', () => {
    expect(groupRoleOf([option('blksize', 512)])).toBeUndefined();
  });

  test('224.0.0.0 to 239.255.255.255 are multicast addresses, and no others', () => {
    expect(['224.0.0.0', '239.255.255.255'].map(isMulticast)).toEqual([true, true]);
    expect(
      ['223.255.255.255', '240.0.0.0', '::ffff:239.0.0.1%x', '::FFFF:ef00:1', 'ff02::1', ''].map(isMulticast),
    ).toEqual([false, false, true, true, false, false]);
    for (let first = 0; first < 256; first += 1) {
      const forms = [
        `${first}.2.3.4`,
        `::ffff:${first}.2.3.4`,
        `::ffff:${((first << 8) | 2).toString(16)}:304`,
      ];
      expect(forms.map(isMulticast)).toEqual(forms.map(() => first >= 224 && first <= 239));
    }
  });
});
