// The code of emulate: our client asks as a known client does, with its options, its timer and its names.
import type { TransferRequest } from '../../engine/client/requests.ts';
import type { Transfer } from '../../engine/transfer.ts';
import { grouped } from '../../trace/text/quantities.ts';
import { pad, printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import { nearest } from '../language/nearest.ts';
import type { Word } from '../language/parse.ts';
import { lastComponent, notConnected, type RemoteFile } from '../language/remote-file.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import { transferSettings } from '../settings/settings.ts';
import { readRemoteWord } from '../transfers/remote-word.ts';
import { runTransfers, type TransferPlan } from '../transfers/run.ts';
import { asExam } from './as-exam.ts';
import { nowhere } from './nowhere.ts';
import { profiles, type Identity, type Profile } from './profiles.ts';

export async function runEmulate(call: Call, shell: ShellContext): Promise<number> {
  const [first, verb, file, local] = call.words;
  if (first === undefined) return list(shell);
  const profile = profiles.find(({ name }) => name === first.text);
  if (profile === undefined) return shell.output.misuse(call, first, unknown(first));
  if (verb?.text === 'put') return put(call, shell, profile);
  if (verb?.text !== 'get')
    return shell.output.misuse(call, verb, say`Say get or put after the name of the client.`);
  if (file === undefined) return getByNames(call, shell, profile);
  const remote = readRemoteWord(file, shell);
  if (isMisuse(remote)) return shell.output.misuse(call, remote.word, remote.message);
  return get(shell, profile, remote, local);
}

function unknown({ text }: Word): Printable {
  const near = nearest(
    text,
    profiles.map(({ name }) => name),
  );
  const names = printable(profiles.map(({ name }) => name).join(', '));
  return near === undefined
    ? say`Known clients: ${names}.`
    : say`Unknown client. Did you mean ${printable(near)}?`;
}

function list({ output }: ShellContext): number {
  output.print([
    ...profiles.map(
      (profile) =>
        say`${pad(printable(profile.name), 13)} ${pad(optionsText(profile), 38)} ${printable(profile.program)}`,
    ),
    say`"help exams" names their sources.`,
  ]);
  return exitStatus.done;
}

/** `timeout=5 tsize blksize=1468; every 5 s`. */
function optionsText({ settings, asksSize, names }: Profile): Printable {
  const { asks = [], blksize, windowsize, rexmt = 1000 } = settings;
  const values: Readonly<Record<string, unknown>> = { blksize, windowsize, timeout: rexmt / 1000 };
  const options = asks.map((name) => (name === 'tsize' ? 'tsize' : `${name}=${String(values[name])}`));
  return printable(
    [
      options.length === 0 ? 'no options' : options.join(' '),
      ...(asksSize === true ? ['size first'] : []),
      ...(names === undefined ? [] : ['names']),
    ].join('; '),
  );
}

/** Tries the names of the client one after the other. */
async function getByNames(call: Call, shell: ShellContext, profile: Profile): Promise<number> {
  const { current } = shell.peer;
  const [first] = call.words;
  if (profile.names === undefined)
    return shell.output.misuse(
      call,
      undefined,
      say`${printable(profile.program)} is told its file: name one.`,
    );
  if (current === undefined) return shell.output.misuse(call, first, notConnected(first ?? noWord).message);
  const who = await identity(call, shell, current.address);
  if (who === undefined)
    return shell.output.misuse(
      call,
      call.flags.get('--mac'),
      say`--mac takes six octets: 52:54:00:12:34:56.`,
    );
  const names = profile.names(who);
  for (const [at, file] of names.entries()) {
    shell.output.print([say`${at + 1} of ${names.length}: ${printable(file)}`], 'hint');
    const status = await get(shell, profile, { host: current.host, port: current.port, file, mode: 'octet' });
    if (status !== exitStatus.missing) return status;
  }
  shell.output.print([say`None of ${grouped(names.length)} names is there.`], 'hint');
  return exitStatus.missing;
}

const noWord: Word = { text: '', from: 0, to: 0 };

/** The MAC address of the flag, and our own IP address as the server sees it. */
async function identity(call: Call, { system }: ShellContext, server: string): Promise<Identity | undefined> {
  const mac = (call.flags.get('--mac')?.text ?? '52:54:00:12:34:56').replace(/[:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(mac)) return undefined;
  const own = await system.tower.routeTo(server).catch(() => '');
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(own)?.slice(1);
  const hexAddress = octets
    ?.map((octet) => Number(octet).toString(16).padStart(2, '0').toUpperCase())
    .join('');
  return { mac, hexAddress };
}

async function get(shell: ShellContext, profile: Profile, remote: RemoteFile, local?: Word): Promise<number> {
  if (profile.asksSize === true) {
    const status = await askSize(shell, profile, remote);
    if (status !== exitStatus.done) return status;
  }
  const plan: TransferPlan = {
    ...{ kind: 'get', remote, name: printable(remote.file) },
    local: local === undefined ? say`nowhere` : printable(local.text),
    keeps: local !== undefined,
    start: (): Transfer =>
      shell.engine.client.get({
        ...request(shell, profile, remote),
        to: local === undefined ? nowhere() : { type: 'file', path: shell.directory.resolve(local.text) },
      }),
  };
  return runTransfers(shell, [plan], { background: false, parallel: 1 });
}

/** The first request of a client that wants to know the size. */
async function askSize(shell: ShellContext, profile: Profile, remote: RemoteFile): Promise<number> {
  try {
    const { size } = await asExam(shell, { verb: 'emulate', server: remote }, ({ note }) =>
      shell.engine.client.stat({ ...request(shell, profile, remote), began: note }),
    );
    const text = size === undefined ? say`the server reports no size` : say`${grouped(size)} octets`;
    shell.output.print([say`size: ${text}`], 'hint');
    return exitStatus.done;
  } catch (error) {
    const { host, port, file } = remote;
    return shell.output.fail(error, { verb: 'emulate', name: printable(file), host: printable(host), port });
  }
}

async function put(call: Call, shell: ShellContext, profile: Profile): Promise<number> {
  const [, verb, local, target] = call.words;
  if (profile.puts === undefined)
    return shell.output.misuse(call, verb, say`${printable(profile.program)} only reads.`);
  if (local === undefined) return shell.output.misuse(call, undefined, say`Name the file to send.`);
  const remote = readRemoteWord(target ?? { ...local, text: `./${lastComponent(local.text)}` }, shell);
  if (isMisuse(remote)) return shell.output.misuse(call, remote.word, remote.message);
  const file = remote.file.replace(/^\.\//, '');
  const plan: TransferPlan = {
    ...{
      kind: 'put',
      remote: { ...remote, file },
      name: printable(local.text),
      local: printable(local.text),
    },
    start: () =>
      shell.engine.client.put({
        ...request(shell, profile, { ...remote, file }),
        from: { type: 'file', path: shell.directory.resolve(local.text) },
      }),
  };
  return runTransfers(shell, [plan], { background: false, parallel: 1 });
}

function request(
  { settings }: ShellContext,
  profile: Profile,
  { host, port, file, mode }: RemoteFile,
): TransferRequest {
  const { family, localPorts, offload } = transferSettings(settings.chosen);
  return {
    remote: { host, port, file },
    settings: {
      ...(family !== undefined && { family }),
      ...(localPorts !== undefined && { localPorts }),
      ...(offload !== undefined && { offload }),
      ...profile.settings,
      mode,
    },
  };
}
