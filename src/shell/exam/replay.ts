// The code of replay: asks a server again what a capture shows, and compares each transfer with the captured one.
// Rule: reads only, unless --write allows uploads.
import type { Transfer, TransferSettings } from '../../engine/transfer.ts';
import { TftpError } from '../../engine/tftp-error.ts';
import { openLocal } from '../../files/local/user-file.ts';
import { difference } from '../../trace/figures/difference.ts';
import { differenceLines, differenceSentences } from '../../trace/figures/difference-text.ts';
import { counted } from '../../trace/text/quantities.ts';
import type { ConversationSummary } from '../../trace/capture/record.ts';
import { knownOption, optionValue, termOptions, type TermName } from '../../wire/options.ts';
import { parseMode } from '../../wire/mode.ts';
import type { RequestPacket } from '../../wire/packet.ts';
import { join, printable, quoted, raw, say, type Printable } from '../../wire/text.ts';
import { CaptureFile } from '../captures/capture-file.ts';
import type { Call } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import { readCount } from '../language/units.ts';
import type { TransferView } from '../packets/transfer-view.ts';
import { exitStatus } from '../report/exit-status.ts';
import type { ShellContext } from '../session/context.ts';
import type { Line } from '../session/state.ts';
import { interrupted } from '../session/work.ts';
import { transferSettings } from '../settings/settings.ts';
import { asExam, type ExamWork } from './as-exam.ts';
import { nowhere } from './nowhere.ts';
import { readServer, type ServerWords } from './server-words.ts';

/** Transfers of one capture that are asked again. */
const most = 100;
/** Octets of an upload that is asked again. */
const mostWritten = 64 * 1024 * 1024;

export async function runReplay(call: Call, shell: ShellContext): Promise<number> {
  const [file, ...places] = call.words;
  if (file === undefined) return shell.output.misuse(call, undefined, say`replay needs a capture file.`);
  const server = readServer(places, shell);
  if (isMisuse(server)) return shell.output.misuse(call, server.word, server.message);
  const chosen = call.flags.get('--transfer');
  const only = chosen === undefined ? undefined : readCount(chosen.text);
  if (chosen !== undefined && only === undefined)
    return shell.output.misuse(call, chosen, say`Give a transfer number of the capture.`);
  const capture = new CaptureFile(shell.directory.resolve(file.text), printable(file.text));
  try {
    const source = await openLocal(capture.path);
    await shell.work.reading(capture.name, ({ signal, progress }) =>
      capture.read(source, { rest: () => progress(capture.octets / (source.size ?? Infinity)) }, signal),
    );
    const writes = call.flags.has('--write');
    return await asExam(shell, { verb: 'replay', server }, ({ signal, note }) =>
      replayAll(shell, { capture, server, only, writes, signal, note }),
    );
  } catch (error) {
    const { host, port } = server;
    return shell.output.fail(error, {
      verb: 'replay',
      name: printable(file.text),
      host: printable(host),
      port,
    });
  }
}

interface Replay {
  readonly capture: CaptureFile;
  readonly server: ServerWords;
  readonly only: number | undefined;
  readonly writes: boolean;
  readonly signal: AbortSignal;
  readonly note: ExamWork['note'];
}

async function replayAll(shell: ShellContext, replay: Replay): Promise<number> {
  const { capture, only, signal } = replay;
  const all = [...capture.list.summaries.values()].filter(
    ({ transfer }) => only === undefined || transfer === only,
  );
  let asked = 0;
  let changed = 0;
  for (const summary of all.slice(0, most)) {
    if (signal.aborted) throw interrupted();
    const isSame = await replayOne(shell, replay, summary);
    if (isSame === undefined) continue;
    asked += 1;
    if (!isSame) changed += 1;
  }
  const left = all.length > most ? [say`${counted(all.length - most, 'transfer')} left out`] : [];
  const parts = [say`${counted(asked, 'transfer')} asked again`, say`${changed} with other packets`, ...left];
  shell.output.show([{ kind: changed === 0 ? 'good' : 'bad', isResult: true, text: join(parts, say`, `) }]);
  if (only !== undefined && all.length === 0) {
    shell.output.print([say`The capture has no transfer ${only}.`], 'hint');
    return exitStatus.usage;
  }
  return exitStatus.done;
}

/** @returns whether its packets are alike; undefined: it was not asked again. */
async function replayOne(
  shell: ShellContext,
  replay: Replay,
  summary: ConversationSummary,
): Promise<boolean | undefined> {
  const captured = await replay.capture.find(summary.transfer, { signal: replay.signal });
  const request = captured?.log.packets.map(({ packet }) => packet).find(isRequest);
  const why = whyNot(summary, request, replay.writes);
  if (why !== undefined || captured === undefined || request === undefined) {
    if (why !== undefined) shell.output.print([say`transfer ${summary.transfer}: ${why}`], 'hint');
    return undefined;
  }
  const { number, failed } = await ask(shell, replay, { request, summary });
  const now = await shell.inspector.peek(number, 'client');
  return now === undefined ? undefined : compare(shell, { captured, now, request, failed });
}

function isRequest(packet: { readonly op: string }): packet is RequestPacket {
  return packet.op === 'RRQ' || packet.op === 'WRQ';
}

function whyNot(
  { op, octets, malformed }: ConversationSummary,
  request: RequestPacket | undefined,
  writes: boolean,
): Printable | undefined {
  if (malformed !== undefined) return say`its request is malformed`;
  if (request === undefined) return say`the capture does not have its request`;
  if (parseMode(request.mode) === 'unknown' || parseMode(request.mode) === 'mail')
    return say`mode ${printable(request.mode, 20)} is not one of ours`;
  if (op === 'WRQ' && !writes) return say`it writes: --write allows it`;
  if (op === 'WRQ' && octets > mostWritten) return say`it writes more than 64 MiB`;
  return undefined;
}

interface Asked {
  readonly request: RequestPacket;
  readonly summary: ConversationSummary;
}

/** Asks with the same name, mode and options. An upload sends as many octets as the capture has, but not the same ones. */
async function ask(
  shell: ShellContext,
  { server, signal, note }: Replay,
  { request, summary }: Asked,
): Promise<{ readonly number: number; readonly failed: Printable | undefined }> {
  const remote = { host: server.host, port: server.port, file: raw(request.filename) };
  const settings = { ...transferSettings(shell.settings.chosen), ...settingsOf(request) };
  const { client } = shell.engine;
  const transfer: Transfer =
    request.op === 'RRQ'
      ? client.get({ remote, settings, to: nowhere() })
      : client.put({ remote, settings, from: { type: 'memory', octets: new Uint8Array(summary.octets) } });
  note(transfer.number);
  const stop = (): void => transfer.abort();
  signal.addEventListener('abort', stop);
  try {
    await transfer.done;
    return { number: transfer.number, failed: undefined };
  } catch (error) {
    if (signal.aborted || !(error instanceof TftpError)) throw error;
    // Names and networks fail alike for every transfer.
    if (error.failure.by === 'name' || error.failure.by === 'usage') throw error;
    return { number: transfer.number, failed: printable(error.shortMessage) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The settings with which our client sends the options of a request. */
function settingsOf({ mode, options }: RequestPacket): TransferSettings {
  const asks: TermName[] = [];
  const values: Partial<Record<TermName, number>> = {};
  for (const { name, value } of options) {
    const row = termOptions.find((one) => one.name === raw(name));
    const number = row && optionValue(row, value);
    if (row === undefined || number === undefined || asks.includes(row.term)) continue;
    asks.push(row.term);
    values[row.term] = number;
  }
  const { blksize = 'off', windowsize = 'off', timeout } = values;
  return {
    ...{ mode: parseMode(mode) === 'netascii' ? 'netascii' : 'octet', asks, blksize, windowsize },
    options: asks.length > 0,
    ...(timeout !== undefined && { rexmt: timeout * 1000 }),
  };
}

/** Options of the request that our client cannot ask for. */
function leftOut({ options }: RequestPacket): readonly Printable[] {
  return options
    .filter(({ name, value }) => {
      const row = knownOption(name);
      return (
        !termOptions.some((one) => one.name === raw(name)) || !row || optionValue(row, value) === undefined
      );
    })
    .map(({ name }) => printable(name, 32));
}

interface Both {
  readonly captured: TransferView;
  readonly now: TransferView;
  readonly request: RequestPacket;
  readonly failed: Printable | undefined;
}

/** Prints how the two ladders differ. @returns whether they are alike. */
function compare({ output }: ShellContext, { captured, now, request, failed }: Both): boolean {
  const found = difference(captured.log, now.log);
  const isSame = found.alike === found.rows.length;
  const without = leftOut(request);
  const head = say`transfer ${captured.number}: ${printable(request.op === 'RRQ' ? 'get' : 'put')} ${quoted(request.filename, 64)}, now transfer ${now.number}`;
  const sentences = [
    ...(failed === undefined ? [] : [failed]),
    ...(without.length === 0 ? [] : [say`asked without ${join(without, say`, `)}`]),
    ...differenceSentences(found),
  ];
  const rows = isSame
    ? []
    : differenceLines(found, [captured, now], {
        columns: Math.max(60, output.pictureWidth),
        ascii: output.isAscii,
      });
  output.emit(
    {
      event: 'replayed',
      ...{ captured: captured.number, transfer: now.number, same: isSame, alike: found.alike },
      lines: [...rows.map(({ text }) => text), ...sentences],
    },
    [
      { kind: 'plain', text: head },
      ...rows.map(({ text, isUnusual }): Line => ({ kind: isUnusual ? 'unusual' : 'received', text })),
      ...sentences.map((text): Line => ({ kind: 'plain', text: say`  ${text}` })),
    ],
  );
  output.flush();
  return isSame;
}
