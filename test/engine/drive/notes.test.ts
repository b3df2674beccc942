// Notes name the datagram that they are about, through the whole engine: a view never has to guess it.
import { expect, test } from 'vitest';
import { Client } from '../../../src/engine/client/client.ts';
import type { Note } from '../../../src/transfer/note.ts';
import type { DatagramEvent, NoteEvent, Side, TraceEvent } from '../../../src/trace/record/event.ts';
import { error, pattern } from '../../support/script.ts';
import { inMemory, serve, settled, traceOf } from '../../support/towers.ts';

const isNote = (event: TraceEvent): event is NoteEvent => event.type === 'note';

/** The notes of a type at one side, each with the datagram that it names. */
function notesOf(events: readonly TraceEvent[], type: Note['type'], side: Side) {
  const datagrams = events.filter(
    (event): event is DatagramEvent => event.type === 'sent' || event.type === 'received',
  );
  return events
    .filter(isNote)
    .filter((event) => event.note.type === type && event.tag.side === side)
    .map(({ datagram }) => datagrams.find(({ id }) => id === datagram));
}

test('of a get: the request, the OACK, the last DATA; a timer names none', async () => {
  const stage = inMemory();
  const events = traceOf(stage);
  const { to } = await serve(stage, { f: pattern(1300) });
  stage.impaired.set({
    scripted: [
      {
        ...{ direction: 'outgoing', fate: 'lost' },
        matches: (packet) => packet.op === 'ACK' && packet.block === 2,
      },
    ],
  });
  const transfer = new Client(stage.tower).get({
    remote: { host: to.address, port: to.port, file: 'f' },
    settings: { blksize: 512, windowsize: 'off' },
    to: { type: 'memory' },
  });
  await settled(stage, transfer.done);
  expect(notesOf(events, 'negotiated', 'server')).toMatchObject([
    { type: 'received', packet: { op: 'RRQ' } },
  ]);
  expect(notesOf(events, 'negotiated', 'client')).toMatchObject([
    { type: 'received', packet: { op: 'OACK' } },
  ]);
  expect(notesOf(events, 'pinned', 'client')).toMatchObject([{ type: 'received', packet: { op: 'OACK' } }]);
  expect(notesOf(events, 'dallying', 'client')).toMatchObject([
    { type: 'received', packet: { op: 'DATA', block: 3 } },
  ]);
  const timers = events.filter(isNote).filter(({ note }) => note.type === 'timed-out');
  expect(timers).not.toHaveLength(0);
  expect(timers.map(({ datagram }) => datagram)).toEqual(timers.map(() => undefined));
});

test('of a fallback: the ERROR that refused the options', async () => {
  const stage = inMemory();
  const events = traceOf(stage);
  const server = await stage.peer();
  const transfer = new Client(stage.tower).get({
    remote: { host: '127.0.0.1', port: server.local.port, file: 'f' },
    settings: { blksize: 512 },
    to: { type: 'memory' },
  });
  await settled(stage, server.hear());
  server.send(error(8, 'no options'), server.from);
  await settled(stage, server.hear());
  expect(notesOf(events, 'fallback', 'client')).toMatchObject([
    { type: 'received', packet: { op: 'ERROR', code: 8 } },
  ]);
  transfer.abort();
  await settled(
    stage,
    transfer.done.catch(() => undefined),
  );
});
