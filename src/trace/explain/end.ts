// Why a transfer ended as it did.
import { errorCodes } from '../../wire/codes.ts';
import { counted } from '../../wire/counts.ts';
import { printable, raw, say, type Printable } from '../../wire/text.ts';
import type { Failure, Silence } from '../../transfer/failure.ts';
import type { Outcome } from '../../transfer/machine.ts';
import { isProbe } from './packets.ts';
import { capital, octets, theOther, theSide, type Explanation, type ExplainContext } from './explanation.ts';

/** One explanation for an outcome. */
export function explainEnd(outcome: Outcome, context: ExplainContext): readonly Explanation[] {
  if (isProbe(context)) {
    const text = say`Only the size was asked for: the read ended at the first answer.`;
    return [explanation('size-probe', say`RFC 2349`, text)];
  }
  if (!outcome.ok) return [failed(outcome.failure, context)];
  const text = outcome.confirmed
    ? say`All ${octets(outcome.octets)} arrived: the last block, shorter than the others, was acknowledged.`
    : say`All ${octets(outcome.octets)} were sent, but the last ACK did not come. ${capital(theOther(context))} probably has the file.`;
  return [explanation(outcome.confirmed ? 'complete' : 'unconfirmed', say`RFC 1350 §6`, text)];
}

function failed(failure: Failure, context: ExplainContext): Explanation {
  switch (failure.by) {
    case 'peer':
      return explanation('refused', say`RFC 1350 §7`, peerError(failure, context));
    case 'local': {
      const text = say`${capital(theSide(context.log.tag.side))} ended the transfer with ERROR ${failure.code}: ${printable(failure.message, 128)}.`;
      return explanation('aborted', say`RFC 1350 §7`, text);
    }
    case 'silence':
      return explanation('silence', say`RFC 1350 §7, RFC 1123 §4.2.3.2`, silence(failure, context));
    case 'network': {
      const message = printable(failure.message, 128);
      const text =
        failure.reason === 'socket-failed' ? say`The socket failed: ${message}.` : say`${capital(message)}.`;
      return explanation('network-failed', say`RFC 1350 §1`, text);
    }
  }
}

function explanation(rule: string, source: Printable, text: Printable): Explanation {
  return { rule, text, source, inferred: false };
}

function peerError(
  { code, message, first }: Extract<Failure, { by: 'peer' }>,
  context: ExplainContext,
): Printable {
  const row = errorCodes[code];
  const meaning = row === undefined ? say`a code that no RFC defines` : printable(row.text);
  const when = first ? say`as its first answer` : say`in the middle of the transfer`;
  const text = raw(message) === '' ? say`` : say`: ${printable(message, 128)}`;
  return say`${capital(theOther(context))} sent ERROR ${code} (${meaning}) ${when}${text}. An ERROR ends a transfer at once and is never answered.`;
}

function silence({ sends, heard, came }: Silence, context: ExplainContext): Printable {
  if (came !== undefined)
    return say`There was no progress: ${sends} packets were sent and ${came} came, but none moved the transfer. Then it was given up.`;
  return heard
    ? say`${capital(theOther(context))} stopped answering: ${counted(sends, 'packet')} ${sends === 1 ? say`was` : say`were`} sent after its last one, then the transfer was given up.`
    : say`No answer ever came to ${counted(sends, 'packet')}. TFTP cannot tell a lost packet from a host that does not exist.`;
}
