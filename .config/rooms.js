// The rooms of src/ and what each may import: the one table that lint enforces.
// src/manual/architecture.md shows the same table; test/architecture.test.ts holds both against the imports.

/** @type {Readonly<Record<string, readonly string[]>>} */
export const rooms = {
  wire: [],
  transfer: ['wire'],
  trace: ['wire', 'transfer'],
  network: ['wire', 'trace'],
  files: ['wire'],
  engine: ['wire', 'transfer', 'trace', 'network', 'files'],
  shell: ['wire', 'transfer', 'trace', 'network', 'files', 'engine'],
  ui: ['trace', 'shell'],
};

/** @type {Readonly<Record<string, string>>} */
export const purposes = {
  wire: 'octets ↔ packets, options, netascii, URIs, and foreign text made printable',
  transfer: 'the machines: a sender and a receiver without I/O, negotiation, retransmission',
  trace: 'what happened, as data: events, packet lines, ladders, captures',
  network: 'where datagrams, time, chance and names come from; the wrappers that observe and impair',
  files: 'every touch of the disk: the jail, sources, sinks, what is offered',
  engine: 'machines driven over a network: client, server, library',
  shell: 'the language, the session, the plain shell without a terminal',
  ui: 'pictures with Ink: prompt, transfers, menus, the terminal’s modes',
};

/** Rooms that are pure: no clock, chance, process, Buffer, async or Node modules. */
export const pureRooms = ['wire', 'transfer', 'trace'];

/** What enters the program in exactly one place: module → the files that may import it. */
export const gates = {
  'node:dgram': ['network/sockets.ts'],
  'node:dns': ['network/resolve.ts'],
  'node:dns/promises': ['network/resolve.ts'],
  'node:child_process': ['shell/session/local-command.ts'],
};
