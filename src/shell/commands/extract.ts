// What `extract` does: the files that moved in a capture, into a directory.
import { openLocal } from '../../files/local.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../command.ts';
import { extractFiles, type Taken } from '../extracting.ts';
import type { Word } from '../parse.ts';
import { localPath } from '../paths.ts';
import type { Session } from '../session.ts';
import { octetsText, readCount } from '../units.ts';
import { damaged } from './conclusion.ts';

export async function extract(call: Call, session: Session): Promise<number> {
  const words = [...call.words];
  const [first] = words;
  const only = words.length > 1 && first !== undefined ? readCount(first.text) : undefined;
  if (words.length > 1 && only === undefined)
    return session.misuse(call, first, say`A transfer is a number: "open" lists them.`);
  const directory = words.at(-1);
  if (directory === undefined) return session.misuse(call, undefined, say`extract needs a directory.`);
  const from = call.flags.get('--from');
  const { capture } = session.records;
  const path = from === undefined ? capture?.path : localPath(session, from.text);
  if (path === undefined)
    return session.misuse(call, undefined, say`No capture is open: "open FILE", or --from FILE.`);
  const name = from === undefined ? (capture?.name ?? say``) : printable(from.text);
  const { files, read } = await extractFiles(await openLocal(path), localPath(session, directory.text), only);
  for (const taken of files) tellTaken(session, directory, taken);
  if (files.length === 0) session.print([say`${name}: no file moved in it.`]);
  return read.damage === undefined ? 0 : damaged(session, name, read.damage, 'extract');
}

function tellTaken(session: Session, directory: Word, { transfer, name, octets, complete }: Taken): void {
  const file = printable(`${directory.text.replace(/\/+$/, '')}/${name}`, 1024);
  const mark = complete ? session.glyph('✔', 'ok') : session.glyph('✗', 'x');
  const what = complete ? say`` : say`   blocks are missing`;
  session.tell({ event: 'extracted', transfer, file, octets, complete }, [
    { kind: complete ? 'good' : 'bad', text: say`${mark} ${file}   ${octetsText(octets)}${what}` },
  ]);
}
