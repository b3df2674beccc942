// What an ERROR packet says about a file problem (RFC 1350 §5).
// Rule: texts begin with the classic ones where there is one, since scripts look for them, and never hold a path of ours.
import type { ErrorCode } from '../wire/codes.ts';
import { FileError, type Copying, type FileProblem } from '../files/file.ts';
import { copyingText } from '../files/problem.ts';

/** Code and text of the ERROR packet. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly copying?: Copying;
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
  exhausted: { code: 0, message: 'Server busy' },
  busy: { code: 6, message: 'File already exists: another transfer is writing it' },
  changed: { code: 0, message: 'File changed while it was sent' },
  'read-only': { code: 2, message: 'Access violation: writing is off' },
  'no-temporary': { code: 3, message: 'Disk full or allocation exceeded: no temporary file' },
  'broken-pipe': { code: 0, message: 'Output closed' },
  'not-text': { code: 0, message: 'Output refused' },
  io: { code: 0, message: 'Input/output error' },
};

/** The refusal for `error`. An error that is not a FileError becomes an input/output error. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof FileError)) return table.io;
  const { copying } = error;
  const { code, message } = table[error.problem];
  if (copying === undefined) return { code, message };
  return { code, message: `${message}: ${copyingText(copying)}`, copying };
}
