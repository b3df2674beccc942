// What looking at packets tells programs: the events of ladder, packet, explain, stats, diff, capture, open, extract
// and export, and their rows of the table. A part of events.ts. Pure. Never imports the session.
import type { EventRow, ShellEvent } from './events.ts';

const transfer = ['transfer', 'number', 'its number'] as const;

/** Rows of the table of events. */
export const packetEventTable = [
  {
    event: 'ladder',
    meaning: 'a transfer as a sequence diagram',
    fields: [
      transfer,
      ['side', 'string', 'client or server: which end was looked from'],
      ['title', 'string', ''],
      ['figures', 'strings', 'what was unusual, counted'],
      ['rows', 'strings', 'the drawing, one line each'],
      ['lacks', 'string?', 'which packets are no longer, or not, at hand'],
    ],
  },
  {
    event: 'anatomy',
    meaning: 'a packet, octet by octet',
    fields: [
      transfer,
      ['packet', 'number', 'counted from 1 within the transfer'],
      ['direction', 'string', 'sent or received'],
      ['ms', 'number', 'since the first packet'],
      ['sentMs', 'number?', 'the same at its sender, where both ends are ours'],
      ['arrivedMs', 'number?', 'and at its receiver'],
      ['lost', 'string?', 'network, never or inferred'],
      ['peer', 'string', ''],
      ['summary', 'string', 'the packet in words'],
      ['octets', 'number', 'in the datagram'],
      ['hex', 'string', 'what is still known of them'],
      ['fields', 'strings', 'offset, length, name, value, meaning; parted by tabs'],
    ],
  },
  {
    event: 'explanation',
    meaning: 'why a packet or a transfer is as it is, once for each reason',
    fields: [
      transfer,
      ['packet', 'number?', 'missing: the transfer as a whole'],
      ['rule', 'string', 'what kind of reason'],
      ['text', 'string', ''],
      ['source', 'string', 'the section that says so'],
      ['inferred', 'boolean', 'guessed from the packets alone'],
      ['end', 'string?', 'client or server: which end says so, where both are ours'],
    ],
  },
  {
    event: 'figures',
    meaning: 'the figures of a transfer',
    fields: [
      transfer,
      [
        'figures',
        'object',
        'octets, blocks, duration, goodput, rtt, resent by cause and more; times in milliseconds',
      ],
    ],
  },
  {
    event: 'difference',
    meaning: 'two transfers compared',
    fields: [
      ['first', 'number', 'number of a transfer'],
      ['second', 'number', 'of the other'],
      ['alike', 'number', 'packets that are alike, from the start'],
      ['packet', 'number?', 'the first that differs; missing: none'],
      ['lines', 'strings', 'the same in words'],
    ],
  },
  {
    event: 'capture',
    meaning: 'a capture was begun, or ended',
    fields: [
      ['file', 'string', ''],
      ['packets', 'number', 'written so far'],
      ['octets', 'number', 'of TFTP'],
      ['dropped', 'number', 'packets that the disk was too slow for'],
    ],
  },
  {
    event: 'conversation',
    meaning: 'a transfer that a capture holds; its texts are as they came',
    fields: [
      transfer,
      ['op', 'string', 'RRQ or WRQ'],
      ['file', 'string or null', 'null where the request is missing'],
      ['mode', 'string or null', ''],
      ['client', 'string', 'address and port'],
      ['server', 'string', 'where the request went'],
      ['tid', 'string or null', 'where the answer came from'],
      ['options', 'object', 'agreed, value by name'],
      ['outcome', 'string', 'complete, refused, silent, aborted, declined or unfinished'],
      ['error', 'object or null', 'code and message of the ERROR packet'],
      ['octets', 'number', 'distinct octets of the file that were seen'],
      ['blocks', 'number', ''],
      ['resent', 'number', 'packets that were sent again'],
      ['duplicates', 'number', 'sent again without need'],
      ['strangers', 'number', 'packets of strangers'],
      ['duration', 'number', 'milliseconds'],
    ],
  },
  {
    event: 'extracted',
    meaning: 'a file was taken out of a capture',
    fields: [
      transfer,
      ['file', 'string', 'where it is now'],
      ['octets', 'number', ''],
      ['complete', 'boolean', 'false: blocks are missing'],
    ],
  },
  {
    event: 'exported',
    meaning: 'a transfer was written to a file',
    fields: [
      transfer,
      ['file', 'string', ''],
      ['octets', 'number', 'of that file'],
      ['cut', 'number?', 'packets in a capture of which only the beginning was known'],
    ],
  },
] as const satisfies readonly EventRow[];

// What terminals obey or do not show, and halves of characters: as escapes the JSON stays the same.
const unsafe = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/gu;

/** The event as one line of JSON that no terminal obeys, whatever is in its texts. */
export function eventJson(event: ShellEvent): string {
  return JSON.stringify(event).replace(unsafe, (character) =>
    // Beyond the first plane JSON has two escapes for one character.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
