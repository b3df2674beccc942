// Each citation in the tests names a case of the catalogue, and each case has a test or a reason.
// A citation counts as a test if it is in a string of a test file, outside of skipped and empty tests.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const here = import.meta.dirname;
const root = join(here, '..');

/** `case 12`, `N17`, `invariant 5`, `load 3`; `cases 1 to 3` and `case 20, 66` are several. */
function citations(text: string): readonly string[] {
  const numbered = [
    ...text.matchAll(/\b(case|invariant|load)s? (\d+(?:(?:, (?:case )?| and | to )\d+)*)/g),
  ].flatMap(([, kind = '', list = '']) => numbers(list).map((number) => `${kind} ${number}`));
  const lettered = [...text.matchAll(/\b[PONLFWRCTSX]\d\d\b/g)].map(([id]) => id);
  return [...numbered, ...lettered];
}

function numbers(list: string): readonly number[] {
  const ranges = [...list.matchAll(/(\d+) to (\d+)/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i),
  );
  return [...ranges, ...(list.match(/\d+/g) ?? []).map(Number)];
}

/** The citations in strings that a run executes. */
function proofs(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isNoTest(node)) return;
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      found.push(...citations(node.text));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true));
  return found;
}

/** A call of `test`, `it` or `describe` that proves nothing: skipped, to do, or without a body. */
function isNoTest({ expression, arguments: given }: ts.CallExpression): boolean {
  if (!/^(test|it|describe)\b/.test(expression.getText())) return false;
  if (/\.(skip|todo)\b/.test(expression.getText().replaceAll(/\([^]*\)/g, ''))) return true;
  const body = given.at(-1);
  return (
    body !== undefined &&
    (ts.isArrowFunction(body) || ts.isFunctionExpression(body)) &&
    ts.isBlock(body.body) &&
    body.body.statements.length === 0
  );
}

/** The first cells of the tables of a file, with the second ones. */
function rows(file: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(here, file), 'utf8').split('\n');
  const cells = lines.filter((line) => line.startsWith('| ')).map((line) => line.split(/ ?\| ?/).slice(1));
  return new Map(
    cells.filter(([id]) => id !== 'case').map(([id = '', second = '']) => [id, second] as const),
  );
}

const catalogue = ['protocol.md', 'attacks.md', 'simulation.md'].flatMap((file) => [...rows(file).keys()]);
const untested = rows('untested.md');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('catalogue'))
  .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
/** What support/ says is no test of its own. */
const proved = new Set(
  sources.flatMap(([path, text]) => (path.startsWith('support') ? [] : proofs(path, text))),
);

describe('the catalogue', () => {
  test('has each case once, in the form that citations have', () => {
    expect(catalogue.filter((id, i) => catalogue.indexOf(id) !== i)).toEqual([]);
    expect(catalogue.filter((id) => citations(id).join() !== id)).toEqual([]);
    expect(catalogue.length).toBe(169 + 184 + 15 + 8);
  });

  test('knows each citation in the tests', () => {
    const unknown = sources.flatMap(([path, text]) =>
      citations(text)
        .filter((id) => !catalogue.includes(id))
        .map((id) => `${path}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  test('has a test or a reason for each case', () => {
    expect(catalogue.filter((id) => !proved.has(id) && !untested.has(id))).toEqual([]);
    for (const reason of untested.values()) expect(reason).toMatch(/\w+ \w+ \w+/);
  });

  test('gives a reason only for cases that exist and have no test', () => {
    expect([...untested.keys()].filter((id) => proved.has(id) || !catalogue.includes(id))).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ["test('case 94, N17: x', () => { a(); });", ['case 94', 'N17']],
    ["test('cases 1 to 3: x', () => { a(); });", ['case 1', 'case 2', 'case 3']],
    ["test('case 20, 66, N02: x', () => a());", ['case 20', 'case 66', 'N02']],
    ["test.each([['invariant 5', 1]])('%s', () => { a(); });", ['invariant 5']],
    ["test.skip('case 7: x', () => { a(); });", []],
    ["test.skipIf(isRoot)('case 7: x', () => { a(); });", ['case 7']],
    ["it.todo('case 7: x');", []],
    ["describe.skip('x', () => { test('case 7: x', () => { a(); }); });", []],
    ["test('case 7: x', () => {});", []],
    ['// case 7', []],
  ])('%s', (text, found) => {
    expect([...new Set(proofs('a.test.ts', text))].sort()).toEqual([...found].sort());
  });
});
