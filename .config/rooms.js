// The rooms of src/ and what each may import: the one table that lint enforces.
// README shows the same table; test/architecture.test.ts holds both against the imports.

/** @type {Readonly<Record<string, readonly string[]>>} */
export const rooms = {
  wire: [],
  transfer: ['wire'],
  trace: ['wire', 'transfer'],
  network: ['wire', 'trace'],
  files: [],
  engine: ['wire', 'transfer', 'trace', 'network', 'files'],
  shell: ['wire', 'transfer', 'trace', 'network', 'files', 'engine'],
  ui: ['trace', 'shell'],
};

/** Rooms that are pure: no clock, chance, process, Buffer, async or Node modules. */
export const pureRooms = ['wire', 'transfer', 'trace'];

/** What enters the program in exactly one place: module → the files that may import it. */
export const gates = {
  'node:dgram': ['network/udp.ts'],
  'node:dns': ['network/resolve.ts'],
  'node:dns/promises': ['network/resolve.ts'],
  'node:child_process': ['shell/local.ts'],
};
