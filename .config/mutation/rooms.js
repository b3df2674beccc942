// What `npm run mutation` changes, room by room, and the tests that must find it.

const jail = ['caseless', 'jail', 'name', 'rewrite'].map((name) => `src/files/offerings/${name}.ts`);
const paths = ['new-directories', 'path', 'room', 'walk', 'walk-portable'].map(
  (name) => `src/files/disk/${name}.ts`,
);

/** @type {Readonly<Record<string, { readonly mutate: readonly string[], readonly tests: RegExp }>>} */
export const mutationRooms = {
  wire: { mutate: ['src/wire/*.ts'], tests: /^test\/wire\// },
  // torture.test.ts replaces a module: only vitest can do that.
  jail: {
    mutate: [...jail, ...paths],
    tests: /^test\/files\/(offerings\/(?!crash|torture|copies|wrappers)|disk\/(walk|room)\.)/,
  },
  transfer: { mutate: ['src/transfer/**/*.ts'], tests: /^test\/(transfer|rfc)\// },
};
