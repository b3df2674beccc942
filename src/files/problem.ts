// What went wrong with a file, in our words: one text per problem, and the problem of each system error.
// Rule: the message of a system error may contain paths, so we never print it. Only its code may be printed.
import { FileError, type Copying, type FileProblem } from './file.ts';

/** A text begins with the words of RFC 1350 if it has words for the problem, because scripts search for them. */
const texts: Readonly<Record<FileProblem, string>> = {
  missing: 'File not found',
  denied: 'Access violation',
  'is-directory': 'Is a directory',
  'not-regular': 'Not a regular file',
  exists: 'File already exists',
  'name-too-long': 'File name too long',
  'bad-name': 'Bad file name',
  'no-directory': 'No such directory',
  full: 'Disk full or allocation exceeded',
  'too-large': 'File too large',
  exhausted: 'Too many open files',
  busy: 'File is being written by another transfer',
  changed: 'The file changed while it was sent',
  'read-only': 'Access violation: read-only',
  'no-temporary': 'A temporary file cannot be made',
  'broken-pipe': 'The other end of the pipe was closed',
  'not-text': 'Not text',
  io: 'Input/output error',
};

const problems: ReadonlyMap<string, FileProblem> = new Map([
  ['ENOENT', 'missing'],
  ['ENOTDIR', 'missing'],
  ['EACCES', 'denied'],
  ['EPERM', 'denied'],
  ['ELOOP', 'denied'],
  ['EROFS', 'denied'],
  ['EISDIR', 'is-directory'],
  ['ENXIO', 'not-regular'],
  ['ENODEV', 'not-regular'],
  ['EEXIST', 'exists'],
  ['ENOTEMPTY', 'exists'],
  ['ENAMETOOLONG', 'name-too-long'],
  ['ERR_INVALID_ARG_VALUE', 'bad-name'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EFBIG', 'full'],
  ['EMFILE', 'exhausted'],
  ['ENFILE', 'exhausted'],
  ['EPIPE', 'broken-pipe'],
  ['ECONNRESET', 'broken-pipe'],
  ['ERR_STREAM_DESTROYED', 'broken-pipe'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'broken-pipe'],
  ['ERR_STREAM_WRITE_AFTER_END', 'broken-pipe'],
]);

/** A FileError with the text of its problem, or with `message`, which must not contain foreign text. */
export function problem(kind: FileProblem, message = texts[kind], cause?: unknown): FileError {
  return new FileError(kind, message, cause === undefined ? {} : { cause });
}

/** A FileError for a file that is still being copied: the words of `kind`, and that. */
export function stillCopied(kind: FileProblem, copying: Copying): FileError {
  return new FileError(kind, `${texts[kind]}: ${copyingText(copying)}`, { copying });
}

export function copyingText(copying: Copying): string {
  return copying === 'upload' ? 'it is still being uploaded' : 'it is still being copied';
}

/** The system's code of an error (`ENOENT`), or '' if it has no code. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : '';
}

/** Turns anything that was thrown into a FileError. A FileError passes unchanged. */
export function problemFrom(error: unknown): FileError {
  if (error instanceof FileError) return error;
  const code = codeOf(error);
  if (code === 'EILSEQ') return problem('bad-name', 'This disk takes only names in UTF-8', error);
  const kind = problems.get(code);
  if (kind !== undefined) return problem(kind, texts[kind], error);
  return problem('io', code === '' ? texts.io : `${texts.io} (${code})`, error);
}

/** Turns an error in the system's directory for temporary files into a FileError: the file of the user is not at fault. */
export function noTemporary(error: unknown): FileError {
  const known = noDirectory(error);
  if (known.problem === 'no-temporary') return known;
  // RFC 1350's words "Access violation" would puzzle the user of a local directory.
  const why = known.problem === 'denied' ? 'Permission denied' : known.message;
  return problem('no-temporary', `${texts['no-temporary']}: ${why}`, error);
}

/** Turns an error of opening a directory into a FileError: the directory is missing, not the file. */
export function noDirectory(error: unknown): FileError {
  const known = problemFrom(error);
  return known.problem === 'missing' ? problem('no-directory', undefined, error) : known;
}
