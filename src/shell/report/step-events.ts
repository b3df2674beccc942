// The JSON events of step mode: rows of the table of events.

/** What `step` and the commands about held packets print. */
export const stepEvents = [
  {
    event: 'step',
    meaning: 'step mode was switched on or off, or asked about',
    fields: [
      ['on', 'boolean', ''],
      ['ends', 'string', 'client, server or both: where packets are held'],
      ['until', 'string?', 'the packet up to which they pass'],
      ['held', 'number', 'packets that are held now'],
    ],
  },
  {
    event: 'held',
    meaning: 'step mode holds a packet, and waits for a decision',
    fields: [
      ['number', 'number', 'counted from 1 while step mode is on'],
      ['transfer', 'number', '0: not yet part of a transfer'],
      ['side', 'string', 'client or server: our end that sends or received it'],
      ['direction', 'string', 'sent or received'],
      ['peer', 'string', ''],
      ['summary', 'string', 'the packet in words'],
      ['octets', 'number', 'in the datagram'],
      ['hex', 'string', 'its octets, at most 512'],
      ['again', 'boolean', 'the same packet went the same way before'],
      ['late', 'number', 'milliseconds since time stands still; 0: it stopped with this packet'],
      ['waiting', 'number', 'packets that are held after it'],
      ['lines', 'strings', 'what follows from it and why, and the state of the ends'],
      ['remarks', 'strings', 'what is out of the ordinary'],
    ],
  },
  {
    event: 'stepped',
    meaning: 'a decision about a held packet',
    fields: [
      ['number', 'number', 'of the packet; 0 with release'],
      ['deed', 'string', 'next, drop, twice, wait, edit, inject or release'],
      ['packet', 'string', 'the packet in words, before the deed'],
      ['what', 'string', 'what was done, in words'],
    ],
  },
  {
    event: 'prediction',
    meaning: 'a prediction was judged',
    fields: [
      ['right', 'boolean', ''],
      ['predicted', 'string', ''],
      ['sends', 'string', 'what is sent'],
      ['text', 'string', 'the judgement, and why'],
    ],
  },
] as const;
