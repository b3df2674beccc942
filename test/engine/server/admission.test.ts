// Who may begin a transfer: counting only, with time as an argument.
import { describe, expect, test } from 'vitest';
import { Admission, defaultLimits } from '../../../src/engine/server/admission/admission.ts';
import { groupsOf } from '../../../src/engine/server/admission/places.ts';
import { parseCidr, type Cidr } from '../../../src/wire/cidr.ts';
import { tid } from '../../../src/wire/tid.ts';

const one = tid('192.0.2.1', 1000);
const other = tid('192.0.2.2', 1000);

describe('Admission', () => {
  test('case 122, R02: one address gets at most half of the places, and a place that is left is free at once', () => {
    const admission = new Admission({ ...defaultLimits, transfers: 4 }, 0);
    expect([1, 2, 3].map(() => admission.ask(one, 0))).toEqual(['admitted', 'admitted', 'full']);
    expect([1, 2, 3].map(() => admission.ask(other, 0))).toEqual(['admitted', 'admitted', 'full']);
    admission.leave(one, 'RRQ');
    expect(admission.ask(one, 0)).toBe('admitted');
  });

  test('a burst of requests, then a rate', () => {
    const admission = new Admission({ ...defaultLimits, requestsPerAddress: 10, burst: 20 }, 0);
    const ask = (now: number): boolean => {
      const verdict = admission.ask(one, now);
      if (verdict === 'admitted') admission.leave(one, 'RRQ');
      return verdict !== 'flood';
    };
    expect(Array.from({ length: 30 }, () => ask(0)).filter(Boolean)).toHaveLength(20);
    expect(admission.ask(other, 0)).toBe('admitted');
    expect(Array.from({ length: 30 }, () => ask(1000)).filter(Boolean)).toHaveLength(10);
  });

  test('refusals are told ten times a second', () => {
    const admission = new Admission(defaultLimits, 0);
    expect(Array.from({ length: 30 }, () => admission.mayRefuse(0)).filter(Boolean)).toHaveLength(10);
    expect(admission.mayRefuse(100)).toBe(true);
  });

  test('an eighth of the places is for addresses that have none', () => {
    const admission = new Admission({ ...defaultLimits, transfers: 16 }, 0);
    const third = tid('192.0.2.3', 1000);
    for (let count = 0; count < 7; count++) {
      expect(admission.ask(one, 0)).toBe('admitted');
      expect(admission.ask(other, 0)).toBe('admitted');
    }
    expect([one, other, third, third].map((peer) => admission.ask(peer, 0))).toEqual([
      ...['full', 'full', 'admitted', 'full'],
    ]);
    expect(admission.ask(tid('192.0.2.4', 1), 0)).toBe('admitted');
  });

  test('uploads have places of their own: half of them for one address', () => {
    const admission = new Admission({ ...defaultLimits, uploads: 4 }, 0);
    expect([1, 2, 3].map(() => admission.ask(one, 0, 'WRQ'))).toEqual([
      ...['admitted', 'admitted', 'uploads-full'],
    ]);
    expect(admission.ask(one, 0, 'RRQ')).toBe('admitted');
    expect(admission.ask(other, 0, 'WRQ')).toBe('admitted');
    admission.leave(one, 'WRQ');
    expect(admission.ask(one, 0, 'WRQ')).toBe('admitted');
  });

  test('one IPv4 address or one IPv6 /64 counts as one', () => {
    const group = groupsOf([]);
    expect(group('192.0.2.1')).toBe('192.0.2.1');
    expect(group('2001:db8:1:2:3:4:5:6')).toBe(group('2001:db8:1:2::9'));
    expect(group('2001:db8:1:2::9')).not.toBe(group('2001:db8:1:3::9'));
    expect(group('::1')).toBe('0:0:0:0');
  });

  test('on a link and in an attached network each address counts alone', () => {
    const group = groupsOf([parseCidr('fd00:1:2:3::7/64') as Cidr]);
    expect(group('fe80::1%eth0')).not.toBe(group('fe80::2%eth0'));
    expect(group('fe80::1%eth0')).not.toBe(group('fe80::1%eth1'));
    expect(group('fd00:1:2:3::1')).not.toBe(group('fd00:1:2:3::2'));
    expect(group('fd00:1:2:4::1')).toBe(group('fd00:1:2:4::2'));
    const admission = new Admission({ ...defaultLimits, transfers: 4 }, 0, group);
    const ask = (address: string): string => admission.ask(tid(address, 69), 0);
    expect(['fe80::1%eth0', 'fe80::1%eth0', 'fe80::1%eth0', 'fe80::2%eth0'].map(ask)).toEqual([
      ...['admitted', 'admitted', 'full', 'admitted'],
    ]);
  });
});
