// The log of our server: each event of the engine as a shell event and as text. Pure.
import type { DropReason } from '../../../engine/server/drops.ts';
import type { ServerEvent } from '../../../engine/server/server.ts';
import { errorText } from '../../../wire/codes.ts';
import { printable, raw, say } from '../../../wire/text.ts';
import type { Copying } from '../../../files/file.ts';
import type { Printable, Untrusted } from '../../../wire/text.ts';
import { formatTid } from '../../../wire/tid.ts';
import type { Tid } from '../../../wire/tid.ts';
import type { ShellEvent } from '../../report/events.ts';
import { counted, durationText, grouped, octetsText } from '../../../trace/text/quantities.ts';

/** Events of the log. */
type LogData = Extract<ShellEvent, { event: 'served' | 'dropped' | 'upload-command' | 'download-command' }>;

/** A line of the log: as data and as text. */
export type LogEntry = readonly [LogData, Printable];

/** A line about a request or a datagram. */
export type LoggedEvent = readonly [Extract<LogData, { event: 'served' | 'dropped' }>, Printable];

/** Reasons to drop a datagram that a client would call a refusal. */
const refusals: ReadonlySet<string> = new Set<DropReason>(['too-long', 'denied', 'no-place']);

/** Whether the line tells of something that went wrong. */
export function isFailure(data: LogData): boolean {
  if (data.event === 'upload-command' || data.event === 'download-command') return data.status !== 0;
  if (data.event === 'dropped') return refusals.has(data.reason);
  if (data.more !== undefined) return false;
  return ['failed', 'refused', 'broken'].includes(data.what);
}

/** The event as data and as text; undefined where the log has no line for it. `starts`: it has one for each start. */
export function logEntry(event: ServerEvent, starts = false): LoggedEvent | undefined {
  switch (event.type) {
    case 'accepted':
      return starts ? started(event) : undefined;
    case 'listening':
    case 'closed':
      return undefined;
    case 'refused':
      return refused(event);
    case 'dropped':
      return dropped(event);
    case 'complete':
      return complete(event);
    case 'probe': {
      const { number, kind, remote, peer } = event.progress;
      return logged(
        { transfer: number, what: 'probe', peer, kind, file: remote },
        say`requested the size of ${printable(remote)}`,
      );
    }
    case 'failed':
      return failed(event);
    case 'broken':
      // The engine's message is already printable.
      return logged(
        {
          what: 'broken',
          peer: event.local,
          kind: 'get',
          file: undefined,
          message: event.message as Printable,
        },
        say`the listening socket failed: ${event.message as Printable}`,
      );
  }
}

function started({ number, peer, op, file }: ServerEvent & { readonly type: 'accepted' }): LoggedEvent {
  const kind = op === 'RRQ' ? 'get' : 'put';
  const what = kind === 'get' ? say`begins to read` : say`begins to write`;
  return logged({ transfer: number, what: 'started', peer, kind, file }, say`${what} ${printable(file)}`);
}

function refused(event: ServerEvent & { readonly type: 'refused' }): LoggedEvent {
  const { number, peer, op, file, code, message } = event;
  const kind = op === 'RRQ' ? 'get' : 'put';
  // The engine's message is already printable.
  const why = message as Printable;
  return logged(
    { transfer: number, what: 'refused', peer, kind, file, message: why, ...copyingOf(event) },
    say`${askedText(op, file)} refused: ${why === '' ? printable(errorText(code)) : why}`,
  );
}

/** `RRQ boot.img`. A malformed request may name no file. */
function askedText(op: 'RRQ' | 'WRQ', file: Untrusted): Printable {
  return raw(file) === '' ? printable(op) : say`${printable(op)} ${printable(file)}`;
}

const dropReasons: Readonly<Record<DropReason, string>> = {
  'not-a-request': 'not a request',
  'too-long': 'longer than a request may be',
  denied: 'this address may not use the server',
  unanswerable: 'the source address cannot be answered',
  'too-many-requests': 'too many requests',
  'no-place': 'no place is free',
  stopping: 'the server is stopping',
};

function dropped(event: ServerEvent & { readonly type: 'dropped' }): LoggedEvent {
  const { reason, peer, octets, count, op, file, malformed } = event;
  const why = printable(dropReasons[reason]);
  const detail = malformed === undefined ? why : say`${why}: ${printable(malformed.replaceAll('-', ' '))}`;
  const name = file === undefined ? {} : { file: printable(file) };
  const where = printable(formatTid(peer));
  const data = { event: 'dropped', reason, peer: where, octets, count, ...name, message: detail } as const;
  if (count > 1) return [data, say`${where} and before: ${grouped(count)} more datagrams dropped: ${detail}`];
  const asked =
    op === undefined || file === undefined
      ? say`a datagram of ${counted(octets, 'octet')}`
      : askedText(op, file);
  return [data, say`${where} ${asked} dropped: ${detail}`];
}

function complete({
  progress,
  confirmed,
  hasUncertainEnd,
  ...event
}: ServerEvent & { readonly type: 'complete' }): LoggedEvent {
  const { number, kind, remote, peer, octets, size, elapsed, resent } = progress;
  const what = confirmed ? 'complete' : 'unconfirmed';
  const announced = kind === 'put' && size !== undefined && size !== octets ? size : undefined;
  const hint = announced === undefined ? say`` : say` (${counted(announced, 'octet')} announced)`;
  const figures = say`${octetsText(octets)}${hint} in ${durationText(elapsed)}`;
  const doubt = hasUncertainEnd === true ? say`; its end is not verified: no size was announced` : say``;
  const result = confirmed
    ? say`${figures}${doubt}`
    : say`${figures}, but the last block was never acknowledged`;
  const copied = event.copying === undefined ? say`` : copyingNotes[event.copying];
  return logged(
    {
      ...{ transfer: number, what, peer, kind, file: remote, octets, resent, ms: elapsed },
      ...(announced !== undefined && { announced }),
      ...(hasUncertainEnd === true && { unverified: true }),
      ...copyingOf(event),
    },
    say`${verb(kind)} ${printable(remote)}, ${result}${copied}`,
  );
}

function failed(event: ServerEvent & { readonly type: 'failed' }): LoggedEvent {
  const { progress, failure } = event;
  const { number, kind, remote, peer, elapsed, resent } = progress;
  const why = failureText(failure);
  const data = {
    ...{ transfer: number, what: 'failed', peer, kind, file: remote, resent, ms: elapsed, message: why },
    ...copyingOf(event),
  };
  return logged(data, say`${verb(kind)} ${printable(remote)}: ${why}`);
}

/** What is added to the line of a file that was sent while it may still have been copied. */
const copyingNotes: Readonly<Record<Copying, Printable>> = {
  growing: say`; the file is still growing: its end was not sent`,
  new: say`; the file is empty and was written a moment ago: it may still be copied`,
  temporary: say``,
  upload: say``,
};

function copyingOf({ copying }: { readonly copying?: Copying | undefined }): { readonly copying?: Copying } {
  return copying === undefined ? {} : { copying };
}

interface ServedFacts {
  /** Its number in the session; undefined where no transfer started. */
  readonly transfer?: number;
  readonly what: string;
  readonly peer: Tid | undefined;
  readonly kind: 'get' | 'put';
  readonly file: Untrusted | undefined;
  readonly octets?: number;
  readonly resent?: number;
  /** What a client announced, where it sent another number of octets. */
  readonly announced?: number;
  /** The source announced no size: it may have been cut. */
  readonly unverified?: boolean;
  readonly copying?: Copying;
  readonly ms?: number;
  readonly message?: Printable;
}

function logged(data: ServedFacts, text: Printable): LoggedEvent {
  const { peer, file, ms, ...rest } = data;
  const where = peer === undefined ? '' : formatTid(peer);
  const event = {
    event: 'served',
    ...rest,
    peer: where,
    file: file === undefined ? '' : printable(file),
    ...(ms !== undefined && { ms: Math.round(ms * 1000) / 1000 }),
  } as const;
  return [event, say`${printable(where)} ${text}`];
}

function verb(kind: 'get' | 'put'): Printable {
  return kind === 'get' ? say`read` : say`wrote`;
}

/** Why a transfer of our server failed. */
export function failureText(failure: (ServerEvent & { type: 'failed' })['failure']): Printable {
  switch (failure.by) {
    case 'peer':
      return say`the client sent ERROR ${failure.code} ${printable(failure.message)}`;
    case 'local':
      return say`we sent ERROR ${failure.code} ${printable(failure.message)}`;
    case 'silence':
      return failure.came === undefined
        ? say`no answer (${counted(failure.sends, 'packet')} sent)`
        : say`no progress (${counted(failure.sends, 'packet')} sent, ${grouped(failure.came)} came)`;
    case 'network':
      return printable(failure.message);
  }
}
