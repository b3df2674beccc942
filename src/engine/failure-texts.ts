// Failures in words: one sentence, then what it rules out. Everything from the peer is made printable here.
// Imports wire, transfer (types), files (types).
import { errorText } from '../wire/codes.ts';
import { printable } from '../wire/text.ts';
import { formatTid, type Tid } from '../wire/tid.ts';
import type { Failure } from '../transfer/failure.ts';
import { classicTerms, type Terms } from '../transfer/terms.ts';
import { FileError } from '../files/file.ts';
import { TftpError, type Cause } from './tftp-error.ts';

/** What was going on when it failed. */
export interface FailureContext {
  /** Where the request went. */
  readonly to: Tid;
  /** The other side, once it was known. */
  readonly peer: Tid | undefined;
  readonly terms: Terms | undefined;
  /** Octets of the file that had moved. */
  readonly octets: number;
  /** Milliseconds it took. */
  readonly elapsed: number;
}

/** What went wrong on our side of the disk or the user's side of the keyboard, carried through an abort. */
export class LocalProblem extends Error {
  override readonly name = 'LocalProblem';
  readonly problem: Cause;
  constructor(problem: Cause & { readonly message: string }) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Blocks of the agreed size never left our machine; the peer is told so. */
export function tooLarge(terms: Terms = classicTerms): LocalProblem {
  const message = `datagrams of ${terms.blksize + 4} octets are too large to leave this machine: ask for a smaller blksize`;
  return new LocalProblem({ by: 'network', reason: 'message-too-long', message });
}

/** The error for a transfer that failed. `reason` is what made us abort it, where we did. */
export function transferError(failure: Failure, scene: FailureContext, reason?: unknown): TftpError {
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
        advice: `${formatTid(scene.peer ?? scene.to)} broke the protocol; it was told so with ERROR ${failure.code}.`,
      });
    case 'network':
      return new TftpError(failure.message, failure, {
        advice: failure.reason === 'port-unreachable' ? closedPortAdvice(scene) : undefined,
      });
    case 'silence':
      return silenceError(failure, scene);
  }
}

function closedPortAdvice({ octets }: FailureContext): string {
  return octets > 0
    ? 'The other side went away in the middle of the transfer.'
    : 'The host is up but runs no TFTP server on that port.';
}

/** The error for whatever stopped us on our own side: a file, the user, a check. */
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

function silenceError(failure: Failure & { by: 'silence' }, scene: FailureContext): TftpError {
  const seconds = Math.round(scene.elapsed / 1000);
  if (!failure.heard) {
    const requests = failure.sends === 1 ? '1 request' : `${failure.sends} requests`;
    return new TftpError(
      `no answer from ${formatTid(scene.to)} in ${seconds} s (${requests} sent)`,
      failure,
      {
        advice:
          'Nothing came back at all: wrong host, no server, or a firewall that lets the request in ' +
          'but drops the reply, which comes from another port.',
      },
    );
  }
  const peer = formatTid(scene.peer ?? scene.to);
  // A server that agrees to large blocks and is then never heard again: its datagrams do not get through.
  if (scene.octets === 0 && scene.terms !== undefined && scene.terms.blksize > 512)
    return new TftpError(`${peer} agreed to the options, then no block got through`, failure, {
      advice: `Datagrams of ${scene.terms.blksize + 4} octets may be lost on the way. Try a smaller blksize, such as 512.`,
    });
  return new TftpError(
    `${peer} fell silent after ${scene.octets} octets (sent ${failure.sends} times)`,
    failure,
    {
      advice: 'The transfer had begun: the host went down, or the way to it broke.',
    },
  );
}

/** The error for a name that could not be resolved. */
export function nameError(host: string, error: unknown): TftpError {
  const shown = printable(host);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message =
    code === 'EAI_AGAIN' || code === 'ETIMEOUT'
      ? `the name server did not answer for ${shown}`
      : `unknown host ${shown}`;
  return new TftpError(message, { by: 'name', host, message }, { cause: error });
}
