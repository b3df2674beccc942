// What `npm run mutation` changes, room by room, and the tests that must find it.

const jail = ['caseless', 'jail', 'name', 'rewrite'].map((name) => `src/files/offerings/${name}.ts`);
const paths = ['new-directories', 'path', 'room', 'walk', 'walk-portable'].map(
  (name) => `src/files/disk/${name}.ts`,
);

/**
 * `tests`: the files with the tests. `slow`: titles of tests that do thousands of times what quicker ones do once.
 *
 * @typedef {{ readonly mutate: readonly string[], readonly tests: RegExp, readonly slow: RegExp }} Room
 */

/** @type {Readonly<Record<string, Room>>} */
export const mutationRooms = {
  wire: {
    mutate: ['src/wire/*.ts'],
    tests: /^test\/wire\//,
    slow: /what is UTF-8 is read|no code point comes through/,
  },
  jail: {
    mutate: [...jail, ...paths],
    // torture.test.ts replaces a module, which only vitest can do; crash.test.ts starts processes.
    tests: /^test\/files\/(offerings\/(?!crash|torture)|disk\/)/,
    slow: /20,000 opens|1,000 failures of each kind|fit into a component for any leaf|nor do they where links/,
  },
  transfer: {
    mutate: ['src/transfer/**/*.ts'],
    // These three play hundreds of thousands of packets.
    tests: /^test\/(rfc|transfer)\/(?!faults|mutants|rollover\.)/,
    slow: /^invariants 1, 5|a timer of \$timer|^seed %d:|are never exceeded/,
  },
};
