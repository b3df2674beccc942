// How a transfer ended, in a few words for the foot of a ladder.
import { errorText } from '../../wire/codes.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Failure } from '../../transfer/failure.ts';
import type { Outcome } from '../../transfer/machine.ts';
import type { Side } from '../record/event.ts';
import { otherSide } from '../record/packet-log.ts';
import { counted } from '../text/quantities.ts';

/** `done: 5,000 octets`, `failed: server sent ERROR 1 File not found`. `side`: the end whose outcome it is. */
export function endWords(outcome: Outcome, side: Side): Printable {
  if (!outcome.ok) return say`failed: ${failureWords(outcome.failure, side)}`;
  const octets = counted(outcome.octets, 'octet');
  return outcome.confirmed ? say`done: ${octets}` : say`done: ${octets} sent, no final ACK`;
}

function failureWords(failure: Failure, side: Side): Printable {
  switch (failure.by) {
    case 'peer': {
      const text = printable(failure.message, 128);
      return say`${printable(otherSide(side))} sent ERROR ${failure.code} ${text === '' ? printable(errorText(failure.code)) : text}`;
    }
    case 'local':
      return say`${printable(side)} sent ERROR ${failure.code} ${printable(failure.message, 128)}`;
    case 'silence':
      return failure.came === undefined
        ? say`no answer (${failure.sends} sent)`
        : say`no progress (${failure.sends} sent, ${failure.came} came)`;
    case 'network':
      return printable(failure.message, 128);
  }
}
