// The JSON events about captures: rows of the table of events.

/** What `open` and `extract` print. */
export const captureEvents = [
  {
    event: 'conversation',
    meaning: 'a transfer in a capture file; its texts are as received',
    fields: [
      ['transfer', 'number', 'its number'],
      ['op', 'string', 'RRQ or WRQ'],
      ['file', 'string or null', 'null if the request is missing or malformed'],
      ['mode', 'string or null', ''],
      ['malformed', 'string or null', 'why the request is malformed, such as filename-empty'],
      ['client', 'string', 'address and port'],
      ['server', 'string', 'address and port that the request went to'],
      ['tid', 'string or null', 'address and port that the answer came from'],
      ['options', 'object', 'the agreed values by name'],
      ['outcome', 'string', 'complete, refused, silent, aborted, declined or unfinished'],
      ['error', 'object or null', 'code and message of the ERROR packet'],
      ['octets', 'number', 'octets of the file that the capture holds'],
      ['blocks', 'number', ''],
      ['missing', 'number', 'blocks that the capture does not have'],
      ['resent', 'number', 'packets that were resent'],
      ['duplicates', 'number', 'resent although not needed'],
      ['strangers', 'number', 'packets from unexpected senders'],
      ['start', 'number', 'milliseconds since the first packet of the capture'],
      ['duration', 'number', 'milliseconds'],
    ],
  },
  {
    event: 'extracted',
    meaning: 'a file was extracted from a capture',
    fields: [
      ['transfer', 'number', 'its number'],
      ['file', 'string', 'where it was stored'],
      ['octets', 'number', ''],
      ['complete', 'boolean', 'false: blocks are missing'],
    ],
  },
] as const;
