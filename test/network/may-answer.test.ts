// Which sources get an answer from a listening port.
import { expect, test } from 'vitest';
import { mayAnswer } from '../../src/network/may-answer.ts';
import { tid } from '../../src/wire/tid.ts';

test.each([
  ['N06', '192.0.2.1', 40000, '0.0.0.0', true],
  ['N06', '192.0.2.1', 69, '0.0.0.0', true],
  ['N06', '127.0.0.1', 40000, '127.0.0.1', true],
  ['N06', '::ffff:192.0.2.1', 40000, '0.0.0.0', true],
  ['N06', '2001:db8::1', 40000, '::', true],
  ['N06', 'fe80::1%eth0', 69, '::', true],
  ['N07', '192.0.2.1', 0, '0.0.0.0', false],
  ['N07', '2001:db8::1', 0, '::', false],
  ['N06', '0.0.0.0', 40000, '0.0.0.0', false],
  ['N06', '0.1.2.3', 40000, '0.0.0.0', false],
  ['N06', '255.255.255.255', 40000, '0.0.0.0', false],
  ['N06', '224.0.0.1', 40000, '0.0.0.0', false],
  ['N06', '239.255.255.255', 40000, '0.0.0.0', false],
  ['N06', '::ffff:224.0.0.1', 40000, '::', false],
  ['N06', '::', 40000, '::', false],
  ['N06', 'FF02::1%eth0', 40000, '::', false],
  ['N06', '192.0.2.7', 69, '192.0.2.7', false],
  ['N06', '2001:db8::7', 69, '2001:db8::7', false],
  ['N06', '127.0.0.1', 69, '0.0.0.0', false],
  ['N06', '::1', 69, '::', false],
] as const)(
  '%s: from %s port %i to a listener on %s port 69: %s',
  (...[, address, port, listening, answer]) => {
    expect(mayAnswer(tid(address, port), tid(listening, 69))).toBe(answer);
  },
);
