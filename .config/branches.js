// For the fuzzer's build: each branch of src/ counts itself the first time it is taken, in globalThis.__branches. So the fuzzer
// sees which inputs reach code that no input reached before.
import { readFile } from 'node:fs/promises';
import ts from 'typescript';

/** Where the branch `body` begins and ends, and what goes there; undefined if `body` is not a branch. */
function marks(body, number) {
  const count = `__branches.taken(${number})`;
  if (ts.isBlock(body)) return [[body.getStart() + 1, `${count};`]];
  if (ts.isStatement(body))
    return [
      [body.getStart(), `{${count};`],
      [body.end, '}'],
    ];
  return [
    [body.getStart(), `(${count},`],
    [body.end, ')'],
  ];
}

const logical = [
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
];

/** The statements and expressions below `node` that run or do not. */
function branchesOf(node) {
  if (ts.isIfStatement(node)) return [node.thenStatement, node.elseStatement];
  if (ts.isIterationStatement(node, false)) return [node.statement];
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isBinaryExpression(node) && logical.includes(node.operatorToken.kind)) return [node.right];
  return ts.isFunctionLike(node) ? [node.body] : [];
}

let number = 0;

function counted(path, text) {
  const inserts = [];
  const visit = (node) => {
    for (const body of branchesOf(node)) if (body !== undefined) inserts.push(...marks(body, number++));
    if (ts.isCaseOrDefaultClause(node) && node.statements.length > 0)
      inserts.push([node.statements[0].getStart(), `__branches.taken(${number++});`]);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true));
  // Of two marks at one place the outer one was found first: it opens first and closes last.
  let out = '';
  let done = 0;
  for (const [at, mark] of inserts.map((one, order) => [...one, order]).sort(byPlace)) {
    out += text.slice(done, at) + mark;
    done = at;
  }
  return out + text.slice(done);
}

const isEnd = (mark) => mark === ')' || mark === '}';

function byPlace([at, mark, order], [otherAt, otherMark, otherOrder]) {
  if (at !== otherAt) return at - otherAt;
  if (isEnd(mark) !== isEnd(otherMark)) return isEnd(mark) ? -1 : 1;
  return isEnd(mark) ? otherOrder - order : order - otherOrder;
}

/** Counts the branches that were taken at least once. */
const counter = `globalThis.__branches = {
  count: 0,
  seen: new Uint8Array(65536),
  taken(number) {
    if (this.seen[number] === 1) return;
    this.seen[number] = 1;
    this.count += 1;
  },
};`;

/** Options of the build that counts. */
export const withBranches = (options) => ({ ...options, banner: { js: counter }, plugins: [branches] });

const branches = {
  name: 'branches',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => ({
      contents: counted(path, await readFile(path, 'utf8')),
      loader: 'ts',
    })),
};
