// stat: asks for the size of a file without reading it: RRQ with tsize, then ERROR 0 (RFC 2349 §4 allows the refusal).
import { isMisuse } from '../language/misuse.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { transferSettings } from '../settings/settings.ts';
import { TftpError } from '../../engine/tftp-error.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';
import { sizeText } from '../transfers/transfer-lines.ts';
import type { PastTransfer } from '../transfers/transfers.ts';

async function stat(call: Call, shell: ShellContext): Promise<number> {
  const [word] = call.words;
  if (word === undefined)
    return shell.output.misuse(call, undefined, printable('stat needs the name of a file.'));
  if (shell.step.isOn)
    return shell.output.misuse(call, undefined, printable('stat cannot be stepped: use get, or "step off".'));
  const remote = readRemoteWord(word, shell);
  if (isMisuse(remote)) return shell.output.misuse(call, remote.word, remote.message);
  const { host, port, file, mode } = remote;
  const settings = { ...transferSettings(shell.settings.chosen), mode };
  const began = shell.system.tower.clock.wall();
  const asked: { number?: number } = {};
  const remember = (outcome: PastTransfer['outcome']): void => {
    const name = printable(file);
    if (asked.number !== undefined)
      shell.transfers.add({ number: asked.number, kind: 'stat', name, to: name, began, outcome });
  };
  try {
    const { size, options } = await shell.work.inForeground((signal) =>
      shell.engine.client.stat({
        ...{ remote: { host, port, file }, settings, signal },
        began: (number) => (asked.number = number),
      }),
    );
    remember({ ok: true, size });
    const accepted = Object.entries(options).map(([name, value]) => printable(`${name}=${value}`, 100));
    const optionsText =
      accepted.length === 0 ? printable('no options accepted') : printable(accepted.join(' '), 400);
    shell.usedNames.remember(remote);
    const known = size === undefined ? {} : { octets: size };
    const event = { event: 'stat', remote: printable(file), ...known, options: accepted } as const;
    shell.output.emit(event, [
      { kind: 'plain', text: say`${printable(file)}: ${sizeText(size)}   (${optionsText})` },
    ]);
    return 0;
  } catch (error) {
    if (error instanceof TftpError) remember({ ok: false, error, progress: undefined });
    return shell.output.fail(error, { verb: 'stat', name: printable(file), host: printable(host), port });
  }
}

export const statCommand: Command = {
  name: 'stat',
  aliases: [],
  group: 'transfers',
  usage: ['REMOTE'],
  summary: "show a file's size without transferring it",
  details: [
    'Requests the file with tsize (RFC 2349), then declines with ERROR 0.',
    'If the server reports no size, the first block is requested: a block that is not full is the whole file.',
  ],
  args: [{ name: 'REMOTE', kind: 'remote' }],
  examples: ['stat fw.bin', 'stat tftp://10.0.0.5/fw.bin'],
  run: stat,
};
