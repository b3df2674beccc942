// What the shell did, as data: with --json, one JSON object per line. The table types and documents every field;
// the README, and a test that validates events, are made from it. Pure.
import { captureEvents } from './capture-events.ts';
import { examEvents } from './exam-events.ts';
import { lessonEvents } from './lesson-events.ts';
import { serverLogEvents } from './server-log-events.ts';
import { stepEvents } from './step-events.ts';

/** The type of a JSON field. `?`: the field may be missing. */
export type FieldType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'strings'
  | 'object'
  | 'string?'
  | 'number?'
  | 'boolean?'
  | 'strings?'
  | 'string or null'
  | 'object or null';

/** One row of the table of events. */
export interface EventRow {
  readonly event: string;
  readonly meaning: string;
  readonly fields: readonly (readonly [name: string, type: FieldType, meaning: string])[];
}

/** Every event that --json prints: an object with `event` and these fields. */
export const eventTable = [
  {
    event: 'text',
    meaning: 'the output of a command, as text',
    fields: [['lines', 'strings', 'the text, line by line']],
  },
  {
    event: 'refused',
    meaning: 'a line was wrong; nothing was done',
    fields: [
      ['status', 'number', 'exit status'],
      ['message', 'string', 'the reason'],
      ['line', 'string', 'the line'],
      ['column', 'number', 'position of the fault, in UTF-16 units from 0'],
      ['place', 'string?', 'file and line of the script'],
    ],
  },
  {
    event: 'failed',
    meaning: 'a command failed',
    fields: [
      ['command', 'string', 'command and file'],
      ['status', 'number', 'exit status'],
      ['message', 'string', 'one sentence'],
      ['by', 'string', 'peer, local, silence, network, file, name, integrity, usage, abort or listen'],
      ['code', 'number?', 'of the ERROR packet, if there was one'],
      ['reason', 'string', 'what the failure means; may be empty'],
      ['next', 'string', 'what to try; may be empty'],
      ['place', 'string?', 'file and line of the script'],
    ],
  },
  {
    event: 'connected',
    meaning: 'a server was chosen; nothing was sent',
    fields: [
      ['host', 'string', 'as typed'],
      ['address', 'string', 'numeric'],
      ['port', 'number', ''],
      ['family', 'number', '4 or 6'],
    ],
  },
  {
    event: 'started',
    meaning: 'a transfer began',
    fields: [
      ['kind', 'string', 'get or put'],
      ['host', 'string', ''],
      ['remote', 'string', 'name on the server'],
      ['local', 'string', 'local name; - is standard input or output'],
      ['mode', 'string', 'octet or netascii'],
    ],
  },
  {
    event: 'done',
    meaning: 'a transfer succeeded',
    fields: [
      ['transfer', 'number', 'its number in this session'],
      ['kind', 'string', 'get or put'],
      ['remote', 'string', ''],
      ['local', 'string?', ''],
      ['peer', 'string?', 'address and port of the other side'],
      ['octets', 'number', 'of the file'],
      ['ms', 'number', 'duration'],
      ['blocks', 'number', ''],
      ['resent', 'number', 'packets that were resent'],
      ['blksize', 'number', 'agreed'],
      ['windowsize', 'number', 'agreed'],
      ['confirmed', 'boolean', 'false: the last acknowledgement of a put did not arrive'],
      ['sha256', 'string?', 'if it was requested'],
      ['warnings', 'strings', ''],
    ],
  },
  {
    event: 'stat',
    meaning: 'what a server said about a file',
    fields: [
      ['remote', 'string', ''],
      ['octets', 'number?', 'missing if the server gave no size'],
      ['options', 'strings', 'accepted, as name=value'],
    ],
  },
  {
    event: 'sockets',
    meaning: 'status: the way to the network that busy transfers use',
    fields: [
      ['name', 'string', 'native or node:dgram'],
      [
        'why',
        'string?',
        'why not native: switched-off, not-linux, other-processor, not-installed or not-loadable',
      ],
    ],
  },
  {
    event: 'setting',
    meaning: 'the value of a setting',
    fields: [
      ['name', 'string', ''],
      ['value', 'string', 'as a user types it'],
      ['default', 'boolean', 'true: it was not changed'],
    ],
  },
  {
    event: 'listening',
    meaning: 'our server listens; one event per address',
    fields: [
      ['address', 'string', 'numeric'],
      ['port', 'number', ''],
      ['root', 'string', 'what it serves'],
      ['mode', 'string', 'what clients may do, in words'],
      ['confined', 'boolean?', 'true: the kernel refuses the process every other file'],
    ],
  },
  {
    event: 'offered',
    meaning: 'a single file was offered by our server, or withdrawn',
    fields: [
      ['name', 'string', 'the name that clients ask for'],
      ['offered', 'boolean', 'false: withdrawn'],
    ],
  },
  { event: 'closed', meaning: 'our server stopped', fields: [] },
  ...serverLogEvents,
  {
    event: 'listing',
    meaning: 'names of files',
    fields: [
      ['directory', 'string', 'a local directory, or what our server offers'],
      ['names', 'strings', ''],
    ],
  },
  {
    event: 'packet',
    meaning: 'a packet, with trace on',
    fields: [
      ['transfer', 'number', '0: not yet part of a transfer'],
      ['side', 'string', 'client or server: our end that saw it'],
      ['direction', 'string', 'sent or received'],
      ['ms', 'number', 'since the request'],
      ['peer', 'string', ''],
      ['op', 'string', 'RRQ WRQ DATA ACK ERROR OACK or malformed'],
      ['summary', 'string', 'the packet in words'],
      ['octets', 'number', 'in the datagram'],
      ['remark', 'string?', 'what was unusual'],
    ],
  },
  {
    event: 'ladder',
    meaning: 'a transfer as a sequence diagram',
    fields: [
      ['transfer', 'number', 'its number'],
      ['side', 'string', 'client or server: the end whose view it is'],
      ['title', 'string', ''],
      ['figures', 'strings', 'counts of unusual packets'],
      ['rows', 'strings', 'the drawing, line by line'],
      ['lacks', 'string?', 'packets that are missing'],
    ],
  },
  {
    event: 'anatomy',
    meaning: 'a packet, octet by octet',
    fields: [
      ['transfer', 'number', 'its number'],
      ['packet', 'number', 'counted from 1 within the transfer'],
      ['direction', 'string', 'sent or received'],
      ['ms', 'number', 'since the first packet'],
      ['sentMs', 'number?', 'when it was sent, if both ends are ours'],
      ['arrivedMs', 'number?', 'when it arrived, if both ends are ours'],
      ['lost', 'string?', 'network, never, unheard or inferred'],
      ['peer', 'string', ''],
      ['summary', 'string', 'the packet in words'],
      ['octets', 'number', 'in the datagram'],
      ['hex', 'string', 'the octets that were kept'],
      ['fields', 'strings', 'offset, length, name, value and meaning, separated by tabs'],
    ],
  },
  {
    event: 'diagnosis',
    meaning: 'what went wrong in a transfer',
    fields: [
      ['transfer', 'number', 'its number'],
      ['findings', 'object', 'a list: cause, level, text, packets and remedy of each'],
      ['time', 'string?', 'where the time went, if most of it was waiting'],
    ],
  },
  {
    event: 'explanation',
    meaning: 'why a packet was sent, or how a transfer went; one event per reason',
    fields: [
      ['transfer', 'number', 'its number'],
      ['packet', 'number?', 'the first packet that it is about; missing: about the whole transfer'],
      ['count', 'number?', 'how often it was so, where a whole transfer is explained'],
      ['rule', 'string', 'kind of reason'],
      ['text', 'string', ''],
      ['source', 'string', 'the RFC section'],
      ['inferred', 'boolean', 'true: concluded from the packets alone'],
      ['end', 'string?', 'client or server: the end that it is about, if both are ours'],
    ],
  },
  {
    event: 'figures',
    meaning: 'statistics of a transfer',
    fields: [
      ['transfer', 'number', 'its number'],
      ['figures', 'object', 'octets, blocks, duration, goodput, rtt, resent by cause and more; times in ms'],
    ],
  },
  {
    event: 'difference',
    meaning: 'two transfers compared',
    fields: [
      ['first', 'number', 'number of a transfer'],
      ['second', 'number', 'number of the other'],
      ['alike', 'number', 'equal packets from the start'],
      ['packet', 'number?', 'the first that differs; missing if none does'],
      ['lines', 'strings', 'the comparison as text'],
    ],
  },
  {
    event: 'capture',
    meaning: 'a capture started or ended',
    fields: [
      ['file', 'string', ''],
      ['packets', 'number', 'written so far'],
      ['octets', 'number', 'of TFTP datagrams'],
      ['dropped', 'number', 'packets left out because the disk was too slow'],
    ],
  },
  ...captureEvents,
  ...examEvents,
  {
    event: 'impairment',
    meaning: 'what is impaired, and what impairment did since the last change',
    fields: [
      ['on', 'strings', 'as impair reads it; empty: nothing'],
      ['seed', 'number', 'repeats the random faults'],
      ['done', 'object', 'counts by what was done'],
    ],
  },
  {
    event: 'lab',
    meaning: 'the lab was switched on or off, or changed',
    fields: [
      ['on', 'boolean', ''],
      ['speed', 'string', 'max, or times real time, such as 10x'],
      ['server', 'string', 'usual, single-port or two-addresses'],
      ['files', 'strings', 'what its server offers'],
    ],
  },
  ...stepEvents,
  ...lessonEvents,
  {
    event: 'exported',
    meaning: 'a transfer was written to a file',
    fields: [
      ['transfer', 'number', 'its number'],
      ['file', 'string', ''],
      ['octets', 'number', 'of that file'],
      ['cut', 'number?', 'packets of which only the beginning was kept'],
    ],
  },
] as const satisfies readonly EventRow[];

type Row = (typeof eventTable)[number];
type FieldOf<R extends Row> = R['fields'][number];

interface Values {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly strings: readonly string[];
  readonly object: object;
}

type ValueOf<T extends FieldType> = T extends keyof Values
  ? Values[T]
  : T extends `${infer Name extends keyof Values}?`
    ? Values[Name]
    : T extends `${infer Name extends keyof Values} or null`
      ? Values[Name] | null
      : never;

/** The event of a row; a field whose type ends in `?` is optional. */
type EventOf<R extends Row> = R extends Row
  ? { readonly event: R['event'] } & {
      readonly [F in FieldOf<R> as F[1] extends `${string}?` ? never : F[0]]: ValueOf<F[1]>;
    } & { readonly [F in FieldOf<R> as F[1] extends `${string}?` ? F[0] : never]?: ValueOf<F[1]> }
  : never;

/** One event, with the fields of its row. */
export type ShellEvent = EventOf<Row>;

/** What is wrong with `value` as an event of the table; undefined if it is right. */
export function checkEvent(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'not an object';
  const fields = value as Readonly<Record<string, unknown>>;
  const row: EventRow | undefined = eventTable.find((one) => one.event === fields['event']);
  if (row === undefined) return `unknown event ${JSON.stringify(fields['event'])}`;
  for (const [name, type] of row.fields) {
    const wrong = checkField(fields[name], type);
    if (wrong !== undefined) return `${row.event}.${name}: ${wrong}`;
  }
  // With --json every event has its time.
  const at = checkField(fields['at'], 'string?');
  if (at !== undefined) return `${row.event}.at: ${at}`;
  const known = new Set(['event', 'at', ...row.fields.map(([name]) => name)]);
  const extra = Object.keys(fields).find((name) => !known.has(name));
  return extra === undefined ? undefined : `${row.event}.${extra}: not documented`;
}

function checkField(value: unknown, type: FieldType): string | undefined {
  if (value === undefined) return type.endsWith('?') ? undefined : 'missing';
  if (value === null) return type.endsWith(' or null') ? undefined : 'null';
  const plain = type.replace('?', '').replace(' or null', '');
  if (plain === 'strings')
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? undefined
      : 'not a list of strings';
  return typeof value === plain ? undefined : `not a ${plain}`;
}
