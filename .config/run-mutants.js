// `npm run mutants`: the simulation must find each mistake of mutants.js within 500 seeds. Prints which invariant found it.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { mutants } from './mutants.js';
import { simulation } from './simulation.js';

const seeds = 500;
let missed = 0;
for (const [number, mutant] of mutants.entries()) {
  const name = `mutant-${number}`;
  await build(simulation(name, mutant));
  const program = `dist/simulation/${name}.js`;
  const { stdout, status } = spawnSync(process.execPath, [program, '--seeds', `${seeds}`, '--first', 'yes'], {
    encoding: 'utf8',
  });
  const found = /^after (\d+) seeds: ([^\n]*)/.exec(stdout);
  if (status !== 1 || found === null) missed++;
  const verdict = found === null ? 'NOT FOUND' : `${found[1].padStart(3)} seeds  ${found[2]}`;
  console.log(`${mutant.name.padEnd(44)} ${verdict}`);
}
console.log(`${mutants.length - missed} of ${mutants.length} mistakes found`);
process.exitCode = missed === 0 ? 0 : 1;
