// Takes a train of DATA packets apart. Systems hand many datagrams to the network card as one (UDP_SEGMENT on Linux), or
// get them so; a capture on that machine has the train as one datagram.
// Rule: it is a train only where every part is the DATA that follows the part before.
import { word } from './file/octets.ts';
import type { CapturedDatagram } from './dissect/dissect.ts';

const dataHead = 4;
const dataOp = 3;

/** The datagrams of a train whose parts have `blksize` octets of the file; any other datagram stays as it is. */
export function segments(datagram: CapturedDatagram, blksize: number): readonly CapturedDatagram[] {
  const { payload, length } = datagram;
  const size = blksize + dataHead;
  if (blksize < 1 || length <= size || !isTrain(payload, size)) return [datagram];
  const parts: CapturedDatagram[] = [];
  // What the capture cut has no number: it is not there.
  for (let at = 0; at + dataHead <= payload.length && at < length; at += size) {
    const part = payload.subarray(at, at + size);
    const onLink = Math.min(size, length - at);
    parts.push({ ...datagram, payload: part, length: onLink, cut: part.length < onLink });
  }
  return parts;
}

function isTrain(payload: Uint8Array, size: number): boolean {
  const first = word(payload, 2);
  if (payload.length < size + dataHead) return false;
  for (let at = 0, number = 0; at + dataHead <= payload.length; at += size, number++)
    if (word(payload, at) !== dataOp || !follows(word(payload, at + 2), first, number)) return false;
  return true;
}

/** After 65535 comes 0, or 1. */
function follows(block: number, first: number, number: number): boolean {
  const next = first + number;
  return block === (next & 0xffff) || (next > 0xffff && block === ((next + 1) & 0xffff));
}
