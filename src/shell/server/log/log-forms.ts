// The forms of a line of the server's log: for people, for a file, for the journal of systemd, for syslog. Pure.
import { printable, say, type Printable } from '../../../wire/text.ts';

/** How the lines are printed. */
export type LogForm = 'people' | 'journal' | 'syslog';

/** Severities of RFC 5424 §6.2.1 that the log uses. */
const severities = { failure: 4, usual: 6 } as const;
/** The facility `daemon` (RFC 5424 §6.2.1), as its part of a priority. */
const daemon = 3 * 8;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

export interface LogLine {
  readonly at: Date;
  readonly isFailure: boolean;
  readonly text: Printable;
}

/** `2026-11-29T07:12:21.503Z ✗ 10.0.0.21:51422 RRQ x refused: File not found`. */
export function fileLine({ at, isFailure, text }: LogLine): Printable {
  return say`${printable(at.toISOString())} ${isFailure ? say`✗ ` : say``}${text}`;
}

/** As systemd reads standard output (sd-daemon(3)): a priority. The journal knows the time and the program. */
export function journalLine({ isFailure, text }: LogLine): Printable {
  return say`<${isFailure ? severities.failure : severities.usual}>${text}`;
}

/** As a program sends it to /dev/log (RFC 3164 §4.1, without the host): priority, time of day, program. */
export function syslogLine({ at, isFailure, text }: LogLine): Printable {
  const priority = daemon + (isFailure ? severities.failure : severities.usual);
  const two = (n: number, fill: string): string => String(n).padStart(2, fill);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => two(n, '0')).join(':');
  const date = `${months[at.getMonth()] ?? ''} ${two(at.getDate(), ' ')}`;
  return say`<${priority}>${printable(`${date} ${time} tftpsh`)}: ${text}`;
}
