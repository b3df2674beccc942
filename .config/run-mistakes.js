// `npm run mistakes [-- PART-OF-A-NAME]`: the tests must find each mistake of mistakes.js. Prints which test found it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mistakes } from './mistakes.js';

const folder = mkdtempSync(join(tmpdir(), 'tftpsh-mistakes-'));
const report = join(folder, 'report.json');
const wanted = mistakes.filter(({ name }) => name.includes(process.argv[2] ?? ''));
let missed = 0;

/** The title of the first test that fails with the mistake; undefined where none does. */
function finder({ name, tests }) {
  rmSync(report, { force: true });
  const { stderr } = spawnSync(
    'npx',
    ['vitest', 'run', '--bail=1', '--reporter=json', `--outputFile=${report}`, ...tests],
    { env: { ...process.env, TFTPSH_MISTAKE: name }, encoding: 'utf8' },
  );
  if (!stderr.includes(`mistake made: ${name}`)) throw new Error(`"${name}" was not made:\n${stderr}`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  return failed[0]?.fullName ?? testResults.find(({ status }) => status === 'failed')?.message;
}

try {
  for (const mistake of wanted) {
    const found = finder(mistake);
    if (found === undefined) missed++;
    console.log(`${mistake.name}\n    ${found ?? 'NOT FOUND'}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${wanted.length - missed} of ${wanted.length} mistakes found`);
process.exitCode = missed === 0 && wanted.length > 0 ? 0 : 1;
