// serve and ls: our own server, from the user's words.
import { basename } from 'node:path';
import { TftpError } from '../../engine/error.ts';
import type { Offering } from '../../files/file.ts';
import { kindOf } from '../../files/plain.ts';
import { servicePort } from '../../network/resolve.ts';
import { join, printable, say } from '../../wire/text.ts';
import type { Call, Command } from '../command.ts';
import type { Word } from '../parse.ts';
import { localPath } from '../paths.ts';
import { listeningText } from '../serving.ts';
import type { Session } from '../session.ts';
import { serverSettings } from '../settings.ts';
import { counted, durationText, grouped, octetsText } from '../units.ts';

async function serve(call: Call, session: Session): Promise<number> {
  const [first] = call.words;
  if (first === undefined) return tellStatus(session);
  if (first.text === 'stop') return stop(session);
  if (first.text === 'log') return tellLog(session);
  if (first.text === 'address') return tellAddress(call, session);
  if (session.serving.running)
    return session.misuse(call, first, printable('Our server runs already. Try "serve stop" first.'));
  const port = readPort(call);
  if (port === 'refused')
    return session.misuse(
      call,
      call.flags.get('--port'),
      printable('A port is 0–65535, or the name of a service.'),
    );
  const offering = await offer(call, session);
  if (typeof offering === 'number') return offering;
  const host = call.flags.get('--host')?.text;
  const hosts = host === undefined ? undefined : await addressesOf(session, host);
  const listening = await session.serving.start({
    offering,
    settings: {
      ...serverSettings(session.chosen),
      ...(hosts !== undefined && { hosts }),
      ...(port !== undefined && { port }),
    },
    root: join(
      call.words.map((word) => printable(word.text)),
      say` `,
    ),
    writable: writable(call),
  });
  const shown = listening.map(({ address, port: number }) => ({ address, port: number }));
  for (const one of shown)
    session.tell({ event: 'listening', ...one }, [
      { kind: 'plain', text: say`listening on ${listeningText([one])}` },
    ]);
  return 0;
}

function writable(call: Call): boolean {
  return call.flags.has('--write') || call.flags.has('--overwrite');
}

function readPort(call: Call): number | undefined | 'refused' {
  const word = call.flags.get('--port');
  return word === undefined ? undefined : (servicePort(word.text) ?? 'refused');
}

async function addressesOf(session: Session, host: string): Promise<readonly string[]> {
  const found = await session.deps.tower.resolve(host.replace(/^\[(.*)\]$/, '$1'), undefined).catch(() => []);
  const [first] = found;
  if (first !== undefined) return [first.address];
  const message = `unknown host ${printable(host)}`;
  throw new TftpError(message, { by: 'name', host, message });
}

/** One directory, or files by their own names; a number: it was refused. */
async function offer(call: Call, session: Session): Promise<Offering | number> {
  const paths = call.words.map((word) => ({ word, path: localPath(session, word.text) }));
  const [first] = paths;
  const rights = { write: '--write', overwrite: '--overwrite', mkdir: '--mkdir' } as const;
  if (first !== undefined && paths.length === 1 && (await kindOf(first.path)) === 'directory') {
    const has = (flag: string): boolean => call.flags.has(flag);
    const { openJail } = await import('../../files/jail.ts');
    return openJail(first.path, {
      write: has(rights.write),
      overwrite: has(rights.overwrite),
      mkdir: has(rights.mkdir),
    });
  }
  for (const flag of Object.values(rights)) {
    const word = call.flags.get(flag);
    if (word !== undefined)
      return session.misuse(call, word, printable('Single files are offered for reading only.'));
  }
  const names = new Map<string, Word>();
  for (const { word, path } of paths) {
    const kind = await kindOf(path);
    if (kind !== 'file') return session.misuse(call, word, printable(whyNot(kind, paths.length)));
    if (names.has(basename(path)))
      return session.misuse(call, word, printable('Two files of one name: a name can mean one file only.'));
    names.set(basename(path), word);
  }
  const { offeredFiles } = await import('../../files/offered.ts');
  return offeredFiles(paths.map(({ path }) => ({ name: basename(path), path })));
}

function whyNot(kind: 'file' | 'directory' | 'other' | undefined, count: number): string {
  if (kind === undefined) return 'No such file or directory. "lls" shows what is there.';
  return kind === 'directory' && count > 1
    ? 'One directory, or several files.'
    : 'Neither a directory nor a regular file.';
}

async function stop(session: Session): Promise<number> {
  if (!session.serving.running) {
    session.print([printable('No server runs.')]);
    return 0;
  }
  await session.serving.stop();
  session.print([printable('Server stopped.')]);
  return 0;
}

function tellStatus(session: Session): number {
  const status = session.serving.status();
  if (status === undefined) {
    session.print([printable('No server runs. "serve DIR" starts one, for reading, on 127.0.0.1:6969.')]);
    return 0;
  }
  const { serving } = session;
  const access = serving.writable ? say`may be written` : say`read-only`;
  session.print([
    say`Serving ${serving.root ?? printable('')} (${access}) on ${listeningText(status.listening)} for ${durationText(status.uptime)}.`,
    say`  active ${status.active.length}   done ${status.done}   failed ${status.failed}   probes ${status.probes}   refused ${status.refused}   dropped ${status.dropped}   ${octetsText(status.octets)} served`,
    ...status.active.map(({ kind, remote, peer, octets, block }) => {
      const where = peer === undefined ? printable('') : listeningText([peer]);
      return say`  ${where}  ${printable(kind)} ${printable(remote)}  ${octetsText(octets)}  block ${grouped(block)}`;
    }),
  ]);
  return 0;
}

function tellLog(session: Session): number {
  const { log } = session.serving;
  session.print(log.length === 0 ? [printable('Nothing has happened yet.')] : log.map(({ text }) => text));
  return 0;
}

async function tellAddress(call: Call, session: Session): Promise<number> {
  const port = session.serving.local?.port;
  if (port === undefined)
    return session.misuse(call, undefined, printable('No server runs. Try "serve DIR".'));
  const [, host] = call.words;
  const address =
    host === undefined ? session.serving.local?.address : await session.engine.addressFor(host.text);
  session.print([listeningText([{ address: address ?? '', port }])]);
  return 0;
}

export const serveCommand: Command = {
  name: 'serve',
  aliases: [],
  group: 'server',
  usage: ['DIR|FILE… [flags]', 'stop', 'log', 'address [HOST]', ''],
  summary: 'our own server: offer a directory, or single files',
  details: [
    'Without words: how it goes. Reading only, and on 127.0.0.1:6969, unless flags say otherwise.',
    'A FILE is offered alone, under its own name; nothing else can be reached.',
    'address tells our address as HOST would reach it. A directory named stop is written ./stop.',
  ],
  args: [{ name: 'DIR', kind: 'local', many: true }],
  flags: [
    { name: '--port', value: 'N', summary: 'UDP port; 6969; 0: any free one' },
    {
      name: '--host',
      value: 'ADDRESS',
      kind: 'host',
      summary: 'address to listen on; 127.0.0.1; 0.0.0.0 or :: for all',
    },
    { name: '--write', summary: 'new files may be created' },
    { name: '--overwrite', summary: 'files that exist may be replaced' },
    { name: '--mkdir', summary: 'directories are made for new files' },
  ],
  examples: [
    'serve .',
    'serve /srv/tftp --host 0.0.0.0 --port 69',
    'serve uploads --write',
    'serve fw.bin',
    'serve stop',
  ],
  run: serve,
};

async function list(_call: Call, session: Session): Promise<number> {
  const { offering, root } = session.serving;
  if (offering === undefined) {
    const remote =
      session.peer === undefined ? 'No server of ours runs' : 'TFTP cannot list what a server has';
    session.print([printable(`${remote}. "lls" lists the local directory.`)]);
    return 0;
  }
  const files = await offering.list(1000);
  const names = files.map(({ name }) => printable(name));
  const lines = files.map(
    ({ name, size }) => say`${printable(grouped(size).padStart(15))}  ${printable(name)}`,
  );
  const directory = root ?? printable('');
  session.tell(
    { event: 'listing', directory, names },
    [say`Our server offers ${counted(files.length, 'file')}:`, ...lines].map((text) => ({
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
  summary: 'what our own server offers; TFTP cannot list what others have',
  args: [],
  examples: ['ls'],
  run: list,
};
