// The code of check: the cases of a server or of a client, each verdict as it is known, then a summary and a report.
import type { CaseRow, CheckVerdict, Result } from '../../engine/exam/check/case.ts';
import { checkClient, clientCases, fileOf } from '../../engine/exam/check/check-client.ts';
import { checkServer, type Checked } from '../../engine/exam/check/check-server.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { join, printable, say, type Printable } from '../../wire/text.ts';
import { formatTid, tid, type Tid } from '../../wire/tid.ts';
import type { Call } from '../language/command.ts';
import { readListen } from '../language/host.ts';
import { isMisuse } from '../language/misuse.ts';
import type { Word } from '../language/parse.ts';
import { writeLocal } from '../packets/pages.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { asExam } from './as-exam.ts';
import { junit } from './junit.ts';
import { proofText } from './proof-text.ts';
import { readServer } from './server-words.ts';

export function runCheck(call: Call, shell: ShellContext): Promise<number> | number {
  return call.words[0]?.text === 'client' ? checkOfClient(call, shell) : checkOfServer(call, shell);
}

async function checkOfServer(call: Call, shell: ShellContext): Promise<number> {
  const server = readServer(call.words, shell);
  if (isMisuse(server)) return shell.output.misuse(call, server.word, server.message);
  const { host, port } = server;
  try {
    const checked = await asExam(shell, { verb: 'check', server }, ({ signal, tower }) =>
      checkServer(tower, {
        ...{ host, port, signal },
        file: call.flags.get('--file')?.text ?? server.file,
        write: call.flags.get('--write')?.text,
        risk: call.flags.has('--risk'),
        onResult: (row, result) => show(shell, row, result),
      }),
    );
    return await conclude(checked, printable(`${host}:${port}`), call.flags.get('--junit'), shell);
  } catch (error) {
    return shell.output.fail(error, { verb: 'check', name: printable(host), host: printable(host), port });
  }
}

/** Where a check of clients listens, if the user names no place. */
const usualPlace = tid('127.0.0.1', 6969);

async function checkOfClient(call: Call, shell: ShellContext): Promise<number> {
  const [, word] = call.words;
  const place: Tid | ReturnType<typeof readListen> = word === undefined ? usualPlace : readListen(word);
  if (isMisuse(place)) return shell.output.misuse(call, place.word, place.message);
  try {
    const checked = await asExam(shell, { verb: 'check client' }, ({ signal, tower }) =>
      checkClient(tower, {
        ...place,
        signal,
        onListening: (local) => shell.output.print(invitation(local)),
        onResult: (row, result) => show(shell, row, result),
      }),
    );
    return await conclude(checked, say`client`, call.flags.get('--junit'), shell);
  } catch (error) {
    return shell.output.fail(error, { verb: 'check', name: say`client`, port: place.port });
  }
}

function invitation(local: Tid): readonly Printable[] {
  const names = (kind: 'get' | 'put'): Printable =>
    printable(
      clientCases
        .filter((row) => row.kind === kind)
        .map(fileOf)
        .join(' '),
      400,
    );
  return [
    say`waiting for a client at ${printable(formatTid(local))}; Ctrl-C ends the check`,
    ...wrapped(names('get'), 79, { first: 'get  ' }),
    ...wrapped(say`${names('put')} (a file of 3 kB or more)`, 79, { first: 'put  ' }),
    say`The name "next" takes the next case.`,
  ];
}

function show({ output }: ShellContext, row: CaseRow, result: Result): void {
  output.show(
    resultLines(row, result, output.pageWidth).map((text): Line => ({
      isResult: true,
      kind: lineKinds[result.verdict],
      text,
    })),
  );
  output.flush();
}

const lineKinds: Readonly<Record<CheckVerdict, Line['kind']>> = { PASS: 'plain', FAIL: 'bad', SKIP: 'plain' };

/** `PASS  63  a repeated ACK causes no DATA: each block comes once (RFC 1123 §4.2.3.1; ladder 12, packet 5)`. */
function resultLines(
  { number, title, section }: CaseRow,
  { verdict, text, proofs }: Result,
  width: number,
): readonly Printable[] {
  const proof = proofs.length === 0 ? say`` : say`; ${proofText(proofs)}`;
  const first = `${verdict} ${String(number).padStart(4)}  `;
  return wrapped(say`${printable(title)}: ${text} (${printable(section)}${proof})`, width, {
    first,
    indent: first.length,
  });
}

async function conclude(
  checked: readonly Checked[],
  who: Printable,
  file: Word | undefined,
  shell: ShellContext,
): Promise<number> {
  const count = (verdict: CheckVerdict): number =>
    checked.filter(({ result }) => result.verdict === verdict).length;
  const [passed, failed, skipped] = [count('PASS'), count('FAIL'), count('SKIP')];
  const counts = [say`${passed} PASS`, say`${failed} FAIL`, say`${skipped} SKIP`];
  if (file !== undefined) await writeLocal(shell.directory.resolve(file.text), junit(who, checked), true);
  shell.output.emit(
    {
      event: 'checked',
      target: who,
      ...{ passed, failed, skipped },
      cases: checked.map(({ row: { number, title, section }, result: { verdict, text, proofs } }) => ({
        ...{ case: number, title, section, verdict, text, proofs },
      })),
    },
    [
      { kind: failed === 0 ? 'good' : 'bad', isResult: true, text: say`${who}: ${join(counts, say`, `)}` },
      ...(file === undefined
        ? []
        : [{ kind: 'plain', text: say`${printable(file.text)} written` } satisfies Line]),
    ],
  );
  return failed === 0 ? exitStatus.done : exitStatus.protocol;
}
