// Who may begin a transfer: counting only, with time as an argument.
import { describe, expect, test } from 'vitest';
import { Admission, defaultLimits, group } from '../../../src/engine/server/admission.ts';
import { tid } from '../../../src/wire/tid.ts';

const one = tid('192.0.2.1', 1000);
const other = tid('192.0.2.2', 1000);

describe('Admission', () => {
  test('case 122, R02: one address gets at most half of the places, and a place that is left is free at once', () => {
    const admission = new Admission({ ...defaultLimits, transfers: 4 }, 0);
    expect([1, 2, 3].map(() => admission.ask(one, 0))).toEqual(['admitted', 'admitted', 'full']);
    expect([1, 2, 3].map(() => admission.ask(other, 0))).toEqual(['admitted', 'admitted', 'full']);
    admission.leave(one);
    expect(admission.ask(one, 0)).toBe('admitted');
  });

  test('a burst of requests, then a rate', () => {
    const admission = new Admission({ ...defaultLimits, requestsPerAddress: 10, burst: 20 }, 0);
    const ask = (now: number): boolean => {
      const verdict = admission.ask(one, now);
      if (verdict === 'admitted') admission.leave(one);
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

  test('one IPv4 address or one IPv6 /64 counts as one', () => {
    expect(group('192.0.2.1')).toBe('192.0.2.1');
    expect(group('2001:db8:1:2:3:4:5:6')).toBe(group('2001:db8:1:2::9'));
    expect(group('2001:db8:1:2::9')).not.toBe(group('2001:db8:1:3::9'));
    expect(group('fe80::1%eth0')).toBe(group('fe80::2%eth0'));
    expect(group('::1')).toBe('0:0:0:0');
  });
});
