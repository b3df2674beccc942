// `npm run peers`: the exchanges with other people's programs as a table, with its date, in test/peers/matrix.md.
// The peers come from .ci/peers. A failed exchange fails the run, and the table says so.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const columns = ['get octet', 'put octet', 'get netascii', 'put netascii', 'with loss'];
const files = ['servers', 'clients', 'impair', 'proxy', 'firmware', 'atftp-suite'].map(
  (name) => `test/peers/${name}.test.ts`,
);

function results() {
  const folder = mkdtempSync(join(tmpdir(), 'tftpsh-matrix-'));
  const report = join(folder, 'report.json');
  try {
    spawnSync('npx', ['vitest', 'run', '--reporter=json', `--outputFile=${report}`, ...files], {
      stdio: 'inherit',
    });
    return JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((file) => file.assertionResults);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The tests of atftp: their pair and whether they passed are lines of their own. */
const isSuite = ({ ancestorTitles: [suite] }) => suite === 'the tests of atftp';

/** The row and the column of a test: its suite names the pair, its title what moves. Others have no cell. */
function cellOf({ ancestorTitles, title }) {
  const suite = ancestorTitles.at(-1);
  const pair = suite.replace(', with loss', '');
  if (title.startsWith('one ')) return [pair.includes('↔') ? pair : `our client ↔ ${pair}`, 'with loss'];
  const [, direction, mode] = /(?:^|: )(get|put)s .*, (octet|netascii)$/.exec(title) ?? [];
  return direction === undefined ? undefined : [pair, `${direction} ${mode}`];
}

function tableOf(tests) {
  const rows = new Map();
  for (const test of tests) {
    const place = isSuite(test) ? undefined : cellOf(test);
    if (place === undefined) continue;
    const [pair, column] = place;
    const row = rows.get(pair) ?? new Map();
    rows.set(pair, row.set(column, [...(row.get(column) ?? []), test.status]));
  }
  const tried = ([, row]) => [...row.values()].flat().some((status) => /passed|failed/.test(status));
  const lines = [...rows]
    .filter(tried)
    .map(
      ([pair, row]) => `| ${[pair, ...columns.map((column) => cell(row.get(column) ?? []))].join(' | ')} |`,
    );
  return [`| pair | ${columns.join(' | ')} |`, `|---${'|---'.repeat(columns.length)}|`, ...lines];
}

/** `7`, `5 of 7` where the others are left out, `6, 1 failed`; empty where nothing moves. */
function cell(statuses) {
  const count = (wanted) => statuses.filter((status) => status === wanted).length;
  const [passed, failed] = [count('passed'), count('failed')];
  if (passed + failed === 0) return '';
  const of = passed + failed < statuses.length ? ` of ${statuses.length}` : '';
  return `${passed}${of}${failed > 0 ? `, ${failed} failed` : ''}`;
}

function suiteOf(tests) {
  const lines = tests.filter(isSuite).map(({ title, status }) => `* ${title}: ${status}`);
  return lines.length > 0 ? lines : ['* skipped'];
}

const tests = results();
const date = new Date().toISOString().slice(0, 10);
writeFileSync(
  'test/peers/matrix.md',
  `# Exchanges with other programs

Made by \`npm run peers\` on ${date}, with the packages that \`.ci/peers\` fetches from Debian. A number counts the files of different sizes that arrived whole, each with several sets of options. \`5 of 7\`: the others are left out; \`test/peers/left-out.ts\` says why.

${tableOf(tests).join('\n')}

U-Boot and iPXE run in QEMU. The pairs of two other programs exchange through \`impair-proxy\`.

The own tests of atftp, from its source:

${suiteOf(tests).join('\n')}
`,
);
process.exitCode = tests.some(({ status }) => status === 'failed') || tests.length === 0 ? 1 : 0;
