// The JSON events of the log of our server: rows of the table of events.

/** What the log has a line for. */
export const serverLogEvents = [
  {
    event: 'served',
    meaning: 'our server finished a request; with --log-starts also: it started a transfer',
    fields: [
      [
        'transfer',
        'number?',
        'its number in this session; missing where the line is about no single request',
      ],
      ['what', 'string', 'started, complete, unconfirmed, probe, failed, refused, hint or broken'],
      ['peer', 'string', ''],
      ['kind', 'string', 'get or put, seen from the client'],
      ['file', 'string', ''],
      ['octets', 'number?', ''],
      ['resent', 'number?', 'packets that were resent'],
      ['announced', 'number?', 'the size that the client announced, if it sent another number of octets'],
      ['unverified', 'boolean?', 'true: a web server announced no size, so the file may have been cut'],
      ['copying', 'string?', 'the file is still being copied: growing, new, temporary or upload'],
      ['ms', 'number?', ''],
      ['message', 'string?', 'the reason, if it failed or was refused'],
      ['more', 'number?', 'in a flood: so many more like this in the last second'],
    ],
  },
  {
    event: 'upload-command',
    meaning: 'the command of serve --on-upload ended',
    fields: [
      ['path', 'string', 'the stored file'],
      ['client', 'string', 'address of the client that sent it'],
      ['status', 'number', 'exit status; -1: not run, because too many waited'],
      ['ms', 'number', ''],
      ['output', 'strings', 'its first lines'],
    ],
  },
  {
    event: 'download-command',
    meaning: 'the command of serve --on-download ended',
    fields: [
      ['path', 'string', 'the file that was read'],
      ['client', 'string', 'address of the client that read it'],
      ['status', 'number', 'exit status; -1: not run, because too many waited'],
      ['ms', 'number', ''],
      ['output', 'strings', 'its first lines'],
    ],
  },
  {
    event: 'dropped',
    meaning:
      'our server started no transfer for datagrams on its port; at most once a second for each reason',
    fields: [
      [
        'reason',
        'string',
        'not-a-request, too-long, denied, unanswerable, too-many-requests, no-place or stopping',
      ],
      ['peer', 'string', 'who sent it, or the last one'],
      ['octets', 'number', 'size of the datagram, or of the last one'],
      ['count', 'number', 'datagrams since the last such event'],
      ['file', 'string?', 'the name that it asks for'],
      ['message', 'string', 'the reason in words'],
    ],
  },
] as const;
