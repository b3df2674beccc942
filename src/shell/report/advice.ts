// The words for a failure: one sentence, what it means or rules out, what to try next. One table per cause. The texts
// name only commands that exist: a test reads every one. Pure.
import { manyDescriptors } from '../../engine/failure-texts.ts';
import type { Cause, IntegrityReason, TftpError } from '../../engine/tftp-error.ts';
import { temporaryPlace } from '../../files/local/directories.ts';
import type { FileProblem } from '../../files/file.ts';
import type { NetworkReason } from '../../transfer/failure.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { statusOf } from './exit-status.ts';
import { withSteps, writtenFor } from './steps.ts';
import type { AdviceReader, AttemptedCommand } from './steps.ts';
import { refusalOf } from '../../trace/diagnose/refusals.ts';

/** A failure in words. */
export interface Advice {
  /** `get boot.cfg`. */
  readonly subject: Printable;
  readonly sentence: Printable;
  /** What it means or rules out; may be empty. */
  readonly reason: Printable;
  /** What to try, without a word before it; may be empty. */
  readonly next: Printable;
  readonly status: number;
}

/**
 * The words for `error`, which ended the command `attempt`.
 * @param reader decides how a step is written: as a command of the shell or as a command line.
 */
export function adviceOn(error: TftpError, attempt: AttemptedCommand, reader: AdviceReader): Advice {
  const { verb, name } = attempt;
  const { cause } = attempt;
  const { reason, next } =
    cause === undefined ? adviceFor(error.failure, attempt) : { reason: cause.text, next: cause.remedy };
  const steps = [withSteps(next, attempt, reader), octetHint(error.failure, name)];
  return {
    subject: name === '' ? printable(verb) : say`${printable(verb)} ${name}`,
    // The engine's texts are printable already: another call of printable() would double their escapes.
    sentence: error.shortMessage as Printable,
    reason: writtenFor(reader, reason === '' ? ((error.advice ?? '') as Printable) : reason),
    next: join(
      steps.filter((step) => step !== ''),
      say`; `,
    ),
    status: statusOf(error.failure),
  };
}

/** An empty `reason` leaves the word to the engine's own advice. In `next`, `{…}` is a step of steps.ts. */
interface AdviceText {
  readonly reason: Printable;
  readonly next: Printable;
}

const advice = (reason: string, next = ''): AdviceText => ({
  reason: printable(reason, 400),
  next: printable(next, 400),
});
const none = advice('');

function adviceFor(cause: Cause, attempt: AttemptedCommand): AdviceText {
  switch (cause.by) {
    case 'peer':
      return peerAdvice(cause.code, attempt.verb);
    case 'silence':
      return cause.heard
        ? advice('', 'try again; {blksize 512} helps if large packets get lost')
        : advice('', '{trace on} shows each packet; {connect HOST PORT} uses another port');
    case 'network':
      return networkAdvice[cause.reason] ?? none;
    case 'file':
      return adviceForFile(cause.problem, attempt);
    case 'name':
      return advice(
        'The name service does not know this host, or cannot be reached from here.',
        attempt.verb === 'connect'
          ? 'check the spelling, or use the address: {connect ADDRESS}'
          : 'check the spelling, or use the address: {connect ADDRESS}; {literal on} keeps a colon in the name of a file',
      );
    case 'listen':
      return listenAdvice[cause.code] ?? none;
    case 'local':
      return cause.code === 8 ? advice('', '{options off} offers none, {set lenient on} accepts more') : none;
    case 'integrity':
      return integrityAdvice[cause.reason];
    case 'abort':
    case 'usage':
      return none;
  }
}

/** A name with `\xe9` was not found: its user may have meant an octet, as names are shown. Empty for other failures. */
function octetHint(cause: Cause, name: Printable): Printable {
  const isMissing =
    (cause.by === 'peer' && cause.code === 1) || (cause.by === 'file' && cause.problem === 'missing');
  // A backslash of the name itself is doubled beside what could be an escape.
  const escape = /\\\\(?=x[89a-f][\da-f])/gi;
  if (!isMissing || name.search(escape) < 0) return say``;
  const meant = `$'${name.replaceAll("'", String.raw`\'`).replaceAll(escape, '\\')}'` as Printable;
  return say`an octet of a name is written as ${meant}`;
}

function adviceForFile(problem: FileProblem, { verb, local }: AttemptedCommand): AdviceText {
  if (problem === 'no-directory' && local !== undefined)
    return { reason: say`${directoryOf(local)} does not exist.`, next: makesDirectory };
  if (problem === 'exhausted') return advice(manyDescriptors);
  if (problem === 'no-temporary')
    return { reason: say`Temporary files go to ${printable(temporaryPlace())}.`, next: otherPlace };
  return (filesOf[verb] ?? fileAdvice)[problem] ?? none;
}

const otherPlace = say`set TMPDIR to a directory that has room and that you may write to`;

/** `Directory many/` of `many/r1.cfg`. */
function directoryOf(local: Printable): Printable {
  const end = local.lastIndexOf('/') + 1;
  // A part of a printable text is printable.
  return end === 0 ? say`The directory of ${local}` : say`Directory ${local.slice(0, end) as Printable}`;
}

const networkAdvice: Readonly<Partial<Record<NetworkReason, AdviceText>>> = {
  'message-too-long': advice('', '{set blksize 1468} fits Ethernet, {set blksize off} fits every network'),
  'transfer-port-closed': advice('', "try again; see the server's log"),
  'port-unreachable': advice('', 'try another port: {connect HOST PORT}'),
};

const notStored = advice('Nothing was stored: the received file is not the expected one.');

const integrityAdvice: Readonly<Record<IntegrityReason, AdviceText>> = {
  'size-mismatch': { ...notStored, next: printable('{tsize off} takes the file as long as it is') },
  'digest-mismatch': notStored,
  'too-large': notStored,
  'damaged-capture': none,
  'extraction-limit': none,
};

function peerAdvice(code: number, verb: AttemptedCommand['verb']): AdviceText {
  const { meaning, remedy } = refusalOf(code, verb === 'put' ? 'put' : 'get');
  return advice(meaning, remedy);
}

const noDirectory = advice('Missing directories are not created.', '{lls} lists what is there');
const makesDirectory = say`{get --mkdir} makes it`;

const fileAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  exists: advice('The existing file was not changed.', '{get -f} overwrites it; or give another local name'),
  full: advice('Nothing was stored; an existing file is unchanged.'),
  'no-directory': noDirectory,
  'is-directory': advice('This is a directory.', '{get -o DIR/} saves into a directory'),
  changed: advice(
    'The file changed while it was sent. The server knows that its copy is incomplete.',
    'try again',
  ),
  denied: advice(
    'This user may not write there, or the file system is read-only.',
    '{get -o DIR/} saves into another directory',
  ),
  missing: advice('The local file does not exist.', '{lls} lists what is there'),
  'bad-name': advice('A local file cannot have this name.', 'give a local name: {get REMOTE LOCAL}'),
  'not-text': advice('', '{get -f} writes it all the same; or give a local name'),
};

const putAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  ...fileAdvice,
  denied: advice('This user may not read the file.'),
  'is-directory': advice('This is a directory.', 'name its files: {put FILE FILE… DIR}'),
  'not-regular': advice('Only regular files, and - for standard input, can be sent.'),
};

const packetAdvice: typeof fileAdvice = {
  ...fileAdvice,
  exists: advice('The existing file was not changed.', '-f overwrites it; or give another name'),
  full: advice('The part that was written is kept.'),
  denied: none,
  'is-directory': advice('This is a directory.'),
  'not-regular': advice('Only regular files, and - for standard input, can be read.'),
  'bad-name': advice('A local file cannot have this name.'),
};

const filesOf: Readonly<Partial<Record<AttemptedCommand['verb'], typeof fileAdvice>>> = {
  put: putAdvice,
  capture: packetAdvice,
  open: packetAdvice,
  extract: packetAdvice,
  export: packetAdvice,
};

const listenAdvice: Readonly<Partial<Record<string, AdviceText>>> = {
  EADDRINUSE: advice(
    'Another program, or another tftpsh, uses this port.',
    '{serve DIR --port N} (0 takes any free port)',
  ),
  EMFILE: advice(manyDescriptors),
  // The engine explains the reason.
  EACCES: advice('', '{serve DIR --port 6969}, or see {help serving}'),
  EADDRNOTAVAIL: advice('This machine does not have that address.', '{serve DIR --host 0.0.0.0}'),
};
