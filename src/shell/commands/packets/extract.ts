// The code of `extract`: writes the files that a capture contains into a directory.
import { TftpError } from '../../../engine/tftp-error.ts';
import { openLocal } from '../../../files/local/user-file.ts';
import { join, printable, say, type Printable } from '../../../wire/text.ts';
import type { Call } from '../../language/command.ts';
import { extractFiles, lackWords, type Extraction, type Taken } from '../../captures/extract-files.ts';
import type { Word } from '../../language/parse.ts';
import { counted, octetsText } from '../../../trace/text/quantities.ts';
import { readCount } from '../../language/units.ts';
import type { ShellContext } from '../../session/context.ts';
import { damaged } from '../../captures/summary-lines.ts';

export async function extract(call: Call, shell: ShellContext): Promise<number> {
  const words = [...call.words];
  const [first] = words;
  const only = words.length > 1 && first !== undefined ? readCount(first.text) : undefined;
  if (words.length > 1 && only === undefined)
    return shell.output.misuse(call, first, say`Give a transfer number (see open).`);
  const directory = words.at(-1);
  if (directory === undefined) return shell.output.misuse(call, undefined, say`extract needs a directory.`);
  const from = call.flags.get('--from');
  const { capture } = shell.inspector;
  const path = from === undefined ? capture?.path : shell.directory.resolve(from.text);
  if (path === undefined)
    return shell.output.misuse(call, undefined, say`No capture is open. Use "open FILE" or --from FILE.`);
  const name = from === undefined ? (capture?.name ?? say``) : printable(from.text);
  const source = await openLocal(path, { growing: true });
  const found = await shell.work.reading(name, (job) =>
    extractFiles(source, shell.directory.resolve(directory.text), { only, ...job }),
  );
  const { files, read } = found;
  for (const taken of files) reportFile(shell, directory, taken);
  if (files.length === 0) shell.output.print([say`${name}: no files to extract.`]);
  const status = reportLimits(shell, name, found);
  return read.damage === undefined ? status : damaged(shell.output, name, read.damage, 'extract');
}

/** Reports files that were left out or cut because of the limits on memory and files. @returns the exit status. */
function reportLimits(shell: ShellContext, name: Printable, { files, leftOut }: Extraction): number {
  const crowded = files.filter((taken) => taken.crowded).length;
  const problems: Printable[] = [];
  if (crowded > 0)
    problems.push(say`${counted(crowded, 'file')} had too many blocks out of order for the memory`);
  if (leftOut > 0) problems.push(say`${counted(leftOut, 'file')} skipped: too many files`);
  if (problems.length === 0) return 0;
  const text = join(problems, say`; `);
  const advice = 'Next: "extract N DIR" extracts one file with all the memory.';
  const error = new TftpError(
    text,
    { by: 'integrity', reason: 'extraction-limit', message: text },
    { advice },
  );
  return shell.output.fail(error, { verb: 'extract', name });
}

function reportFile(shell: ShellContext, directory: Word, taken: Taken): void {
  const { transfer, name, octets, complete } = taken;
  const file = printable(`${directory.text.replace(/\/+$/, '')}/${name}`, 1024);
  const mark = complete ? shell.output.glyph('✔', 'ok') : shell.output.glyph('✗', 'x');
  const note = complete ? say`` : say`   ${lackWords(taken)}`;
  shell.output.emit({ event: 'extracted', transfer, file, octets, complete }, [
    {
      kind: complete ? 'good' : 'bad',
      isResult: true,
      text: say`${mark} ${file}   ${octetsText(octets)}${note}`,
    },
  ]);
}
