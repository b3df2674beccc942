// The tower holds: what each room of src/ imports and touches, against the one table in src/manual/architecture.md and .config/rooms.js.
// The checker takes a tree of texts, so that the tests below can show it a made-up tree that breaks every rule.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** Path under src/, with `/`, to text. */
type Tree = ReadonlyMap<string, string>;
/** Room to the rooms that it may import. */
type Table = ReadonlyMap<string, readonly string[]>;

interface Rules {
  readonly rooms: Table;
  readonly pure: readonly string[];
  /** Module to the files that may import it. */
  readonly gates: ReadonlyMap<string, readonly string[]>;
}

/** Which files may use a power that needs no import: a file, a folder (`files/`), or `/` for the files beside the rooms. */
const globalGates: Readonly<Record<string, readonly string[]>> = {
  process: ['/'],
  setTimeout: ['network/clock.ts'],
  setInterval: ['network/clock.ts'],
  setImmediate: ['network/clock.ts'],
  performance: ['network/clock.ts'],
  Date: ['network/clock.ts'],
  'Math.random': ['network/random.ts'],
  fetch: ['network/http.ts'],
};

/** The same for modules that a whole room owns. */
const roomGates: Readonly<Record<string, readonly string[]>> = {
  'node:fs': ['files/'],
  'node:fs/promises': ['files/'],
  'node:process': ['/'],
  'node:timers': ['network/clock.ts'],
  'node:timers/promises': ['network/clock.ts'],
  ink: ['ui/'],
  'ink-text-input': ['ui/'],
  react: ['ui/'],
};

/** Who may import the texts of src/manual/. */
const manualDoors = ['shell/help/topics.ts', 'shell/lesson/lessons.ts'];

const longestFile = 400;
const longestHead = 6;
/** Files that may import each other in a circle; imports of types and `import()` count. */
const largestCircle = 5;
const mostFiles = 20;

function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '/';
}

function mayEnter(path: string, doors: readonly string[]): boolean {
  return doors.some(
    (door) => path === door || (door.endsWith('/') && (roomOf(path) + '/').replace('//', '/') === door),
  );
}

/** Every breach in the tree, one sentence each; empty when the tower holds. */
function breaches(tree: Tree, rules: Rules): string[] {
  const found: string[] = [];
  for (const [path, text] of tree) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true, ts.ScriptKind.TSX);
    found.push(
      ...headBreaches(path, text),
      ...importBreaches(path, text, rules),
      ...lazyBreaches(path, file),
    );
    found.push(...globalBreaches(path, file, rules));
  }
  found.push(...loops(rules.rooms).map((room) => `${room}/ may import itself through other rooms`));
  found.push(...folderBreaches(tree), ...circleBreaches(tree));
  return found;
}

function folderBreaches(tree: Tree): string[] {
  const counts = new Map<string, number>();
  for (const path of tree.keys()) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > mostFiles)
    .map(([folder, count]) => `${folder} holds ${count} files, more than ${mostFiles}`);
}

function circleBreaches(tree: Tree): string[] {
  return circles(importGraph(tree))
    .filter((circle) => circle.length > largestCircle)
    .map(
      (circle) =>
        `${circle.length} files import each other, more than ${largestCircle}: ${circle.sort().join(', ')}`,
    );
}

/** Each file with the files of the tree that it imports, types and `import()` included. */
function importGraph(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const targets = (path: string, text: string): readonly string[] =>
    ts
      .preProcessFile(text, true, true)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => join('/', path, '..', fileName).split(sep).join('/').slice(1))
      .filter((target) => tree.has(target));
  return new Map([...tree].map(([path, text]) => [path, targets(path, text)]));
}

/** Files from which imports lead back to themselves, by circle: the strongly connected components (Tarjan). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    stack.push(path);
    for (const next of graph.get(path) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(next)!));
    }
    if (lowest.get(path) === order.get(path)) found.push(stack.splice(stack.indexOf(path)));
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return found.filter((circle) => circle.length > 1);
}

function headBreaches(path: string, text: string): string[] {
  const found: string[] = [];
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length > longestFile) found.push(`${path} has ${lines.length} lines, more than ${longestFile}`);
  const body = lines[0]?.startsWith('#!') === true ? lines.slice(1) : lines;
  const head = body.findIndex((line) => !line.startsWith('//'));
  const length = head === -1 ? body.length : head;
  if (length < 1 || length > longestHead)
    found.push(`${path} opens with ${length} comment lines, not 1 to ${longestHead}`);
  return found;
}

function importBreaches(path: string, text: string, rules: Rules): string[] {
  const found: string[] = [];
  const room = roomOf(path);
  if (room !== '/' && !rules.rooms.has(room))
    found.push(`${path} is in ${room}/, which is no room of the table`);
  for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
    if (/\.(?:md|lesson)$/.test(fileName)) {
      if (!mayEnter(path, manualDoors))
        found.push(`${path} imports ${fileName}: only ${manualDoors.join(', ')} may`);
    } else if (fileName.startsWith('.')) {
      const target = join('/', path, '..', fileName).split(sep).join('/').slice(1);
      const other = roomOf(target);
      const may = other === room || room === '/' || rules.rooms.get(room)?.includes(other) === true;
      if (!may) found.push(`${path} imports ${target}: ${room}/ may not import ${other}`);
    } else {
      const doors = rules.gates.get(fileName) ?? roomGates[fileName];
      if (doors !== undefined && !mayEnter(path, doors))
        found.push(`${path} imports ${fileName}: only ${doors.join(', ')} may`);
      if (rules.pure.includes(room) && !fileName.startsWith('.'))
        found.push(`${path} imports ${fileName}: ${room}/ is pure`);
    }
  }
  return found;
}

/** A pipe or a one-shot command must not load Ink: outside of ui/, its files are imported by `import()` or as types. */
function lazyBreaches(path: string, file: ts.SourceFile): string[] {
  if (roomOf(path) === 'ui') return [];
  return file.statements
    .filter((statement) => ts.isImportDeclaration(statement))
    .filter((statement) => statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    .map((statement) => (statement.moduleSpecifier as ts.StringLiteral).text)
    .filter((name) => name.startsWith('./ui/'))
    .map((name) => `${path} imports ${name} at once: a pipe must not load it`);
}

function globalBreaches(path: string, file: ts.SourceFile, rules: Rules): string[] {
  const found = new Set<string>();
  const pure = rules.pure.includes(roomOf(path));
  const own = declaredNames(file);
  const visit = (node: ts.Node): void => {
    const power = powerOf(node);
    if (power !== undefined && !own.has(power)) {
      const doors = globalGates[power];
      if (doors !== undefined && !mayEnter(path, doors))
        found.add(
          `${path} uses ${power}: only ${doors.map((door) => (door === '/' ? 'cli.ts and index.ts' : door)).join(', ')} may`,
        );
      if (pure && power === 'Buffer') found.add(`${path} uses Buffer: ${roomOf(path)}/ is pure`);
    }
    if (pure && (node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node)))
      found.add(`${path} is asynchronous: ${roomOf(path)}/ is pure`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...found];
}

/** Names that the file declares or imports itself: they are not the globals. */
function declaredNames(file: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      (ts.isVariableDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isFunctionDeclaration(node) ||
        ts.isImportSpecifier(node)) &&
      node.name !== undefined &&
      ts.isIdentifier(node.name)
    )
      names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** The global that this node uses as a value, or undefined. `new Date(value)` only converts and is nobody's clock. */
function powerOf(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  if ('name' in parent && parent.name === node) return undefined;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return undefined;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return undefined;
  if (node.text === 'globalThis' && ts.isElementAccessExpression(parent)) return 'process';
  if (node.text === 'Date' && ts.isNewExpression(parent) && (parent.arguments?.length ?? 0) > 0)
    return undefined;
  return node.text;
}

/** Rooms from which the table leads back to themselves. */
function loops(table: Table): string[] {
  const reach = (from: string, seen: Set<string>): Set<string> => {
    for (const next of table.get(from) ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        reach(next, seen);
      }
    return seen;
  };
  return [...table.keys()].filter((room) => reach(room, new Set()).has(room));
}

/** The Markdown table headed `| room | may import |` (further columns are prose); undefined where there is none. */
function tableIn(markdown: string): Table | undefined {
  const lines = markdown.split('\n');
  const head = lines.findIndex((line) => /^\|\s*room\s*\|\s*may import\s*\|/i.test(line));
  if (head === -1) return undefined;
  const table = new Map<string, readonly string[]>();
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    const [room, imports] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.replaceAll(/[`\s/]/g, ''));
    table.set(room!, imports === 'nothing' ? [] : imports!.split(','));
  }
  return table;
}

function sorted(table: Table | undefined): unknown {
  return table && [...table].map(([room, others]) => [room, [...others].sort()]).sort();
}

const home = fileURLToPath(new URL('..', import.meta.url));

function readTree(folder: string): Tree {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
}

const config = (await import(join(home, '.config', 'rooms.js'))) as {
  rooms: Record<string, readonly string[]>;
  pureRooms: readonly string[];
  gates: Record<string, readonly string[]>;
};
const rules: Rules = {
  rooms: new Map(Object.entries(config.rooms)),
  pure: config.pureRooms,
  gates: new Map(Object.entries(config.gates)),
};
const tree = readTree(join(home, 'src'));

describe('the tower', () => {
  test('the table in architecture.md is the one that lint enforces', () => {
    const table = tableIn(readFileSync(join(home, 'src/manual/architecture.md'), 'utf8'));
    expect(sorted(table)).toEqual(sorted(rules.rooms));
  });

  test('no file of src/ breaks a rule', () => {
    expect(breaches(tree, rules)).toEqual([]);
  });

  test.each([...rules.gates].filter(([name]) => !name.startsWith('node:dns')))(
    '%s enters through one file',
    (name, doors) => {
      const users = [...tree].filter(([, text]) =>
        ts.preProcessFile(text, true, true).importedFiles.some((file) => file.fileName === name),
      );
      expect(doors).toHaveLength(1);
      expect(users.map(([path]) => path).filter((path) => !doors.includes(path))).toEqual([]);
    },
  );
});

describe('the checker itself', () => {
  const made = (files: Record<string, string>): string[] => breaches(new Map(Object.entries(files)), rules);
  const head = '// A made-up file.\n';

  test.each<[string, string, string, RegExp]>([
    ['an upward import', 'wire/a.ts', "import { b } from '../engine/b.ts';", /wire\/ may not import engine/],
    [
      'an upward type import',
      'transfer/a.ts',
      "import type { B } from '../network/b.ts';",
      /may not import network/,
    ],
    ['an upward re-export', 'trace/a.ts', "export { b } from '../shell/b.ts';", /may not import shell/],
    ['an upward import()', 'engine/a.ts', "void import('../ui/b.tsx');", /engine\/ may not import ui/],
    ['a skipped floor', 'ui/a.tsx', "import { b } from '../engine/b.ts';", /ui\/ may not import engine/],
    [
      'an import from a folder of a room',
      'shell/commands/a.ts',
      "import '../../ui/b.tsx';",
      /shell\/ may not import ui/,
    ],
    ['an import of the composition root', 'shell/a.ts', "import '../cli.ts';", /shell\/ may not import \//],
    ['an unknown room', 'attic/a.ts', '', /attic\/, which is no room/],
    [
      'a second door for sockets',
      'engine/a.ts',
      "import { createSocket } from 'node:dgram';",
      /only network\/sockets.ts may/,
    ],
    [
      'a second door for names',
      'network/a.ts',
      "import 'node:dns/promises';",
      /only network\/resolve.ts may/,
    ],
    [
      'a second door for programs',
      'shell/a.ts',
      "import 'node:child_process';",
      /only shell\/session\/local-command.ts may/,
    ],
    ['the disk elsewhere', 'shell/a.ts', "import { readFile } from 'node:fs/promises';", /only files\/ may/],
    [
      'a text of the manual elsewhere',
      'shell/a.ts',
      "import text from '../manual/keys.md';",
      /only shell\/help\/topics.ts, shell\/lesson\/lessons.ts may/,
    ],
    ['Ink in a pipe', 'shell/a.ts', "import { Box } from 'ink';", /only ui\/ may/],
    ['Ink at once', 'cli.ts', "import { app } from './ui/app.tsx';", /must not load it/],
    ['Node in a pure room', 'wire/a.ts', "import { join } from 'node:path';", /wire\/ is pure/],
    ['Buffer in a pure room', 'wire/a.ts', 'export const a = Buffer.alloc(1);', /uses Buffer/],
    ['async in a pure room', 'trace/a.ts', 'export const a = async () => 1;', /is asynchronous/],
    [
      'chance elsewhere',
      'transfer/a.ts',
      'export const a = Math.random();',
      /uses Math.random: only network\/random.ts/,
    ],
    ['a clock elsewhere', 'engine/a.ts', 'export const a = Date.now();', /uses Date: only network\/clock.ts/],
    ['a wall clock elsewhere', 'engine/a.ts', 'export const a = new Date();', /uses Date/],
    ['a timer elsewhere', 'network/udp.ts', 'setTimeout(() => 1, 1);', /uses setTimeout/],
    ['a timer by import', 'engine/a.ts', "import 'node:timers/promises';", /only network\/clock.ts may/],
    [
      'HTTP elsewhere',
      'files/a.ts',
      "export const a = fetch('https://h/');",
      /uses fetch: only network\/http.ts/,
    ],
    ['the process elsewhere', 'ui/a.tsx', 'export const a = process.argv;', /uses process: only cli.ts/],
    ['a long file', 'wire/a.ts', '\n'.repeat(400), /has 40\d lines/],
  ])('finds %s', (_what, path, text, breach) => {
    expect(made({ [path]: head + text + '\n' })).toContainEqual(expect.stringMatching(breach));
  });

  test('finds a file without its opening comment', () => {
    expect(made({ 'wire/a.ts': 'export const a = 1;\n' })).toEqual([
      'wire/a.ts opens with 0 comment lines, not 1 to 6',
    ]);
    expect(made({ 'wire/a.ts': '// x\n'.repeat(7) })).toHaveLength(1);
  });

  test('finds a circle of more than five files, whatever kind of import closes it', () => {
    const ring = (length: number, form: (to: string) => string): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [`wire/${at}.ts`, head + form(`./${(at + 1) % length}.ts`)]),
      );
    const forms = [
      (to: string) => `import { a } from '${to}';\n`,
      (to: string) => `import type { A } from '${to}';\n`,
      (to: string) => `export type { A } from '${to}';\n`,
      (to: string) => `export const a = (): unknown => import('${to}');\n`,
      (to: string) => `export type A = import('${to}').A;\n`,
    ];
    for (const form of forms) {
      expect(made(ring(6, form))).toEqual([
        '6 files import each other, more than 5: wire/0.ts, wire/1.ts, wire/2.ts, wire/3.ts, wire/4.ts, wire/5.ts',
      ]);
      expect(made(ring(5, form))).toEqual([]);
    }
    const chain = ring(8, forms[0]!);
    expect(made({ ...chain, 'wire/7.ts': head })).toEqual([]);
  });

  test('finds two circles that share a file as one', () => {
    const files = {
      'wire/hub.ts': "import './a1.ts';\nimport './b1.ts';\n",
      'wire/a1.ts': "import './a2.ts';\n",
      'wire/a2.ts': "import './hub.ts';\n",
      'wire/b1.ts': "import './b2.ts';\n",
      'wire/b2.ts': "import './b3.ts';\n",
      'wire/b3.ts': "import './hub.ts';\n",
    };
    expect(
      made(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, head + text]))),
    ).toEqual([expect.stringMatching(/^6 files import each other/)]);
  });

  test('finds a folder of more than twenty files', () => {
    const files = (count: number, folder: string): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/${at}.ts`, head]));
    expect(made(files(21, 'wire/words'))).toEqual(['wire/words/ holds 21 files, more than 20']);
    expect(made({ ...files(20, 'wire/words'), ...files(20, 'wire') })).toEqual([]);
  });

  test('finds a table that leads in circles', () => {
    const circle = { ...rules, rooms: new Map([...rules.rooms, ['wire', ['engine']]]) };
    expect(breaches(new Map(), circle)).toContain('wire/ may import itself through other rooms');
  });

  test('leaves alone what is allowed', () => {
    const allowed = {
      'wire/a.ts': "import { b } from './b.ts';\nexport const a = { process: b, Date: 1 }.process;",
      'trace/a.ts':
        "import type { Packet } from '../wire/packet.ts';\nexport const when = (n: number): Date => new Date(n);",
      'network/sockets.ts': "import { createSocket } from 'node:dgram';\nexport const a = createSocket;",
      'network/clock.ts': 'export const now = () => performance.now();',
      'ui/a.tsx': "import { Text } from 'ink';\nexport const A = () => <Text>process</Text>;",
      'cli.ts':
        "#!/usr/bin/env node\n// The root.\nvoid import('./ui/app.tsx');\nexport const a = process.argv;",
      'shell/a.ts': "// from '../ui/b.ts' in a comment\nexport const process = 1;\nexport const b = process;",
    };
    const files = Object.entries(allowed).map(([path, text]) => [
      path,
      path === 'cli.ts' ? text : head + text,
    ]);
    expect(made(Object.fromEntries(files) as Record<string, string>)).toEqual([]);
  });

  test('reads the table wherever it stands, with code marks and further columns', () => {
    const text =
      'a\n\n| room | may import | holds |\n|---|---|---|\n| `wire/` | nothing | x |\n| `trace/` | `wire`, `transfer` | y |\n\n| `z` | q |';
    expect(tableIn(text)).toEqual(
      new Map([
        ['wire', []],
        ['trace', ['wire', 'transfer']],
      ]),
    );
    expect(tableIn('no table')).toBeUndefined();
  });
});
