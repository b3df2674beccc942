// Exit statuses (sysexits, as tftp-hpa uses them), and the status of each failure. The program, help and README read
// the same table. Pure.
import type { Cause } from '../../engine/tftp-error.ts';
import type { FileProblem } from '../../files/file.ts';

/** Exit statuses by meaning. */
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

/** The meaning of each status, in ascending order. */
export const exitStatusTable: readonly (readonly [status: number, meaning: string])[] = [
  [0, 'done'],
  [64, 'usage: an unknown or ambiguous command, a wrong argument'],
  [65, 'the size or the SHA-256 differs from the expected one'],
  [66, 'file not found: a local file, or ERROR 1 from the server'],
  [68, 'the host name is unknown'],
  [69, 'no program listens on that port, or the network is down'],
  [70, 'a bug in this program'],
  [71, 'cannot listen: the port is in use or not permitted'],
  [73, 'the local file cannot be created, or exists already (without -f)'],
  [74, 'local input or output failed, or a disk is full (also ERROR 3)'],
  [
    75,
    'no answer in time, the other side left the transfer, or the last acknowledgement of a put did not arrive',
  ],
  [76, 'protocol failure: ERROR 0, 4, 5 or 8; or a case of check failed'],
  [77, 'refused: ERROR 2, 6 or 7, or local permissions'],
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
      return cause.reason === 'transfer-port-closed' ? exitStatus.silence : exitStatus.unreachable;
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
  exhausted: exitStatus.local,
  busy: exitStatus.exists,
  changed: exitStatus.local,
  'read-only': exitStatus.refused,
  'no-temporary': exitStatus.local,
  'broken-pipe': exitStatus.pipe,
  'not-text': exitStatus.exists,
  io: exitStatus.local,
};
