// Lines run one after another: it stops at the first failure unless the setting keep-going is on.
// Never reads a stream: see plain.ts for that.
import { say } from '../wire/text.ts';
import type { Printable } from '../wire/text.ts';
import type { Session } from './session.ts';

/** Runs `lines`; resolves with the first failure's status. */
export async function runScript(
  session: Session,
  name: Printable,
  lines: readonly string[],
): Promise<number> {
  let first = 0;
  for (const [i, line] of lines.entries()) {
    const status = await session.run(line);
    if (session.state.leaving !== undefined) return first || session.state.leaving;
    if (status === 0) continue;
    first ||= status;
    if (!session.setting('keep-going')) {
      session.print([say`${name} stopped at line ${i + 1}.`], 'hint');
      return first;
    }
  }
  return first;
}
