// Lint rules: typed TypeScript rules for all, and for each room of src/ what it may import and touch.
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { gates, pureRooms, rooms } from './.config/rooms.js';

const names = Object.keys(rooms);

/** Rules of one room: imports go down the tower only, and each outside power has one door. */
function roomRules(room) {
  const forbidden = names.filter((other) => other !== room && !rooms[room].includes(other));
  const patterns = [
    {
      regex: `^\\.\\./(\\.\\./)*(${forbidden.join('|')})/`,
      message: `${room}/ may import only: ${rooms[room].join(', ') || 'nothing'}. Move the code to the room that may, or pass it in.`,
    },
  ];
  if (pureRooms.includes(room))
    patterns.push({
      regex: '^node:',
      message: `${room}/ is pure: octets, time and chance are arguments; network/ and files/ own Node.`,
    });
  const paths = Object.entries(gates)
    .filter(([, doors]) => !doors.some((door) => door.startsWith(`${room}/`)))
    .map(([name, doors]) => ({ name, message: `Only ${doors.join(', ')} may use ${name}.` }));
  if (room !== 'ui')
    for (const name of ['ink', 'react', 'ink-text-input'])
      paths.push({ name, message: 'Only ui/ draws: a pipe must not load Ink or React.' });
  if (room !== 'files')
    for (const name of ['node:fs', 'node:fs/promises'])
      paths.push({ name, message: 'Only files/ touches the disk.' });
  return {
    files: [`src/${room}/**/*.{ts,tsx}`],
    rules: {
      'no-restricted-imports': ['error', { patterns, paths }],
      'no-restricted-globals': ['error', ...globalsFor(room)],
    },
  };
}

function globalsFor(room) {
  const list = [{ name: 'process', message: 'Only cli.ts reads or changes the process.' }];
  for (const name of ['setTimeout', 'setInterval', 'performance', 'Date'])
    list.push({ name, message: 'Real time enters in network/clock.ts only.' });
  list.push({ name: 'fetch', message: 'HTTP enters in network/http.ts only.' });
  if (pureRooms.includes(room)) list.push({ name: 'Buffer', message: 'The pure rooms use Uint8Array.' });
  return list;
}

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', '.ci/cache/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      'max-lines': ['error', { max: 400 }],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'No namespaces.' },
      ],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  ...names.map(roomRules),
  {
    files: ['src/network/clock.ts', 'src/network/random.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['src/network/http.ts'],
    rules: {
      'no-restricted-globals': ['error', ...globalsFor('network').filter(({ name }) => name !== 'fetch')],
    },
  },
  {
    files: ['src/ui/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 500 }],
    },
  },
  {
    files: ['vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
  },
);
