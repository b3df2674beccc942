// The code of tune: reads a file again and again with each blksize and windowsize, and shows where it is fastest.
import { TftpError } from '../../engine/tftp-error.ts';
import { tune, type Measured, type Setting, type Tuned } from '../../engine/exam/tune/tune.ts';
import { counted } from '../../trace/text/quantities.ts';
import { classicTerms } from '../../transfer/terms.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { isMisuse, type Misuse } from '../language/misuse.ts';
import { readDuration } from '../language/units.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { transferSettings } from '../settings/settings.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';
import type { Word } from '../language/parse.ts';
import type { RemoteFile } from '../language/remote-file.ts';
import { asExam, type ExamWork } from './as-exam.ts';
import { nowhere } from './nowhere.ts';
import { readServer } from './server-words.ts';
import { tunedCells, tunedLines } from './tune-lines.ts';

/** The grid. 1428 leaves room for tunnels, 1468 fills an Ethernet frame; larger blocks need fragments. */
const grid = {
  blksizes: [512, 1024, 1428, 1468, 8192, 32_768, 65_464],
  windowsizes: [1, 2, 4, 8, 16, 32, 64],
};
/** Milliseconds of one transfer; a longer one is ended, and counts as far as it came. */
const longest = 600;
/** Milliseconds without an answer after which a setting has failed. */
const patience = 3000;
const rounds = 5;
const usualTime = 60_000;

export async function runTune(call: Call, shell: ShellContext): Promise<number> {
  const remote = readFile(call.words, shell);
  if (isMisuse(remote)) return shell.output.misuse(call, remote.word, remote.message);
  const given = call.flags.get('--time');
  const time = given === undefined ? usualTime : readDuration(given.text);
  if (time === undefined || time < 1000)
    return shell.output.misuse(call, given, say`--time takes a second or more: 60s.`);
  try {
    const tuned = await asExam(shell, { verb: 'tune', server: remote }, (work) =>
      measureAll(shell, remote, { ...work, time }),
    );
    return await conclude(tuned, call.flags.has('--apply'), shell);
  } catch (error) {
    const { host, port, file } = remote;
    return shell.output.fail(error, { verb: 'tune', name: printable(file), host: printable(host), port });
  }
}

/** `REMOTE`, or `HOST FILE`. */
function readFile([first, second]: readonly Word[], shell: ShellContext): RemoteFile | Misuse {
  if (first === undefined)
    return { ok: false, word: undefined, message: say`tune needs a file of the server.` };
  if (second === undefined) return readRemoteWord(first, shell);
  const server = readServer([first], shell);
  return isMisuse(server)
    ? server
    : { host: server.host, port: server.port, file: second.text, mode: 'octet' };
}

async function measureAll(
  shell: ShellContext,
  remote: RemoteFile,
  { time, signal, note, tell }: { readonly time: number } & ExamWork,
): Promise<Tuned> {
  const { clock } = shell.system.tower;
  const end = clock.now() + time;
  let first: TftpError | undefined;
  const tuned = await tune(
    async (setting) => {
      try {
        return await transferOnce(shell, remote, { setting, signal, note });
      } catch (error) {
        if (signal.aborted || !(error instanceof TftpError)) throw error;
        first ??= error;
        // A server that refuses the file, or is not there, is the same for every setting.
        if (error.failure.by !== 'silence' || !error.failure.heard) throw error;
        return undefined;
      }
    },
    {
      ...{ ...grid, rounds, isOver: () => clock.now() >= end || signal.aborted },
      onMeasured: (made, racing) =>
        tell(say`tune: ${counted(made, 'transfer')}, ${counted(racing, 'setting')} may be the fastest`),
    },
  );
  if (tuned.best === undefined && first !== undefined) throw first;
  return tuned;
}

/** Reads the file once, or as much of it as the time allows. */
async function transferOnce(
  shell: ShellContext,
  remote: RemoteFile,
  { setting, signal, note }: { readonly setting: Setting } & Pick<ExamWork, 'signal' | 'note'>,
): Promise<Measured> {
  const { clock } = shell.system.tower;
  const { host, port, file } = remote;
  const transfer = shell.engine.client.get({
    remote: { host, port, file },
    settings: {
      ...transferSettings(shell.settings.chosen),
      ...{ ...setting, mode: 'octet', timeout: patience },
    },
    to: nowhere(),
  });
  note(transfer.number);
  const stop = (): void => transfer.abort();
  const timer = clock.after(longest, stop);
  signal.addEventListener('abort', stop);
  try {
    await transfer.done.catch((error: unknown) => {
      // Ended by our own timer: what has arrived until then counts.
      const isEnough = !signal.aborted && transfer.progress().octets > 0;
      if (!isEnough || !(error instanceof TftpError) || error.failure.by !== 'abort') throw error;
    });
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', stop);
  }
  const { octets, elapsed, terms = classicTerms } = transfer.progress();
  return { octets, ms: elapsed, agreed: { blksize: terms.blksize, windowsize: terms.windowsize } };
}

async function conclude(tuned: Tuned, applies: boolean, shell: ShellContext): Promise<number> {
  const { best } = tuned;
  const { output } = shell;
  output.emit(
    {
      event: 'tuned',
      cells: tunedCells(tuned),
      ...(best !== undefined && { blksize: best.blksize, windowsize: best.windowsize }),
      applied: applies && best !== undefined,
    },
    tunedLines(tuned, grid, output.isAscii).map((text) => ({ kind: 'plain', text })),
  );
  if (best === undefined) return exitStatus.silence;
  if (!applies) {
    const { blksize, windowsize } = best;
    const next =
      output.reader === 'shell'
        ? say`"set blksize ${blksize}" and "set windowsize ${windowsize}", or tune --apply`
        : say`"tftpsh --blksize ${blksize} --windowsize ${windowsize} …" uses them`;
    output.print([say`Next: ${next}.`], 'hint');
    return exitStatus.done;
  }
  for (const [name, value] of [
    ['blksize', best.blksize],
    ['windowsize', best.windowsize],
  ] as const)
    await shell.scripts.runLine(`set ${name} ${value}`);
  return exitStatus.done;
}
