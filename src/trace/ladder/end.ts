// How a transfer ended, in a few words for the foot of a ladder. Pure; imports wire and types.
import { errorText } from '../../wire/codes.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Failure } from '../../transfer/failure.ts';
import type { Outcome } from '../../transfer/machine.ts';
import { grouped } from '../text/quantities.ts';

/** `done: 5,000 octets`, `failed: the peer sent ERROR 1 File not found`. */
export function endWords(outcome: Outcome): Printable {
  if (!outcome.ok) return say`failed: ${failureWords(outcome.failure)}`;
  const octets = outcome.octets === 1 ? say`1 octet` : say`${grouped(outcome.octets)} octets`;
  return outcome.confirmed ? say`done: ${octets}` : say`done: ${octets} sent, the last ACK never came`;
}

function failureWords(failure: Failure): Printable {
  switch (failure.by) {
    case 'peer': {
      const text = printable(failure.message, 128);
      return say`the peer sent ERROR ${failure.code} ${text === '' ? printable(errorText(failure.code)) : text}`;
    }
    case 'local':
      return say`we sent ERROR ${failure.code} ${printable(failure.message, 128)}`;
    case 'silence':
      return say`no answer (${failure.sends} sent)`;
    case 'network':
      return printable(failure.message, 128);
  }
}
