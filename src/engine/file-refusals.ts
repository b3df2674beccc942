// File problems as ERROR packets: one table, classic texts first, never a path of ours (RFC 1350 §5).
// Imports wire and files (types).
import type { ErrorCode } from '../wire/codes.ts';
import { FileError, type FileProblem } from '../files/file.ts';

/** What the peer is told: the code, and a text that starts with the classic words where there are any. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const table: Readonly<Record<FileProblem, Refusal>> = {
  missing: { code: 1, message: 'File not found' },
  denied: { code: 2, message: 'Access violation' },
  'is-directory': { code: 2, message: 'Is a directory' },
  'not-regular': { code: 2, message: 'Access violation: not a regular file' },
  exists: { code: 6, message: 'File already exists' },
  'name-too-long': { code: 0, message: 'File name too long' },
  'bad-name': { code: 2, message: 'Access violation: unusable name' },
  'no-directory': { code: 1, message: 'File not found: no such directory' },
  full: { code: 3, message: 'Disk full or allocation exceeded' },
  'too-large': { code: 3, message: 'Disk full or allocation exceeded: too large' },
  busy: { code: 6, message: 'File already exists: another transfer is writing it' },
  changed: { code: 0, message: 'File changed while it was sent' },
  'read-only': { code: 2, message: 'Access violation: writing is off' },
  'broken-pipe': { code: 0, message: 'Output closed' },
  io: { code: 0, message: 'Input/output error' },
};

/** What to tell the peer about `error`; whatever is no FileError is an I/O error to them. */
export function refusalOf(error: unknown): Refusal {
  return error instanceof FileError ? table[error.problem] : table.io;
}
