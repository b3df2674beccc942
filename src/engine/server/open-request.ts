// Reads a request: its mode, the file that it names, the terms that follow from its options.
import type { ErrorCode } from '../../wire/codes.ts';
import { parseMode, type Mode } from '../../wire/mode.ts';
import { findOption, optionValue, termOption } from '../../wire/options.ts';
import type { RequestPacket } from '../../wire/packet.ts';
import { raw } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import { acceptOptions, type Accepted } from '../../transfer/negotiate.ts';
import { FileError, type Offering, type Sink, type Source } from '../../files/file.ts';
import { problem } from '../../files/problem.ts';
import { sendLimitsFor } from '../pace.ts';
import type { ServerSettings } from './types.ts';

/** The request itself is wrong. Code and message go to the peer as they are. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** No port is free, or the system lets us open no more. It may pass once another transfer has ended. */
export class Busy extends Refused {
  constructor() {
    super(0, 'Server busy');
  }
}

/** Whether `error` says that the process can open no more files or sockets just now. */
export function isExhausted(error: unknown): boolean {
  return error instanceof Busy || (error instanceof FileError && error.problem === 'exhausted');
}

export interface Requested {
  readonly accepted: Accepted;
  /** Set for an RRQ. */
  readonly source: Source | undefined;
  readonly sink: Sink | undefined;
  /** Octets on the wire: the file's size, or the tsize of a WRQ; undefined where unknown. */
  readonly size: number | undefined;
}

/** Opens the file and agrees on terms. Rejects with FileError or {@link Refused}. */
export async function openRequested({
  request,
  peer: { address },
  offering,
  settings,
  signal,
}: {
  readonly request: RequestPacket;
  readonly peer: Tid;
  readonly offering: Offering;
  readonly settings: ServerSettings;
  /** Aborted when nobody waits for the file any more. */
  readonly signal: AbortSignal;
}): Promise<Requested> {
  const mode = modeOf(request);
  const name = raw(request.filename);
  if (request.op === 'RRQ') {
    const source = await offering.open(name, { address, signal });
    const size = mode === 'octet' ? source.size : undefined;
    return { accepted: accept(request, settings, size), source, sink: undefined, size };
  }
  const size = mode === 'octet' ? announcedSize(request) : undefined;
  const sink = await offering.create(name, size, { address, signal });
  return { accepted: accept(request, settings, size), source: undefined, sink, size };
}

/** Whether the file is sent as it is. */
export function isOctet({ mode }: RequestPacket): boolean {
  return parseMode(mode) === 'octet';
}

/** RFC 1350 §5 defines three modes; RFC 1123 §4.2.2.1 forbids `mail`. */
function modeOf(request: RequestPacket): Mode {
  const mode = parseMode(request.mode);
  if (mode === 'mail') throw new Refused(4, 'Illegal TFTP operation: mode mail is obsolete');
  if (mode === 'unknown') throw new Refused(4, 'Illegal TFTP operation: unknown mode');
  return mode;
}

/**
 * The size that a WRQ announces (RFC 2349). A size that a number cannot hold does not fit on any disk. Clients that do
 * not know the size announce 0 (curl from a pipe, tftpy).
 */
function announcedSize(request: RequestPacket): number | undefined {
  const tsize = findOption(request.options, 'tsize');
  const size = tsize && optionValue(termOption('tsize'), tsize.value);
  if (size === Number.MAX_SAFE_INTEGER) throw problem('full');
  return size === 0 ? undefined : size;
}

/** The server's answer to the options of a request. `size`: octets of the file on the wire, where known. */
export function accept(request: RequestPacket, settings: ServerSettings, size: number | undefined): Accepted {
  const accepted = acceptOptions(request, {
    blksize: settings.blksize ?? 65464,
    windowsize: settings.windowsize ?? 64,
    options: settings.options ?? true,
    extensions: settings.extensions ?? false,
    size,
    limits: sendLimitsFor(settings),
  });
  const { terms } = accepted;
  return { ...accepted, terms: { ...terms, rollover: settings.rollover ?? terms.rollover } };
}

/** Whether two requests are equal, so that the second may be a repetition. */
export function sameRequest(a: RequestPacket, b: RequestPacket): boolean {
  return (
    a.op === b.op &&
    a.filename === b.filename &&
    a.mode === b.mode &&
    a.options.length === b.options.length &&
    a.options.every(
      ({ name, value }, index) => name === b.options[index]?.name && value === b.options[index].value,
    )
  );
}
