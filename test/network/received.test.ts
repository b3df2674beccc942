// Memory of datagrams is given back in time.
import { expect, test } from 'vitest';
import { counter } from '../../src/network/received.ts';

test('R07: collects once for every 8 MiB received, whatever the datagrams', () => {
  let collected = 0;
  const count = counter(() => (collected += 1));
  for (let octets = 0; octets < 32 * 1024 * 1024; octets += 65_536) count(65_536);
  expect(collected).toBe(4);
  count(8 * 1024 * 1024 - 1);
  expect(collected).toBe(4);
  count(1);
  expect(collected).toBe(5);
  expect(() => counter(undefined)(16 * 1024 * 1024)).not.toThrow();
});
