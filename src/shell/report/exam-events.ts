// The JSON events about servers and clients that are examined: rows of the table of events.

/** What `probe` and `check` print. */
export const examEvents = [
  {
    event: 'probed',
    meaning: 'what a server supports',
    fields: [
      ['server', 'string', 'address and port'],
      ['answers', 'object', 'list: name, source, verdict, text, and proofs (transfer and packets) of each'],
      ['skipped', 'object', 'list: name, and the reason: file, write, risk or bounds'],
      ['software', 'string?', 'the stock server that answers most alike'],
      ['advice', 'strings', 'settings that this server is known to take'],
    ],
  },
  {
    event: 'checked',
    meaning: 'the verdicts about a server or a client',
    fields: [
      ['target', 'string', 'HOST:PORT, or client'],
      ['passed', 'number', ''],
      ['failed', 'number', ''],
      ['skipped', 'number', ''],
      [
        'cases',
        'object',
        'list: case, title, section, verdict, text, and proofs (transfer and packets) of each',
      ],
    ],
  },
] as const;
