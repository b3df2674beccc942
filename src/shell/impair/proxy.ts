// impair-proxy: foreign clients and a foreign server with our impairment between them, until Ctrl-C or a signal.
import { nameError } from '../../engine/failure-texts.ts';
import { Relay } from '../../engine/relay/relay.ts';
import { servicePort } from '../../network/resolve.ts';
import { formatTid, tid, type Tid } from '../../wire/tid.ts';
import { printable, quoted, say } from '../../wire/text.ts';
import { readListen } from '../language/host.ts';
import type { Call } from '../language/command.ts';
import { isMisuse, misuse, type Misuse } from '../language/misuse.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';

export async function runProxy(call: Call, shell: ShellContext): Promise<number> {
  const places = readPlaces(call);
  if (isMisuse(places)) return shell.output.misuse(call, places.word, places.message);
  const { listen, host, port } = places;
  const [first] = await shell.system.tower.resolve(host, undefined).catch((error: unknown) => {
    throw nameError(host, error);
  });
  if (first === undefined) throw nameError(host, undefined);
  const server = tid(first.address, port);
  const relay = new Relay(shell.system.tower, {
    listen,
    server,
    began: ({ transfer, client, op, file }) => {
      shell.output.print([
        say`transfer ${transfer}: ${printable(formatTid(client))} ${op === 'RRQ' ? say`gets` : say`puts`} ${quoted(file, 64)}`,
      ]);
      shell.output.flush();
    },
  });
  const local = await relay.listen();
  shell.output.print([
    say`listening on ${printable(formatTid(local))}, passing on to ${printable(formatTid(server))}`,
    say`  Ctrl-C ends it; ladder N shows a transfer.`,
  ]);
  shell.output.flush();
  await shell.work.inForeground(aborted);
  relay.close();
  return exitStatus.done;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

interface Places {
  readonly listen: Tid;
  readonly host: string;
  readonly port: number;
}

function readPlaces(call: Call): Places | Misuse {
  const [listen, server, port] = call.words;
  if (listen === undefined || server === undefined) return misuse('impair-proxy needs LISTEN and SERVER.');
  if (call.background) return misuse('impair-proxy runs in the foreground until Ctrl-C.');
  const own = readListen(listen);
  if (isMisuse(own)) return own;
  const number = port === undefined ? 69 : servicePort(port.text);
  if (number === undefined || number === 0)
    return misuse('Give a port from 1 to 65535 or a service name.', port);
  return { listen: own, host: server.text, port: number };
}
