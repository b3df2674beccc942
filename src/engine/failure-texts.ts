// Failures in words: one sentence that says what happened, then advice. What the peer sent is made printable here.
import { errorText } from '../wire/codes.ts';
import { counted, grouped } from '../wire/counts.ts';
import { printable } from '../wire/text.ts';
import { formatTid, type Tid } from '../wire/tid.ts';
import type { Failure, NetworkReason, Silence } from '../transfer/failure.ts';
import { classicTerms, type Terms } from '../transfer/terms.ts';
import { FileError } from '../files/file.ts';
import { TftpError, type Cause } from './tftp-error.ts';

/** The state of a transfer when it failed. */
export interface FailureContext {
  /** The address of the request. */
  readonly to: Tid;
  /** The other side; undefined before its TID is known. */
  readonly peer: Tid | undefined;
  readonly terms: Terms | undefined;
  /** Octets of the file that were transferred. */
  readonly octets: number;
  /** Milliseconds since the transfer began. */
  readonly elapsed: number;
}

/** A reason of our own to abort a transfer: the disk, the user, a check. The abort carries it to the error. */
export class LocalProblem extends Error {
  override readonly name = 'LocalProblem';
  readonly problem: Cause;
  constructor(problem: Cause & { readonly message: string }) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Advice where the process may open no more descriptors (EMFILE). */
export const manyDescriptors =
  'This process may not open more files and sockets. In most shells ulimit -n shows and raises the limit.';

/** The system refuses to send blocks of the agreed size. The message also goes to the peer. */
export function tooLarge(terms: Terms = classicTerms): LocalProblem {
  const message = `datagrams of ${grouped(terms.blksize + 4)} octets are too large to leave this machine: ask for a smaller blksize`;
  return new LocalProblem({ by: 'network', reason: 'message-too-long', message });
}

/** The error for a transfer that failed. `reason`: why we aborted it, if we did. */
export function transferError(failure: Failure, context: FailureContext, reason?: unknown): TftpError {
  if (failure.by === 'local' && reason !== undefined) return reasonError(reason);
  switch (failure.by) {
    case 'peer': {
      const text = printable(failure.message);
      return new TftpError(
        `server error ${failure.code}: ${text === '' ? errorText(failure.code) : text}`,
        failure,
      );
    }
    case 'local':
      return new TftpError(`protocol failure: ${failure.message}`, failure, {
        advice: `${formatTid(context.peer ?? context.to)} broke the protocol; we sent it ERROR ${failure.code}.`,
      });
    case 'network':
      return new TftpError(failure.message, failure, {
        advice: networkAdvice[failure.reason],
      });
    case 'silence':
      return silenceError(failure, context);
  }
}

const networkAdvice: Readonly<Partial<Record<NetworkReason, string>>> = {
  'port-unreachable': 'The host is up but runs no TFTP server on that port.',
  'transfer-port-closed':
    'The server had answered; then it ended this transfer without a word, or was stopped.',
};

/** The error for a reason of our own: a file, the user, a check. */
export function reasonError(reason: unknown): TftpError {
  if (reason instanceof TftpError) return reason;
  if (reason instanceof LocalProblem) return new TftpError(reason.message, reason.problem, { cause: reason });
  if (reason instanceof FileError)
    return new TftpError(
      reason.message,
      { by: 'file', problem: reason.problem, message: reason.message },
      { cause: reason },
    );
  const message = printable(reason instanceof Error ? reason.message : String(reason));
  return new TftpError(message, { by: 'file', problem: 'io', message }, { cause: reason });
}

function silenceError(failure: Silence, context: FailureContext): TftpError {
  const seconds = Math.round(context.elapsed / 1000);
  if (!failure.heard) {
    return new TftpError(
      `no answer from ${formatTid(context.to)} in ${seconds} s (${counted(failure.sends, 'request')} sent)`,
      failure,
      {
        advice:
          'Nothing came back: wrong host, no server, or a firewall that lets the request in ' +
          'but drops the reply, which comes from another port.',
      },
    );
  }
  const peer = formatTid(context.peer ?? context.to);
  // A server that agrees to large blocks and is then never heard again: its datagrams do not get through.
  if (context.octets === 0 && context.terms !== undefined && context.terms.blksize > 512)
    return new TftpError(`${peer} agreed to the options, but no block arrived`, failure, {
      advice: `Datagrams of ${grouped(context.terms.blksize + 4)} octets may be lost on the way. Try a smaller blksize, such as 512.`,
    });
  if (failure.came !== undefined)
    return new TftpError(
      `no progress after ${context.octets} octets: ${failure.sends} packets were sent and ${failure.came} came from ${peer}, but none moved the transfer`,
      failure,
      {
        advice:
          'The network loses the packets of one direction: a firewall, or blocks that are too large for it.',
      },
    );
  return new TftpError(
    `${peer} stopped answering after ${counted(context.octets, 'octet')} (${counted(failure.sends, 'packet')} sent since)`,
    failure,
    {
      advice: 'The host or the network path failed during the transfer.',
    },
  );
}

/** The error for a host name that has no address. */
export function nameError(host: string, error: unknown): TftpError {
  const shown = printable(host);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EAFNOSUPPORT') {
    const [is, used] = host.includes(':') ? [6, 4] : [4, 6];
    const wrong = `${shown} is an IPv${is} address, but only IPv${used} is used`;
    const advice = `Leave out -${used} ("set family any"), or give an IPv${used} address.`;
    return new TftpError(wrong, { by: 'usage', message: wrong }, { cause: error, advice });
  }
  const message =
    code === 'EAI_AGAIN' || code === 'ETIMEOUT'
      ? `the name server did not answer for ${shown}`
      : `unknown host ${shown}`;
  return new TftpError(message, { by: 'name', host, message }, { cause: error });
}
