// What the engine reads from and writes to, whatever is behind it: a file, a stream, memory, a gateway.

/** Why a file could not be read or written, in words that belong to no protocol. */
export type FileProblem =
  | 'missing'
  | 'denied' // permission, or outside of what is offered
  | 'is-directory'
  | 'not-regular' // FIFO, device, socket
  | 'exists'
  | 'name-too-long'
  | 'bad-name'
  | 'no-directory' // the directory that should hold it is missing
  | 'full'
  | 'too-large' // over a limit of ours
  | 'busy' // somebody else writes it
  | 'changed' // it shrank or grew while it was read
  | 'read-only' // writing is switched off
  | 'broken-pipe'
  | 'io';

/** The only error that files/ throws. `message` is safe to show: never a raw path or a system text with one in it. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly problem: FileProblem;
  constructor(problem: FileProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** Octets to read once, in order. */
export interface Source {
  /** Octets in all as seen when it was opened; undefined where that cannot be known (a pipe). */
  readonly size: number | undefined;
  /** Reads into `into` from its start, as many octets as are there; 0 only at the end. Rejects with FileError. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** Octets to write once, in order, and then to publish whole or not at all. */
export interface Sink {
  /** Writes all `parts` in order. They must stay unchanged until it resolves. Rejects with FileError. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Wants octets as they come, not gathered into large writes; false. */
  readonly isEager?: boolean;
  /** `size` octets were announced: rejects with `full` where they will not fit. */
  expect?(size: number): Promise<void>;
  /** Makes the file appear under its name, whole. Nothing may be written after. */
  publish(): Promise<void>;
  /** Leaves no trace; the old file is as it was. Does nothing after `publish`. */
  discard(): Promise<void>;
}

/** Who asks: an offering may answer each client differently. */
export interface OfferingClient {
  /** Numeric, normalised; an IPv6 zone after `%`. */
  readonly address: string;
}

/** What a server offers: names on the wire to files. Both reject with FileError. */
export interface Offering {
  open(name: string, by?: OfferingClient): Promise<Source>;
  /** `size`: octets announced (tsize), or undefined. */
  create(name: string, size: number | undefined, by?: OfferingClient): Promise<Sink>;
  /** What is offered, for `ls` and completion; at most `limit` entries, names relative to the root with `/`. */
  list(limit: number): Promise<readonly OfferedFile[]>;
  /**
   * What lies in one directory of it, for completion, in no order, until `see` says false. `directory` is a name with `/`,
   * empty for the root; nothing is told of one that is not there. Missing: there are no directories, or they are not ours.
   */
  visitDirectory?(directory: string, see: EntryVisitor, by?: OfferingClient): Promise<void>;
  close(): Promise<void>;
}

/** Is told a name and whether it is a directory; false: that is enough. */
export type EntryVisitor = (name: string, isDirectory: boolean) => boolean;

export interface OfferedFile {
  readonly name: string;
  readonly size: number;
}
