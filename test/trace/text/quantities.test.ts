// Octets, rates and durations as people read them.
import { expect, it } from 'vitest';
import {
  durationText,
  grouped,
  octetsOfText,
  octetsText,
  rateText,
} from '../../../src/trace/text/quantities.ts';

it('commas part thousands', () => {
  expect([0, 999, 1000, 1_234_567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
});

it('a part and the whole share the unit of the whole, and keep their width', () => {
  expect(octetsOfText(900_000, 14_700_000)).toBe(' 0.9/14.7 MB');
  expect(octetsOfText(300, 4102)).toBe('  300/4,102 B');
});

it.each([
  [4102, '4,102 B'],
  [0, '0 B'],
  [342_000, '342 kB'],
  [99_999, '99,999 B'],
  [999_960, '1.0 MB'],
  [14_700_000, '14.7 MB'],
  [5.4e9, '5.4 GB'],
])('%d octets', (octets, text) => {
  expect(octetsText(octets)).toBe(text);
});

it.each([
  [0, '0 ms'],
  [0.42, '0.42 ms'],
  [6.1, '6.1 ms'],
  [9.996, '10 ms'],
  [12.3, '12 ms'],
  [999.6, '1 s'],
  [2340, '2.34 s'],
  [59_960, '1:00'],
  [25_000, '25 s'],
  [245_000, '4:05'],
  [3_723_000, '1:02:03'],
])('%d ms', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it('rates', () => {
  expect(rateText(342_000)).toBe('342 kB/s');
  expect(rateText(11_200_000)).toBe('11.2 MB/s');
  expect(rateText(12)).toBe('12 B/s');
});
