// The words for a failure: one sentence, what it means or rules out, what to try next. One table per cause. The texts
// name only commands that exist: a test reads every one. Pure.
import type { Cause, IntegrityReason, TftpError } from '../../engine/tftp-error.ts';
import type { FileProblem } from '../../files/file.ts';
import type { NetworkReason } from '../../transfer/failure.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { statusOf } from './exit-status.ts';

/** Commands that read and write files of packets. */
type PacketVerb = 'capture' | 'open' | 'extract' | 'export';

/** The command that failed. */
export interface AttemptedCommand {
  readonly verb: 'get' | 'put' | 'stat' | 'serve' | 'connect' | 'source' | 'lcd' | 'lls' | 'ls' | PacketVerb;
  /** The file as the user named it; may be empty. */
  readonly name: Printable;
  readonly host?: Printable;
  /** The local file as the user sees it. */
  readonly local?: Printable;
}

/** A failure in words. */
export interface Advice {
  /** `get boot.cfg`. */
  readonly subject: Printable;
  readonly sentence: Printable;
  /** What it means or rules out; may be empty. */
  readonly reason: Printable;
  /** What to try; may be empty. */
  readonly next: Printable;
  readonly status: number;
}

/** The words for `error`, which ended the command `attempt`. */
export function adviceOn(error: TftpError, attempt: AttemptedCommand): Advice {
  const { verb, name } = attempt;
  const { reason, next } = adviceFor(error.failure, attempt);
  return {
    subject: name === '' ? printable(verb) : say`${printable(verb)} ${name}`,
    // The engine's texts are printable already: another call of printable() would double their escapes.
    sentence: error.shortMessage as Printable,
    reason: reason === '' ? ((error.advice ?? '') as Printable) : reason,
    next,
    status: statusOf(error.failure),
  };
}

/** An empty `reason` leaves the word to the engine's own advice. */
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
        ? advice('', 'Next: try again; "blksize 512" helps if large packets get lost')
        : advice('', 'Next: "trace on" shows each packet; "connect HOST PORT" uses another port');
    case 'network':
      return networkAdvice(cause.reason, attempt.host);
    case 'file':
      return adviceForFile(cause.problem, attempt);
    case 'name':
      return advice(
        'The name service does not know this host, or cannot be reached from here.',
        'Next: check the spelling, or use the address: "connect ADDRESS"; "literal on" keeps a colon in the name of a file',
      );
    case 'listen':
      return listenAdvice[cause.code] ?? none;
    case 'local':
      return cause.code === 8
        ? advice('', 'Next: "options off" offers none, "set lenient on" accepts more; then try again')
        : none;
    case 'integrity':
      return integrityAdvice[cause.reason];
    case 'abort':
    case 'usage':
      return none;
  }
}

function adviceForFile(problem: FileProblem, { verb, local }: AttemptedCommand): AdviceText {
  if (problem === 'no-directory' && local !== undefined)
    return { ...noDirectory, reason: say`${directoryOf(local)} does not exist.` };
  return (filesOf[verb] ?? fileAdvice)[problem] ?? none;
}

/** `Directory many/` of `many/r1.cfg`. */
function directoryOf(local: Printable): Printable {
  const end = local.lastIndexOf('/') + 1;
  // A part of a printable text is printable.
  return end === 0 ? say`The directory of ${local}` : say`Directory ${local.slice(0, end) as Printable}`;
}

function networkAdvice(reason: NetworkReason, host = printable('HOST')): AdviceText {
  switch (reason) {
    case 'message-too-long':
      return advice('', 'Next: "set blksize 1468" fits Ethernet, "set blksize off" fits every network');
    case 'port-unreachable':
      return { reason: none.reason, next: say`Next: try another port: "connect ${host} PORT"` };
    case 'no-local-port':
    case 'socket-failed':
      return none;
  }
}

const notStored = advice('Nothing was stored: the received file is not the expected one.');

const integrityAdvice: Readonly<Record<IntegrityReason, AdviceText>> = {
  'size-mismatch': { ...notStored, next: printable('Next: "tsize off" takes the file as long as it is') },
  'digest-mismatch': notStored,
  'too-large': notStored,
  'damaged-capture': none,
  'extraction-limit': none,
};

function peerAdvice(code: number, verb: AttemptedCommand['verb']): AdviceText {
  const row = peerTable[code];
  if (row === undefined) return advice('The server is up and answers; no RFC defines this code.');
  return verb === 'put' ? (row.put ?? row.get) : row.get;
}

/** By the code of the server's ERROR (RFC 1350 §5, RFC 2347). */
const peerTable: readonly { readonly get: AdviceText; readonly put?: AdviceText }[] = [
  { get: advice('The server is up and answers; it sent only this message, no specific code.') },
  {
    get: advice(
      'The server is up and answers, but has no such file or does not offer it.',
      'Next: check spelling, capitals and directory; TFTP cannot list files',
    ),
    put: advice(
      'The server is up and answers; many servers only accept files that exist there already.',
      'Next: create an empty file of that name on the server, or allow the server to create files',
    ),
  },
  {
    get: advice(
      'The server is up and answers, but does not allow this file to be read.',
      "Next: see the server's log: the cause is permissions or configuration",
    ),
    put: advice(
      'The server is up and answers, but does not allow this file to be written.',
      "Next: see the server's log: the cause is permissions or configuration",
    ),
  },
  { get: advice('The disk of the server is full, or a quota is used up.') },
  {
    get: advice(
      'The server did not understand what we sent.',
      'Next: "options off" sends the plainest request; then try again',
    ),
  },
  {
    get: advice(
      'The server does not know this transfer any more, or NAT or a firewall changed our port.',
      'Next: "trace on" shows the ports; then try again',
    ),
  },
  { get: advice('The server does not overwrite files.', 'Next: use another name') },
  { get: advice('The server does not know the requested user.') },
  {
    get: advice(
      'The server does not accept the options that we offered.',
      'Next: "options off", then try again',
    ),
  },
];

const noDirectory = advice('Missing directories are not created.', 'Next: "lls" lists what is there');

const fileAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  exists: advice(
    'The existing file was not changed.',
    'Next: "get -f" overwrites it; or give another local name',
  ),
  full: advice('Nothing was stored; an existing file is unchanged.'),
  'no-directory': noDirectory,
  'is-directory': advice('This is a directory.', 'Next: "get -o DIR/" saves into a directory'),
  changed: advice(
    'The file changed while it was sent. The server knows that its copy is incomplete.',
    'Next: try again',
  ),
  missing: advice('The local file does not exist.', 'Next: "lls" lists what is there'),
  'bad-name': advice('A local file cannot have this name.', 'Next: give a local name: "get REMOTE LOCAL"'),
};

const putAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  ...fileAdvice,
  'is-directory': advice('This is a directory.', 'Next: name its files: "put FILE FILE… DIR"'),
  'not-regular': advice('Only regular files, and - for standard input, can be sent.'),
};

const packetAdvice: typeof fileAdvice = {
  ...fileAdvice,
  exists: advice('The existing file was not changed.', 'Next: -f overwrites it; or give another name'),
  full: advice('The part that was written is kept.'),
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
    'Next: "serve" with --port N (0 takes any free port)',
  ),
  // The engine explains the reason.
  EACCES: advice('', 'Next: "serve" with --port 6969, or see "help serving"'),
  EADDRNOTAVAIL: advice('This machine does not have that address.', 'Next: "serve" with --host 0.0.0.0'),
};
