// Exit statuses (sysexits, as tftp-hpa uses them) and which failure has which: one table for the program, help and README.
// Pure. Never imports the session.
import type { Cause } from '../../engine/error.ts';
import type { FileProblem } from '../../files/file.ts';

/** Exit statuses by what they mean. */
export const exitStatus = {
  done: 0,
  usage: 64,
  integrity: 65,
  missing: 66,
  name: 68,
  unreachable: 69,
  bug: 70,
  listen: 71,
  exists: 73,
  local: 74,
  silence: 75,
  protocol: 76,
  refused: 77,
  hangup: 129,
  interrupted: 130,
  quit: 131,
  terminated: 143,
  pipe: 141,
} as const;

/** The statuses in words, in order. */
export const exitStatusTable: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'done'],
  [64, 'usage: an unknown or ambiguous command, a wrong argument'],
  [65, 'the size or the SHA-256 is not the expected one'],
  [66, 'file not found: here, or by ERROR 1 of the server'],
  [68, 'the host name is unknown'],
  [69, 'nothing listens there, or the network is down'],
  [70, 'a bug of this program'],
  [71, 'cannot listen: the port is taken or not permitted'],
  [73, 'the local file cannot be created, or exists (without -f)'],
  [74, 'local input or output failed, a disk is full (ERROR 3 too)'],
  [75, 'no answer in time; or the last acknowledgement of a put never came'],
  [76, 'the protocol failed: ERROR 0, 4, 5 or 8'],
  [77, 'refused: ERROR 2, 6 or 7, or local permission'],
  [129, 'ended by SIGHUP, or the terminal is gone'],
  [130, 'ended by SIGINT'],
  [131, 'ended by SIGQUIT, or Ctrl-\\ at a terminal'],
  [141, 'standard output was closed'],
  [143, 'ended by SIGTERM'],
];

/** The exit status of a failure. */
export function statusOf(cause: Cause): number {
  switch (cause.by) {
    case 'peer':
    case 'local':
      return statusOfCode(cause.code);
    case 'silence':
      return exitStatus.silence;
    case 'network':
      return exitStatus.unreachable;
    case 'file':
      return statusOfFile[cause.problem];
    case 'name':
      return exitStatus.name;
    case 'integrity':
      return exitStatus.integrity;
    case 'usage':
      return exitStatus.usage;
    case 'abort':
      return exitStatus.interrupted;
    case 'listen':
      return exitStatus.listen;
  }
}

function statusOfCode(code: number): number {
  if (code === 1) return exitStatus.missing;
  if (code === 3) return exitStatus.local;
  return code === 2 || code === 6 || code === 7 ? exitStatus.refused : exitStatus.protocol;
}

const statusOfFile: Readonly<Record<FileProblem, number>> = {
  missing: exitStatus.missing,
  denied: exitStatus.refused,
  'is-directory': exitStatus.exists,
  'not-regular': exitStatus.exists,
  exists: exitStatus.exists,
  'name-too-long': exitStatus.exists,
  'bad-name': exitStatus.usage,
  'no-directory': exitStatus.exists,
  full: exitStatus.local,
  'too-large': exitStatus.local,
  busy: exitStatus.exists,
  changed: exitStatus.local,
  'read-only': exitStatus.refused,
  'broken-pipe': exitStatus.pipe,
  io: exitStatus.local,
};
