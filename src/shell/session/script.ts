// Lines run one after another: it stops at the first failure unless the setting keep-going is on.
// Never reads a stream: see plain.ts for that.
import { readOwnText } from '../../files/local/small-files.ts';
import { FileError } from '../../files/file.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { Session } from './session.ts';

const longestStartup = 256 * 1024;

/** A script and its manner. */
export interface Script {
  /** As it is told with a complaint. */
  readonly name: Printable;
  readonly text: string;
  /** Go on after a failure, whatever the setting says. */
  readonly keepGoing?: boolean;
}

/** Runs the lines of a script; resolves with the first failure's status. */
export async function runScript(session: Session, { name, text, keepGoing }: Script): Promise<number> {
  let first = 0;
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    const status = await session.at(say`${name}:${i + 1}`, () => session.run(line));
    first ||= status;
    if (session.state.leaving !== undefined) return first || session.state.leaving;
    if (status === 0) continue;
    // Ctrl-C means the script, not one line of it.
    if (status === exitStatus.interrupted || !(keepGoing ?? session.setting('keep-going'))) return first;
  }
  return first;
}

/** Runs the commands of the start-up file, if there is one. What fails is told, and the shell starts all the same. */
export async function runStartup(session: Session, path: string): Promise<void> {
  const name = printable(path);
  let text: string;
  try {
    text = await readOwnText(path, longestStartup);
  } catch (error) {
    if (!(error instanceof FileError) || error.problem === 'missing') return;
    session.print([say`${name} was not read: ${printable(error.message)}`], 'hint');
    return;
  }
  session.quietSettings = true;
  await session.sourcing(() => runScript(session, { name, text, keepGoing: true }));
  session.quietSettings = false;
}
