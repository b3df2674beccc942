// What a failure is told as: one sentence, what it rules out, what to try next. Tables by cause; the texts name only
// commands that exist (a test reads every one). Pure. Never imports the session.
import type { Cause, IntegrityReason, TftpError } from '../../engine/error.ts';
import type { FileProblem } from '../../files/file.ts';
import type { NetworkReason } from '../../transfer/failure.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { statusOf } from './exit-status.ts';

/** Commands that read and write files of packets. */
type PacketVerb = 'capture' | 'open' | 'extract' | 'export';

/** What was tried when it failed. */
export interface AttemptedCommand {
  readonly verb: 'get' | 'put' | 'stat' | 'serve' | 'connect' | 'source' | 'lcd' | 'lls' | 'ls' | PacketVerb;
  /** The file, as the user named it; may be empty. */
  readonly name: Printable;
  readonly host?: Printable;
  /** The file here, as the user sees it. */
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

/** Puts `error` into words for somebody who tried `attempt`. */
export function adviceOn(error: TftpError, attempt: AttemptedCommand): Advice {
  const { verb, name } = attempt;
  const { reason, next } = adviceFor(error.failure, attempt);
  return {
    subject: name === '' ? printable(verb) : say`${printable(verb)} ${name}`,
    // The engine's texts are printable already: a second pass would double its escapes.
    sentence: error.shortMessage as Printable,
    reason: reason === '' ? ((error.advice ?? '') as Printable) : reason,
    next,
    status: statusOf(error.failure),
  };
}

/** `reason` empty: the engine's own is told. */
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
        ? advice('', 'Next: try again; "blksize 512" helps where large packets get lost')
        : advice('', 'Next: "trace on" shows each packet; another port: "connect HOST PORT"');
    case 'network':
      return networkAdvice(cause.reason, attempt.host);
    case 'file':
      return adviceForFile(cause.problem, attempt);
    case 'name':
      return advice(
        'The name service knows no such host, or cannot be reached from here.',
        'Next: check the spelling, or give the address: "connect ADDRESS"',
      );
    case 'listen':
      return listenAdvice[cause.code] ?? none;
    case 'local':
      return cause.code === 8
        ? advice('', 'Next: "options off" asks for none, "set lenient on" accepts more; then try again')
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
    return { ...noDirectory, reason: say`The directory of ${local} is not there, and none is made.` };
  return (filesOf[verb] ?? fileAdvice)[problem] ?? none;
}

function networkAdvice(reason: NetworkReason, host = printable('HOST')): AdviceText {
  switch (reason) {
    case 'message-too-long':
      return advice('', 'Next: "set blksize 1468" fits Ethernet, "set blksize off" fits everywhere');
    case 'port-unreachable':
      return { reason: none.reason, next: say`Next: another port: "connect ${host} PORT"` };
    case 'no-local-port':
    case 'socket-failed':
      return none;
  }
}

const notStored = advice('Nothing was stored: what arrived is not what was promised.');

const integrityAdvice: Readonly<Record<IntegrityReason, AdviceText>> = {
  'size-mismatch': notStored,
  'digest-mismatch': notStored,
  'too-large': notStored,
  'damaged-capture': none,
  'extraction-limit': none,
};

function peerAdvice(code: number, verb: AttemptedCommand['verb']): AdviceText {
  const row = peerTable[code];
  if (row === undefined) return advice('The server is up and answers; no RFC knows this code.');
  return verb === 'put' ? (row.put ?? row.get) : row.get;
}

/** By the code of the server's ERROR (RFC 1350 §5, RFC 2347). */
const peerTable: readonly { readonly get: AdviceText; readonly put?: AdviceText }[] = [
  { get: advice('The server is up and answers; it gave no code, only these words.') },
  {
    get: advice(
      'The server is up and answers, but has no such file, or does not offer it.',
      'Next: check spelling, capitals and directory; TFTP cannot list',
    ),
    put: advice(
      'The server is up and answers; many servers only take files that exist there already.',
      'Next: make an empty file of that name on the server, or have it create files',
    ),
  },
  {
    get: advice(
      'The server is up and answers, but does not give this file away.',
      "Next: the server's own log tells whether it is permission or configuration",
    ),
    put: advice(
      'The server is up and answers, but does not take this file.',
      "Next: the server's own log tells whether it is permission or configuration",
    ),
  },
  { get: advice('The server cannot store any more.') },
  {
    get: advice(
      'The server did not understand what we sent.',
      'Next: "options off" asks in the plainest way; then try again',
    ),
  },
  {
    get: advice(
      'The server no longer knows this transfer, or our port was changed on the way (NAT, a firewall).',
      'Next: "trace on" shows the ports; then try again',
    ),
  },
  { get: advice('The server does not overwrite.', 'Next: put it under another name') },
  { get: advice('The server does not know the user it was asked for.') },
  {
    get: advice('The server cannot do with the options we asked for.', 'Next: "options off", then try again'),
  },
];

const noDirectory = advice('Directories are not made by themselves.', 'Next: "lls" shows what is there');

const fileAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  exists: advice(
    'The file that is there was not touched.',
    'Next: "get -f" overwrites; or give another local name',
  ),
  full: advice('Nothing was stored; what was there before is as it was.'),
  'no-directory': noDirectory,
  'is-directory': advice('A directory is no file.', 'Next: "get -o DIR/" saves into one'),
  changed: advice(
    'It changed while it was sent; the server was told that it is incomplete.',
    'Next: try again',
  ),
  missing: advice('There is no such file here.', 'Next: "lls" shows what is there'),
  'bad-name': advice('It cannot be the name of a local file.', 'Next: give a local name: "get REMOTE LOCAL"'),
};

const putAdvice: Partial<Readonly<Record<FileProblem, AdviceText>>> = {
  ...fileAdvice,
  'is-directory': advice('A directory is no file.', 'Next: "put" takes its files one by one: FILE FILE… DIR'),
  'not-regular': advice('Only regular files, and - for standard input, can be sent.'),
};

const packetAdvice: typeof fileAdvice = {
  ...fileAdvice,
  exists: advice('The file that is there was not touched.', 'Next: -f overwrites; or give another name'),
  full: advice('What was written before is there.'),
  'is-directory': advice('A directory is no file.'),
  'not-regular': advice('Only regular files, and - for standard input, can be read.'),
  'bad-name': advice('It cannot be the name of a local file.'),
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
    'Another program, or another tftpsh, has this port.',
    'Next: "serve" with --port N (0 takes any free one)',
  ),
  // The engine knows the remedies.
  EACCES: advice('', 'Next: "serve" with --port 6969, or see "help serving"'),
  EADDRNOTAVAIL: advice('This machine does not have that address.', 'Next: "serve" with --host 0.0.0.0'),
};
