// ls: lists the files that our own server offers, or the server of the lab. TFTP cannot list the files of another server.
import { printable, say, type Printable } from '../../wire/text.ts';
import { counted, grouped } from '../../trace/text/quantities.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';

interface Offered {
  readonly name: string;
  readonly size: number;
}

async function list(_call: Call, shell: ShellContext): Promise<number> {
  const { lab } = shell.lab;
  if (lab !== undefined) {
    const files = [...lab.files].map(([name, { length }]): Offered => ({ name, size: length }));
    return show(shell, files, { directory: say`lab`, server: say`The server of the lab` });
  }
  const { offering, serve: running } = shell.server;
  if (offering === undefined) {
    const remote =
      shell.peer.current === undefined
        ? 'Our server is not running'
        : 'TFTP cannot list the files of a server';
    shell.output.print([printable(`${remote}. "lls" lists the local directory.`)], 'hint');
    return 0;
  }
  const directory = shell.server.root ?? say``;
  if (running?.kind === 'web' || running?.kind === 'proxy') {
    const why = running.kind === 'web' ? say`a web server has no list of its files` : say`TFTP has no list`;
    shell.output.print([say`Our server offers the files of ${directory}; they cannot be listed: ${why}.`]);
    return 0;
  }
  return show(shell, await offering.list(1000), { directory, server: say`Our server` });
}

function show(
  shell: ShellContext,
  files: readonly Offered[],
  { directory, server }: { readonly directory: Printable; readonly server: Printable },
): number {
  const names = files.map(({ name }) => printable(name));
  const lines = files.map(
    ({ name, size }) => say`${printable(grouped(size).padStart(15))}  ${printable(name)}`,
  );
  shell.output.emit(
    { event: 'listing', directory, names },
    [say`${server} offers ${counted(files.length, 'file')}:`, ...lines].map((text) => ({
      kind: 'plain',
      text,
    })),
  );
  return 0;
}

export const listCommand: Command = {
  name: 'ls',
  aliases: [],
  group: 'server',
  usage: [''],
  summary: 'list the files that our server or the lab offers; TFTP cannot list other servers',
  args: [],
  examples: ['ls'],
  run: list,
};
