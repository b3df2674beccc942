// The only error that promises of the library reject with, and its causes as data.
import type { Failure } from '../transfer/failure.ts';
import type { FileProblem } from '../files/file.ts';

/** What is wrong with what arrived. */
export type IntegrityReason =
  /** The file is larger or smaller than was announced. */
  | 'size-mismatch'
  /** The SHA-256 is not the expected one. */
  | 'digest-mismatch'
  /** No size was announced, and the file exceeds our own limit. */
  | 'too-large'
  /** A capture cannot be read to its end. */
  | 'damaged-capture'
  /** Files of a capture were not extracted whole, because a limit was reached. */
  | 'extraction-limit';

/** Why something failed: a failure of a machine, or one that only the engine can meet. */
export type Cause =
  | Failure
  /** A local file or stream. */
  | { readonly by: 'file'; readonly problem: FileProblem; readonly message: string }
  /** The host's name has no address. */
  | { readonly by: 'name'; readonly host: string; readonly message: string }
  /** What arrived is not what was promised, or is damaged. */
  | { readonly by: 'integrity'; readonly reason: IntegrityReason; readonly message: string }
  /** The caller's arguments are wrong. */
  | { readonly by: 'usage'; readonly message: string }
  /** The caller ended it. */
  | { readonly by: 'abort'; readonly message: string }
  /** Our own server cannot listen. */
  | { readonly by: 'listen'; readonly code: string; readonly message: string };

/** Every promise of the library rejects with this class and nothing else. All of its texts are printable. */
export class TftpError extends Error {
  override readonly name = 'TftpError';
  /** One sentence, for one line of a transcript. */
  readonly shortMessage: string;
  /** Why, as data. */
  readonly failure: Cause;
  /** One sentence that says what to try next; undefined where nothing helps. */
  readonly advice: string | undefined;

  constructor(
    shortMessage: string,
    failure: Cause,
    more: { advice?: string | undefined; cause?: unknown } = {},
  ) {
    super(more.advice === undefined ? shortMessage : `${shortMessage}\n${more.advice}`, {
      cause: more.cause,
    });
    this.shortMessage = shortMessage;
    this.failure = failure;
    this.advice = more.advice;
  }
}

/** The error for wrong arguments of the caller. */
export function usageError(message: string): TftpError {
  return new TftpError(message, { by: 'usage', message });
}
