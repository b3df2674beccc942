// The contracts for what the engine reads from and writes to: a file, a stream, memory, another server.

/** Why a file could not be read or written, independent of any protocol. */
export type FileProblem =
  | 'missing'
  | 'denied' // no permission, or outside of what is offered
  | 'is-directory'
  | 'not-regular' // FIFO, device, socket
  | 'exists'
  | 'name-too-long'
  | 'bad-name'
  | 'no-directory' // the directory of the file is missing
  | 'full'
  | 'too-large' // over our limit
  | 'exhausted' // the process may open no more files, or too many are written
  | 'busy' // another transfer writes it
  | 'changed' // it shrank or grew while it was read
  | 'read-only' // writing is switched off
  | 'no-temporary' // no temporary file can be made
  | 'broken-pipe'
  | 'not-text' // octets that a terminal could obey
  | 'io';

/**
 * What shows that a file is still being copied to its place. `growing`: it has more octets now than when it was opened.
 * `new`: it is empty, and was written to a moment ago. `temporary`: it is missing, and is there under the temporary name of
 * a copying program. `upload`: it is missing, and a client is uploading it.
 */
export type Copying = 'growing' | 'new' | 'temporary' | 'upload';

/** The only error that files/ throws. `message` is safe to print: it never contains a path or a text of the system. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly problem: FileProblem;
  /** Set if the file is still being copied. */
  readonly copying: Copying | undefined;
  constructor(problem: FileProblem, message: string, options: ErrorOptions & { copying?: Copying } = {}) {
    super(message, options);
    this.problem = problem;
    this.copying = options.copying;
  }
}

/**
 * Reads within the call what the system holds of an open file in memory.
 * @returns octets in `into`; 0 where a disk would have to be waited for, or the system cannot tell.
 */
export type ReadNow = (fd: number, into: Uint8Array, offset: number) => number;

/** How a file is read that one transfer sends to many clients. */
export interface SharedFile {
  /** Equal for two sources that read the same content of the same file. */
  readonly identity: string;
  /** Reads from `offset` on. @returns how many octets; fewer than asked only at the end. Rejects with FileError. */
  readAt(into: Uint8Array, offset: number): Promise<number>;
}

/** Octets to read once, in order. */
export interface Source {
  /** Size in octets when the source was opened; undefined if it is unknown (a pipe). */
  readonly size: number | undefined;
  /** False: nothing tells the end of the octets from a break. Default: true. */
  readonly hasCertainEnd?: boolean;
  /** Where the file is on the local disk; undefined if it is not on the local disk. */
  readonly path?: string | undefined;
  /** Set if the file is still being copied, as far as that is known when its last octets are read. */
  readonly copying?: Copying | undefined;
  /** Undefined: its octets come once, in their order. */
  readonly shared?: SharedFile;
  /** Reads the next octets into the start of `into`. @returns how many; 0 only at the end. Rejects with FileError. */
  read(into: Uint8Array): Promise<number>;
  /**
   * As `read`, within the call and by means of `readNow`. @returns 0 where `read` has to be used: the system does not hold
   * the octets in memory, or the end of the file is near.
   */
  readNow?(into: Uint8Array, readNow: ReadNow): number;
  close(): Promise<void>;
}

/** Takes octets once, in order; then the file is published complete, or not at all. */
export interface Sink {
  /** Writes all `parts` in order. They must stay unchanged until it resolves. Rejects with FileError. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Where the file appears on the local disk; undefined if it is not on the local disk. */
  readonly path?: string | undefined;
  /** True: the sink wants octets at once, not gathered into large writes. Default: false. */
  readonly isEager?: boolean;
  /** `size` octets were announced: rejects with `full` if they do not fit. */
  expect?(size: number): Promise<void>;
  /** Makes the complete file appear under its name. Nothing may be written afterwards. */
  publish(): Promise<void>;
  /** Removes what was written; an existing file stays unchanged. Does nothing after `publish`. */
  discard(): Promise<void>;
}

/** The client that sent a request: an offering may answer each client differently. */
export interface OfferingClient {
  /** Numeric and normalised; an IPv6 zone follows `%`. */
  readonly address: string;
  /** Aborted when the client no longer waits: work that takes long should end then. */
  readonly signal?: AbortSignal;
}

/** What a server offers: it maps names on the wire to files. */
export interface Offering {
  /** Opens a file to read. Rejects with FileError. */
  open(name: string, by?: OfferingClient): Promise<Source>;
  /** Creates a file to write. `size`: octets announced (tsize), or undefined. Rejects with FileError. */
  create(name: string, size: number | undefined, by?: OfferingClient): Promise<Sink>;
  /** The offered files, for `ls` and completion: at most `limit`, with names relative to the root, separated by `/`. */
  list(limit: number): Promise<readonly OfferedFile[]>;
  /**
   * Calls `see` for each entry of one directory, in any order, until it returns false; for completion. `directory` is a
   * name with `/`, empty for the root. A missing directory has no entries. Without this method an offering has no
   * directories, or cannot list them.
   */
  visitDirectory?(directory: string, see: EntryVisitor, by?: OfferingClient): Promise<void>;
  /** Calls `use` with the directories of the local disk that it uses. Without this method it needs more than directories. */
  withPlaces?(use: (places: readonly OfferedPlace[]) => Promise<void>): Promise<void>;
  /** Rejects with FileError `denied` if this process may not read what is offered, or not write where clients may. */
  assertUsable?(): Promise<void>;
  close(): Promise<void>;
}

/** A directory of the local disk: the path leads to exactly this one as long as it is used. */
export interface OfferedPlace {
  readonly path: string;
  readonly isWritten: boolean;
}

/** Gets the name of an entry and whether it is a directory. Returns false to stop. */
export type EntryVisitor = (name: string, isDirectory: boolean) => boolean;

export interface OfferedFile {
  readonly name: string;
  readonly size: number;
}
