// connect: chooses the server for later commands. TFTP has no connections, and the command says so.
import { nameError } from '../../engine/failure-texts.ts';
import { servicePort } from '../../network/resolve.ts';
import { printable, say } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import type { Command, ShellContext } from '../session/context.ts';
import { interrupted } from '../session/work.ts';
import { readHost } from '../language/host.ts';
import { counted } from '../../trace/text/quantities.ts';

async function connect(call: Call, shell: ShellContext): Promise<number> {
  const [host, port] = call.words;
  if (host?.text === 'self' || (host === undefined && shell.server.local !== undefined)) {
    const own = shell.server.local;
    if (own === undefined)
      return shell.output.misuse(call, host, printable('Our server is not running. Try "serve DIR".'));
    return choose(shell, own.address, own.port);
  }
  if (host === undefined) {
    const answer = (await shell.questions.ask(printable('(to) ')))?.trim() ?? '';
    if (answer !== '') return shell.scripts.runLine(`connect ${answer}`);
    return shell.output.misuse(call, undefined, printable('connect needs a host.'));
  }
  const where = readHost(host.text);
  if (where === undefined) return shell.output.misuse(call, host, printable('Not a host name or address.'));
  if (port === undefined) return choose(shell, where.host, where.port ?? 69);
  const number = servicePort(port.text);
  if (number === undefined || number === 0)
    return shell.output.misuse(call, port, printable('Give a port from 1 to 65535 or a service name.'));
  return choose(shell, where.host, number);
}

async function choose(shell: ShellContext, host: string, port: number): Promise<number> {
  const setting = shell.settings.get('family');
  const family = setting === 'any' ? undefined : setting === '4' ? 4 : 6;
  const found = await shell.work.inForeground((signal) =>
    shell.system.tower.resolve(host, family, signal).catch((error: unknown) => {
      throw signal.aborted ? interrupted() : nameError(host, error);
    }),
  );
  const [first] = found;
  if (first === undefined) throw nameError(host, undefined);
  shell.peer.choose({ host, port, address: first.address });
  shell.usedNames.rememberHost({ host, port });
  const event = {
    event: 'connected',
    host: printable(host),
    address: first.address,
    port,
    family: first.family,
  } as const;
  const others =
    found.length > 1
      ? say` ${counted(found.length - 1, 'more address', 'more addresses')} to try if it does not answer.`
      : printable('');
  shell.output.emit(event, [
    {
      kind: 'plain',
      text: say`Using ${printable(first.address)} (udp${first.family}), port ${port}. Nothing has been sent: TFTP has no connections.${others}`,
    },
    ...(shell.settings.get('mode') === 'octet'
      ? []
      : [{ kind: 'plain', text: printable('Mode is netascii.') } as const]),
  ]);
  return 0;
}

export const connectionCommands: readonly Command[] = [
  {
    name: 'connect',
    aliases: ['c'],
    group: 'connection',
    usage: ['HOST [PORT]', 'tftp://HOST[:PORT]', 'self'],
    summary: 'choose the server; nothing is sent, because TFTP has no connections',
    details: [
      'HOST is a name, an IPv4 address, or an IPv6 address with or without brackets and zone: [fe80::1%eth0].',
      '"connect self", or "connect" alone while our server is running, means our own server.',
    ],
    args: [
      { name: 'HOST', kind: 'host', optional: true },
      { name: 'PORT', kind: 'port', optional: true },
    ],
    examples: ['connect 10.0.0.1', 'connect [fe80::1%eth0] 6969', 'connect tftp://boot.example:6969'],
    run: connect,
  },
];
