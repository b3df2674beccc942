// Why a transfer ended as it did. Imports wire's words and types.
import { errorCodes } from '../../wire/codes.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Failure } from '../../transfer/failure.ts';
import type { Outcome } from '../../transfer/machine.ts';
import { isProbe, capital } from './packets.ts';
import { octets, theOther, type Explanation, type ExplainContext } from './explanation.ts';

/** One explanation for an outcome. */
export function explainEnd(outcome: Outcome, scene: ExplainContext): readonly Explanation[] {
  if (isProbe(scene)) {
    const text = say`Only the size was asked for: the read was begun and given up at the first answer.`;
    return [{ rule: 'size-probe', text, source: say`RFC 2349`, inferred: false }];
  }
  if (!outcome.ok) return [failed(outcome.failure, scene)];
  const text = outcome.confirmed
    ? say`All ${octets(outcome.octets)} arrived: the last block, shorter than the others, was acknowledged.`
    : say`All ${octets(outcome.octets)} were sent, but the last ACK never came: ${theOther(scene)} most likely has the file.`;
  const rule = outcome.confirmed ? 'complete' : 'unconfirmed';
  return [{ rule, text, source: say`RFC 1350 §6`, inferred: false }];
}

function failed(failure: Failure, scene: ExplainContext): Explanation {
  switch (failure.by) {
    case 'peer':
      return told('refused', say`RFC 1350 §7`, peerError(failure, scene));
    case 'local':
      return told(
        'aborted',
        say`RFC 1350 §7`,
        say`We ended it with ERROR ${failure.code}: ${printable(failure.message, 128)}.`,
      );
    case 'silence':
      return told('silence', say`RFC 1350 §7, RFC 1123 §4.2.3.2`, silence(failure, scene));
    case 'network':
      return told(
        'network-failed',
        say`RFC 1350 §1`,
        say`The socket failed: ${printable(failure.message, 128)}.`,
      );
  }
}

function told(rule: string, source: Printable, text: Printable): Explanation {
  return { rule, text, source, inferred: false };
}

function peerError(
  { code, message, first }: Extract<Failure, { by: 'peer' }>,
  scene: ExplainContext,
): Printable {
  const row = errorCodes[code];
  const meaning = row === undefined ? say`a code that no RFC knows` : printable(row.text);
  const when = first ? say`as its first answer` : say`in the middle of the transfer`;
  return say`${capital(theOther(scene))} sent ERROR ${code} (${meaning}) ${when}: ${printable(message, 128)}. An ERROR ends a transfer at once and is never answered.`;
}

function silence({ sends, heard }: Extract<Failure, { by: 'silence' }>, scene: ExplainContext): Printable {
  return heard
    ? say`${capital(theOther(scene))} fell silent: ${sends} packets were sent since its last word, and then it was given up.`
    : say`Nothing ever came back: ${sends} packets were sent. TFTP cannot tell a lost packet from a host that is not there.`;
}
