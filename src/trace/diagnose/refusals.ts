// What servers usually mean by the code of an ERROR (RFC 1350 §5, RFC 2347), for a read and for a write.
// Rule: `{…}` in a remedy is a command of the shell.

export interface Refusal {
  readonly meaning: string;
  readonly remedy: string;
}

interface RefusalRow {
  readonly get: Refusal;
  readonly put?: Refusal;
}

const log = "see the server's log: the cause is permissions or configuration";

const table: readonly RefusalRow[] = [
  {
    get: {
      meaning: 'The server is up and answers; it sent only this message, no specific code.',
      remedy: '',
    },
  },
  {
    get: {
      meaning: 'The server is up and answers, but has no such file or does not offer it.',
      remedy: 'check spelling, capitals and directory; TFTP cannot list files',
    },
    put: {
      meaning: 'The server is up and answers; many servers only accept files that exist there already.',
      remedy: 'create an empty file of that name on the server, or allow the server to create files',
    },
  },
  {
    get: {
      meaning: 'The server is up and answers, but does not allow this file to be read.',
      remedy: log,
    },
    put: {
      meaning: 'The server is up and answers, but does not allow this file to be written.',
      remedy: log,
    },
  },
  { get: { meaning: 'The disk of the server is full, or a quota is used up.', remedy: '' } },
  {
    get: {
      meaning: 'The server did not understand what the client sent.',
      remedy: '{options off} sends the plainest request',
    },
  },
  {
    get: {
      meaning:
        "The server does not know this transfer any more, or NAT or a firewall changed the client's port.",
      remedy: '{trace on} shows the ports',
    },
  },
  { get: { meaning: 'The server does not overwrite files.', remedy: 'use another name' } },
  { get: { meaning: 'The server does not know the requested user.', remedy: '' } },
  {
    get: {
      meaning: 'The server does not accept the options that the client offered.',
      remedy: '{options off} offers none',
    },
  },
];

/** What servers mean by `code`. */
export function refusalOf(code: number, kind: 'get' | 'put'): Refusal {
  const row = table[code];
  if (row === undefined)
    return { meaning: 'The server is up and answers; no RFC defines this code.', remedy: '' };
  return kind === 'put' ? (row.put ?? row.get) : row.get;
}
