// What is fuzzed: every decoder and parser that sees octets or text of others, each with inputs to begin from.
// Rule: a target throws where a promise is broken, and answers with a short name of what the input led to.
import { isDeepStrictEqual } from 'node:util';
import { rewrite, rewriteRules } from '../../src/files/offerings/rewrite.ts';
import { componentsOf } from '../../src/files/offerings/name.ts';
import { acceptOptions } from '../../src/transfer/negotiate.ts';
import { CaptureReader } from '../../src/trace/capture/file/pcap-read.ts';
import { Dissector } from '../../src/trace/capture/dissect/dissect.ts';
import { parseFilter } from '../../src/trace/capture/filter-parse.ts';
import { parseCidr } from '../../src/wire/cidr.ts';
import type { Malformed, Packet } from '../../src/wire/packet.ts';
import { decode } from '../../src/wire/decode.ts';
import { encode } from '../../src/wire/encode.ts';
import { decodeName, encodeName } from '../../src/wire/names.ts';
import { NetasciiDecoder } from '../../src/wire/netascii.ts';
import { summary } from '../../src/wire/summary.ts';
import { printable, raw } from '../../src/wire/text.ts';
import { parseTarget } from '../../src/wire/uri.ts';
import { isMisuse } from '../../src/shell/language/misuse.ts';
import { readCall } from '../../src/shell/language/command.ts';
import { lookUp } from '../../src/shell/language/lookup.ts';
import { parse, quoteWord } from '../../src/shell/language/parse.ts';
import { readScenario } from '../../src/shell/lab/scenario.ts';
import { readChanges } from '../../src/shell/impair/grammar.ts';
import { readSetting } from '../../src/shell/settings/settings.ts';
import { settingsTable } from '../../src/shell/settings/table.ts';
import { registry } from '../../src/shell/commands/registry.ts';
import { getting, probing, putting, serving, taking, type Script } from '../support/script.ts';
import { captures, frames, packets, texts } from './seeds.ts';
import { throughTheDoor } from './door.ts';

export interface Target {
  readonly name: string;
  /** Inputs to begin from. */
  readonly seeds: readonly Uint8Array[];
  /** How many of a hundred inputs it gets. */
  readonly share: number;
  /** @returns what the input led to: inputs that lead to something new are kept. @throws where a promise is broken. */
  readonly play: (octets: Uint8Array) => string;
}

const latin = (octets: Uint8Array): string => String.fromCharCode(...octets.subarray(0, 4096));
const text = (octets: Uint8Array): string => new TextDecoder().decode(octets.subarray(0, 4096));

function must(holds: boolean, promise: string): void {
  if (!holds) throw new Error(promise);
}

/** C0, DEL, C1, directions and line separators: nothing of ours prints them. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const mustPrint = (shown: string): void =>
  must(!unprintable.test(shown), `unprintable: ${JSON.stringify(shown)}`);

function playPacket(octets: Uint8Array): string {
  const packet = decode(octets);
  mustPrint(summary(packet));
  if (packet.op === 'malformed') return packet.reason;
  must(
    isDeepStrictEqual(withoutRest(decode(encode(packet))), withoutRest(packet)),
    'a packet that was decoded is encoded as something else',
  );
  if (packet.op !== 'RRQ' && packet.op !== 'WRQ') return packet.op;
  const { oack, terms } = acceptOptions(packet, {
    ...{ blksize: 1468, windowsize: 16, options: true, extensions: true, size: 70_000 },
  });
  must(terms.blksize >= 8 && terms.blksize <= 1468 && terms.windowsize >= 1, 'terms beyond their limits');
  return `${packet.op} ${packet.options.length > 3} ${oack.map(({ name }) => raw(name)).join()}`;
}

/** The packet without what is not encoded, octets as one kind of array. */
function withoutRest(packet: Packet | Malformed): object {
  const octets = packet.op === 'DATA' ? { data: [...packet.data] } : {};
  return { ...packet, ...octets, ignored: 0 };
}

const machines: readonly (() => Script)[] = [
  () => getting({ offer: { blksize: 1468, windowsize: 4, tsize: 0 } }),
  () => putting({ offer: { blksize: 8, timeout: 2 }, file: new Uint8Array(50) }),
  () => serving({ terms: { blksize: 8, windowsize: 3 }, oack: ['blksize 8'], file: new Uint8Array(90) }),
  () => taking({ terms: { windowsize: 2 } }),
  () => probing({ offer: { tsize: 0 } }),
];

/** The first octet chooses the machine; then each datagram is a length, a time to wait and its octets. */
function playMachine(octets: Uint8Array): string {
  const script = machines[(octets[0] ?? 0) % machines.length]!();
  const said = script.start();
  for (let at = 1; at < octets.length;) {
    const length = octets[at] ?? 0;
    said.push(...script.wait((octets[at + 1] ?? 0) * 20));
    said.push(...script.receive(decode(octets.subarray(at + 2, at + 2 + length))));
    at += 2 + length;
  }
  must(said.length < 200 + 40 * octets.length, 'a machine sends without end');
  script.wait(3_600_000);
  must(script.outcome !== undefined, 'a machine never ends');
  return `${(octets[0] ?? 0) % machines.length} ${script.outcome?.ok} ${script.notes.length > 5}`;
}

function playTarget(octets: Uint8Array): string {
  const given = text(octets);
  const target = parseTarget(given);
  if (!target.ok) {
    mustPrint(target.message);
    must(target.at >= 0 && target.at <= given.length, 'a caret beyond the text');
    return target.message.slice(0, 20);
  }
  return Object.keys(target).join();
}

function playName(octets: Uint8Array): string {
  const name = decodeName(octets);
  must(Buffer.from(encodeName(name)).equals(octets), 'a name loses octets');
  mustPrint(printable(name));
  try {
    const components = componentsOf(name, (octets[0] ?? 0) % 2 === 0 ? 'linux' : 'win32');
    must(
      components.every((one) => one !== '' && one !== '.' && one !== '..' && !/[/\0]/.test(one)),
      `a component that leads elsewhere: ${JSON.stringify(components)}`,
    );
    return `${Math.min(components.length, 9)} ${name.length > 200} ${/[^ -~]/.test(name)}`;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'FileError') throw error;
    return error.message;
  }
}

function playLine(octets: Uint8Array): string {
  const line = text(octets);
  const again = parse(`get ${quoteWord(line)}`);
  must(again.type !== 'command' || again.words[1]?.text === line, 'a quoted word means something else');
  const parsed = parse(line);
  if (parsed.type !== 'command') return parsed.type;
  const found = parsed.words[0] && lookUp(parsed.words[0].text, registry);
  if (found?.type !== 'found') return found?.type ?? 'empty';
  const call = readCall(found.command, parsed.words);
  if (isMisuse(call)) mustPrint(call.message);
  return `${found.command.name} ${isMisuse(call)}`;
}

function playSettings(octets: Uint8Array): string {
  const given = text(octets);
  const [name = '', ...rest] = given.split(' ');
  const row =
    settingsTable.find((one) => one.name === name) ?? settingsTable[name.length % settingsTable.length];
  const read = row === undefined ? undefined : readSetting(row, rest.join(' '));
  const filter = parseFilter(given);
  const { expected } = readScenario(given);
  const parsed = parse(given);
  const changes = parsed.type === 'command' ? readChanges(parsed.words) : [];
  if (isMisuse(changes)) mustPrint(changes.message);
  if (!filter.ok) mustPrint(filter.message);
  return [
    row?.name,
    read?.ok,
    filter.ok,
    expected === undefined,
    isMisuse(changes),
    'message' in parseCidr(given),
  ].join();
}

/** Rules, a line with `=`, and a name. */
function playRules(octets: Uint8Array): string {
  const [rules = '', name = 'a/b'] = latin(octets).split('\n=\n');
  const read = rewriteRules(rules, { caseless: octets.length % 2 === 0 });
  if ('message' in read) return read.message;
  const { result, work } = rewrite(read, name, { op: 'RRQ', address: '192.0.2.1' });
  must(work <= 1_000_000, `${work} steps for one name`);
  return `${result.type} ${work > 100}`;
}

function playCapture(octets: Uint8Array): string {
  const reader = new CaptureReader();
  const dissector = new Dissector();
  const seen: string[] = [];
  const piece = 1 + ((octets[octets.length - 1] ?? 0) % 90);
  const take = (found: ReturnType<CaptureReader['push']>): void => {
    for (const one of found) {
      if (one.type === 'frame') dissector.push(one);
      else mustPrint(one.message);
      seen.push(one.type === 'frame' ? `${one.link}` : one.message.slice(0, 12));
    }
  };
  for (let at = 0; at < octets.length; at += piece) take(reader.push(octets.subarray(at, at + piece)));
  take(reader.end());
  dissector.end();
  must(seen.length <= octets.length + 1, 'more records than octets');
  return [...new Set(seen)].slice(0, 3).join();
}

const links = [0, 1, 101, 108, 113, 228, 229, 276, 12, 127, 105, 192, 147];

/** The first octet chooses the link. */
function playFrame(octets: Uint8Array): string {
  const dissector = new Dissector();
  const link = links[(octets[0] ?? 0) % links.length] ?? 1;
  const frame = { type: 'frame', link, face: 0, at: 1n, offset: 0, comment: undefined } as const;
  const body = octets.subarray(1);
  const found = dissector.push({ ...frame, octets: body, length: body.length });
  dissector.end();
  must((found?.payload.length ?? 0) <= 2 * body.length, 'more octets than came');
  return `${link} ${found !== undefined} ${dissector.kinds.map(({ name }) => name).join()} ${dissector.takeReports().length}`;
}

function playNetascii(octets: Uint8Array): string {
  const decoder = new NetasciiDecoder();
  const parts = [octets.subarray(0, 3), octets.subarray(3)].map((part) => decoder.push(part));
  const out = Buffer.concat([...parts, decoder.end()]);
  must(out.length <= octets.length, 'netascii grows');
  return `${out.length === octets.length} ${out.includes(13)}`;
}

export const targets: readonly Target[] = [
  { name: 'packets', seeds: packets, share: 24, play: playPacket },
  { name: 'machines', seeds: packets, share: 6, play: playMachine },
  { name: 'names', seeds: texts, share: 10, play: playName },
  { name: 'targets', seeds: texts, share: 10, play: playTarget },
  { name: 'command lines', seeds: texts, share: 10, play: playLine },
  { name: 'settings', seeds: texts, share: 8, play: playSettings },
  { name: 'rewrite rules', seeds: texts, share: 6, play: playRules },
  { name: 'netascii', seeds: texts, share: 6, play: playNetascii },
  { name: 'captures', seeds: captures, share: 8, play: playCapture },
  { name: 'link layers', seeds: frames, share: 10, play: playFrame },
  { name: 'native door', seeds: packets, share: 2, play: throughTheDoor },
];
