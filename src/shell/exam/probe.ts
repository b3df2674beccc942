// The code of probe: it asks in the foreground, prints each answer as it arrives, and ends with the card.
import { probe, type Card, type Skipped } from '../../engine/exam/probe/probe.ts';
import type { Answer, Question } from '../../engine/exam/probe/question.ts';
import { leftBehind } from '../../engine/exam/probe/daring-questions.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { join, pad, printable, say, type Printable } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Call } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { yesNo } from '../session/questions.ts';
import { asExam } from './as-exam.ts';
import { proofText } from './proof-text.ts';
import { readServer } from './server-words.ts';

export async function runProbe(call: Call, shell: ShellContext): Promise<number> {
  const server = readServer(call.words, shell);
  if (isMisuse(server)) return shell.output.misuse(call, server.word, server.message);
  const { host, port } = server;
  const file = call.flags.get('--file')?.text ?? server.file;
  const write = call.flags.get('--write')?.text;
  const mayRisk = (): Promise<boolean> =>
    call.flags.has('--risk') ? Promise.resolve(true) : askForRisk(shell);
  try {
    const card = await asExam(shell, { verb: 'probe', server }, ({ signal, tower }) =>
      probe(tower, {
        ...{ host, port, file, write, mayRisk, signal },
        onAnswer: (question, answer) => {
          shell.output.show(
            answerLines(question, answer, shell.output.pageWidth).map((text) => ({
              ...{ kind: answer.verdict === 'breaks' ? 'unusual' : 'plain', isResult: true, text },
            })),
          );
          shell.output.flush();
        },
      }),
    );
    emitCard(card, write, shell);
    return exitStatus.done;
  } catch (error) {
    return shell.output.fail(error, { verb: 'probe', name: printable(host), host: printable(host), port });
  }
}

async function askForRisk({ questions }: ShellContext): Promise<boolean> {
  if (!questions.canAsk) return false;
  return (
    (await questions.choose(say`The next questions are known to crash weak servers. Ask them?`, yesNo)) ===
    'y'
  );
}

const titleWidth = 31;
const verdictWidth = 9;

/** `option blksize   lowers   to 1,468   (ladder 4, packet 2)`, with the rest of a long text below it. */
function answerLines(
  { title }: Question,
  { verdict, text, proofs }: Answer,
  width: number,
): readonly Printable[] {
  const first = `${pad(printable(title), titleWidth)}${pad(printable(verdict), verdictWidth)}`;
  const proof = proofs.length === 0 ? say`` : say`   (${proofText(proofs)})`;
  return wrapped(say`${text}${proof}`, width, { first, indent: 6 });
}

const skippedHints: Readonly<Record<Skipped['reason'], Printable>> = {
  file: say`questions need a file of the server: --file NAME`,
  write: say`question writes: --write NAME allows it`,
  risk: say`questions may crash a weak server: --risk asks them`,
  bounds: say`questions were left when packets or time were used up`,
};

function emitCard(
  { answers, skipped, like, advice, server }: Card,
  write: string | undefined,
  shell: ShellContext,
): void {
  const software = like && say`${printable(like.software)} (${like.equal} of ${like.of} facts are the same)`;
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  const hints = reasons.map(
    (reason) => say`${skipped.filter((one) => one.reason === reason).length} ${skippedHints[reason]}`,
  );
  const left = leftBehind({ write });
  shell.output.emit(
    {
      event: 'probed',
      server: formatTid(server),
      answers: answers.map(({ question: { name, source }, answer: { verdict, text, proofs } }) => ({
        ...{ name, source, verdict, text, proofs },
      })),
      skipped: skipped.map(({ question: { name }, reason }) => ({ name, reason })),
      ...(software !== undefined && { software }),
      advice: [...advice],
    },
    [
      { kind: 'plain', text: say`software: ${software ?? say`unknown, no stock server answers like this`}` },
      {
        kind: 'plain',
        text: say`advice:   ${advice.length === 0 ? say`none; the defaults are right, or too little is known` : join(advice.map(setting), say`, `)}`,
      },
      ...[...hints, ...(left === undefined ? [] : [left])].map((text) => ({ kind: 'hint', text }) as const),
    ],
  );
}

function setting(text: Printable): Printable {
  return say`set ${text}`;
}
