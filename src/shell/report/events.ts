// What the shell did, as data: one JSON object a line with --json. The table at the end documents every field;
// README and a validating test are made from it. Pure. Never imports the session.
import { packetEventTable } from './packet-events.ts';

/** How a JSON field is typed. `?`: may be missing. */
export type FieldType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'strings'
  | 'object'
  | 'string?'
  | 'number?'
  | 'strings?'
  | 'string or null'
  | 'object or null';

/** One event in the documentation. */
export interface EventRow {
  readonly event: string;
  readonly meaning: string;
  readonly fields: readonly (readonly [name: string, type: FieldType, meaning: string])[];
}

/** Every event that --json prints, each as one object with `event` and these fields. */
export const eventTable = [
  {
    event: 'text',
    meaning: 'a command answered in words',
    fields: [['lines', 'strings', 'the words, one line each']],
  },
  {
    event: 'refused',
    meaning: 'a line was not understood; nothing was done',
    fields: [
      ['status', 'number', 'exit status'],
      ['message', 'string', 'why'],
      ['line', 'string', 'the line'],
      ['column', 'number', 'where, in UTF-16 units from 0'],
      ['place', 'string?', 'file and line of the script'],
    ],
  },
  {
    event: 'failed',
    meaning: 'a command failed',
    fields: [
      ['command', 'string', 'verb and file'],
      ['status', 'number', 'exit status'],
      ['message', 'string', 'one sentence'],
      ['by', 'string', 'peer, local, silence, network, file, name, integrity, usage, abort or listen'],
      ['code', 'number?', 'of the ERROR packet, where there was one'],
      ['reason', 'string', 'what it means; may be empty'],
      ['next', 'string', 'what to try; may be empty'],
      ['place', 'string?', 'file and line of the script'],
    ],
  },
  {
    event: 'connected',
    meaning: 'a server was chosen; nothing was sent',
    fields: [
      ['host', 'string', 'as given'],
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
      ['remote', 'string', 'name at the server'],
      ['local', 'string', 'name here; - is standard input or output'],
      ['mode', 'string', 'octet or netascii'],
    ],
  },
  {
    event: 'done',
    meaning: 'a transfer went well',
    fields: [
      ['transfer', 'number', 'its number in this session'],
      ['kind', 'string', 'get or put'],
      ['remote', 'string', ''],
      ['local', 'string?', ''],
      ['peer', 'string?', 'address and port of the other side'],
      ['octets', 'number', 'of the file'],
      ['ms', 'number', 'it took'],
      ['blocks', 'number', ''],
      ['resent', 'number', 'packets that were sent again'],
      ['blksize', 'number', 'agreed'],
      ['windowsize', 'number', 'agreed'],
      ['confirmed', 'boolean', 'false: the last acknowledgement of a put never came'],
      ['sha256', 'string?', 'where it was asked for'],
      ['warnings', 'strings', ''],
    ],
  },
  {
    event: 'stat',
    meaning: 'what a server told about a file',
    fields: [
      ['remote', 'string', ''],
      ['octets', 'number?', 'missing where the server tells no size'],
      ['options', 'strings', 'accepted, as name=value'],
    ],
  },
  {
    event: 'setting',
    meaning: 'the value of a setting',
    fields: [
      ['name', 'string', ''],
      ['value', 'string', 'as it would be typed'],
      ['default', 'boolean', 'whether it was left as it was'],
    ],
  },
  {
    event: 'listening',
    meaning: 'our server listens, once for each address',
    fields: [
      ['address', 'string', 'numeric'],
      ['port', 'number', ''],
      ['root', 'string', 'what is offered'],
      ['mode', 'string', 'what clients may do, in words'],
    ],
  },
  {
    event: 'offered',
    meaning: 'a single file was added to what our server offers, or dropped from it',
    fields: [
      ['name', 'string', 'under which clients ask for it'],
      ['offered', 'boolean', 'false: not any more'],
    ],
  },
  { event: 'closed', meaning: 'our server stopped', fields: [] },
  {
    event: 'served',
    meaning: 'our server dealt with a request',
    fields: [
      ['what', 'string', 'complete, unconfirmed, probe, failed, refused or broken'],
      ['peer', 'string', ''],
      ['kind', 'string', 'get or put, as the peer sees it'],
      ['file', 'string', ''],
      ['octets', 'number?', ''],
      ['ms', 'number?', ''],
      ['message', 'string?', 'why it failed or was refused'],
    ],
  },
  {
    event: 'listing',
    meaning: 'names of files',
    fields: [
      ['directory', 'string', 'here, or what our server offers'],
      ['names', 'strings', ''],
    ],
  },
  {
    event: 'packet',
    meaning: 'a packet, with trace on',
    fields: [
      ['transfer', 'number', '0: not yet part of one'],
      ['side', 'string', 'client or server: which of our ends saw it'],
      ['direction', 'string', 'sent or received'],
      ['ms', 'number', 'since the request'],
      ['peer', 'string', ''],
      ['op', 'string', 'RRQ WRQ DATA ACK ERROR OACK or malformed'],
      ['summary', 'string', 'the packet in words'],
      ['octets', 'number', 'in the datagram'],
      ['remark', 'string?', 'what was unusual'],
    ],
  },
  ...packetEventTable,
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

/** The event of a row: a field whose type ends in `?` may be missing. */
type EventOf<R extends Row> = R extends Row
  ? { readonly event: R['event'] } & {
      readonly [F in FieldOf<R> as F[1] extends `${string}?` ? never : F[0]]: ValueOf<F[1]>;
    } & { readonly [F in FieldOf<R> as F[1] extends `${string}?` ? F[0] : never]?: ValueOf<F[1]> }
  : never;

/** What happened: as the table says, field by field. */
export type ShellEvent = EventOf<Row>;

/** What is wrong with `value` as an event of the table; undefined where nothing is. */
export function checkEvent(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'not an object';
  const fields = value as Readonly<Record<string, unknown>>;
  const row: EventRow | undefined = eventTable.find((one) => one.event === fields['event']);
  if (row === undefined) return `unknown event ${JSON.stringify(fields['event'])}`;
  for (const [name, type] of row.fields) {
    const wrong = checkField(fields[name], type);
    if (wrong !== undefined) return `${row.event}.${name}: ${wrong}`;
  }
  const known = new Set(['event', ...row.fields.map(([name]) => name)]);
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
