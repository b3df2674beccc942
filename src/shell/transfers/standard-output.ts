// `-`: standard output for get and standard input for put; where the screen belongs to a view, a text in the transcript.
// Never imports process: the streams were handed to the session.
import { Writable } from 'node:stream';
import { printable, say } from '../../wire/text.ts';
import type { Session } from '../session/session.ts';
import { grouped } from '../../trace/text/quantities.ts';

const shownAtMost = 64 * 1024;

/** Runs `work` with the stream that `-` means; transcript lines keep out of its way meanwhile. */
export async function toOutput(
  session: Session,
  work: (stream: Writable) => Promise<number>,
): Promise<number> {
  const { stdout } = session.deps;
  if (stdout === undefined) return toTranscript(session, work);
  session.store.flush();
  session.outputTaken = true;
  try {
    return await work(stdout);
  } finally {
    session.store.flush();
    session.outputTaken = false;
  }
}

/** Shows what was written as lines, at the end: nothing in them moves a cursor. */
async function toTranscript(session: Session, work: (stream: Writable) => Promise<number>): Promise<number> {
  const parts: Buffer[] = [];
  let length = 0;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (length < shownAtMost) parts.push(Buffer.from(chunk));
      length += chunk.length;
      done();
    },
  });
  const status = await work(stream);
  const text = Buffer.concat(parts).subarray(0, shownAtMost).toString('utf8');
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (length > 0) session.print(lines.map((line) => printable(line.replaceAll('\t', '        '), 1000)));
  if (length > shownAtMost)
    session.print(
      [say`… ${grouped(length - shownAtMost)} octets more; get REMOTE LOCAL saves them.`],
      'hint',
    );
  return status;
}
