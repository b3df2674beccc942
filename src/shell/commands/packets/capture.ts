// The code of `capture`: starts, ends and reports the recording of the session.
import { printable, say, type Printable } from '../../../wire/text.ts';
import type { Call } from '../../language/command.ts';
import type { CaptureFigures } from '../../captures/capture-writer.ts';
import type { Word } from '../../language/parse.ts';
import { counted, octetsText } from '../../../trace/text/quantities.ts';
import type { ShellContext } from '../../session/context.ts';

export async function capture(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  const { running, broken } = shell.recording;
  if (word?.text === 'off') return off(call, shell, word);
  if (word !== undefined) return begin(call, shell, word);
  if (running !== undefined) reportFigures(shell, running.name, running.figures);
  else if (broken === undefined) shell.output.print([notCapturing]);
  else shell.output.print([say`Not capturing: an error ended ${broken.name}; the file is incomplete.`]);
  return 0;
}

const notCapturing = say`Not capturing.`;

async function off(call: Call, { recording, output }: ShellContext, word: Word): Promise<number> {
  const { running, broken } = recording;
  try {
    const figures = await recording.stop();
    if (running !== undefined && figures !== undefined) {
      reportFigures({ output }, running.name, figures);
      return 0;
    }
  } catch (error) {
    return output.fail(error, { verb: 'capture', name: running?.name ?? say`` });
  }
  if (broken === undefined) return output.misuse(call, word, notCapturing);
  output.print([say`An error ended ${broken.name}; the file is incomplete.`], 'bad');
  return broken.status;
}

async function begin(call: Call, shell: ShellContext, word: Word): Promise<number> {
  const { recording, output, directory } = shell;
  if (recording.running !== undefined)
    return output.misuse(
      call,
      word,
      say`Already capturing to ${recording.running.name}; "capture off" ends it.`,
    );
  const name = printable(word.text);
  const figures = await recording.start(directory.resolve(word.text), name, call.flags.has('--force'));
  const line = say`Capturing every packet to ${name}; "capture off" ends it.`;
  output.emit({ event: 'capture', file: name, ...figures }, [{ kind: 'plain', text: line }]);
  return 0;
}

function reportFigures(
  { output }: Pick<ShellContext, 'output'>,
  name: Printable,
  figures: CaptureFigures,
): void {
  const { packets, octets, dropped } = figures;
  const lost = dropped === 0 ? say`` : say`; ${counted(dropped, 'packet')} lost: the disk was too slow`;
  output.emit({ event: 'capture', file: name, ...figures }, [
    {
      kind: dropped === 0 ? 'plain' : 'bad',
      isResult: true,
      text: say`${name}   ${counted(packets, 'packet')}, ${octetsText(octets)}${lost}`,
    },
  ]);
}
