// What our server did, as data and in words. Pure. Never imports the session.
import type { ServerEvent } from '../../engine/server/server.ts';
import { errorText } from '../../wire/codes.ts';
import { printable, say } from '../../wire/text.ts';
import type { Printable, Untrusted } from '../../wire/text.ts';
import { formatTid } from '../../wire/tid.ts';
import type { Tid } from '../../wire/tid.ts';
import type { ShellEvent } from '../report/events.ts';
import { durationText, octetsText } from '../../trace/text/quantities.ts';

type Deed = readonly [ShellEvent, Printable];

/** What the server did, as data and in words; undefined for what is no news. */
export function logEntry(event: ServerEvent): Deed | undefined {
  switch (event.type) {
    case 'listening':
    case 'accepted':
    case 'closed':
      return undefined;
    case 'refused': {
      const { peer, op, file, message } = event;
      const kind = op === 'RRQ' ? 'get' : 'put';
      // The engine's message is printable already.
      const why = message as Printable;
      return served(
        { what: 'refused', peer, kind, file, message: why },
        say`${printable(op)} ${printable(file)} refused: ${why === '' ? printable(errorText(event.code)) : why}`,
      );
    }
    case 'complete':
      return complete(event);
    case 'probe': {
      const { kind, remote, peer } = event.progress;
      return served(
        { what: 'probe', peer, kind, file: remote },
        say`asked for the size of ${printable(remote)}`,
      );
    }
    case 'failed':
      return failed(event);
    case 'broken':
      // The engine's message is printable already.
      return served(
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

function complete({ progress, confirmed }: ServerEvent & { readonly type: 'complete' }): Deed {
  const { kind, remote, peer, octets, elapsed } = progress;
  const what = confirmed ? 'complete' : 'unconfirmed';
  const figures = say`${octetsText(octets)} in ${durationText(elapsed)}`;
  const words = confirmed ? figures : say`${figures}, but its end was never acknowledged`;
  return served(
    { what, peer, kind, file: remote, octets, ms: elapsed },
    say`${verb(kind)} ${printable(remote)}, ${words}`,
  );
}

function failed({ progress, failure }: ServerEvent & { readonly type: 'failed' }): Deed {
  const { kind, remote, peer, elapsed } = progress;
  const why = failureText(failure);
  const data = { what: 'failed', peer, kind, file: remote, ms: elapsed, message: why };
  return served(data, say`${verb(kind)} ${printable(remote)}: ${why}`);
}

interface Served {
  readonly what: string;
  readonly peer: Tid | undefined;
  readonly kind: 'get' | 'put';
  readonly file: Untrusted | undefined;
  readonly octets?: number;
  readonly ms?: number;
  readonly message?: Printable;
}

function served(data: Served, text: Printable): Deed {
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

function failureText(failure: (ServerEvent & { type: 'failed' })['failure']): Printable {
  switch (failure.by) {
    case 'peer':
      return say`it ended with ERROR ${failure.code} ${printable(failure.message)}`;
    case 'local':
      return say`ended with ERROR ${failure.code} ${printable(failure.message)}`;
    case 'silence':
      return say`no answer (${failure.sends} packets sent)`;
    case 'network':
      return printable(failure.message);
  }
}
