// The JSON events about servers and clients that are examined: rows of the table of events.

/** What the commands of the group exams print. */
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
  {
    event: 'tuned',
    meaning: 'how fast a file comes with each blksize and windowsize',
    fields: [
      [
        'cells',
        'object',
        'list: blksize, windowsize, state, transfers, rate (octets a second), low and high (95 %) of each',
      ],
      ['blksize', 'number?', 'recommended'],
      ['windowsize', 'number?', 'recommended'],
      ['applied', 'boolean', 'whether they were set'],
    ],
  },
  {
    event: 'replayed',
    meaning: 'a captured transfer was asked again',
    fields: [
      ['captured', 'number', 'its number in the capture'],
      ['transfer', 'number', 'the number of the new one'],
      ['same', 'boolean', 'all packets are alike'],
      ['alike', 'number', 'packets from the start that are alike'],
      ['lines', 'strings', 'the comparison as text'],
    ],
  },
] as const;
