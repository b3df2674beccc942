// A test runner for StrykerJS: bundles the tests of one room with its mutated sources, and runs them in this process.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { clearTimeout, setTimeout } from 'node:timers';
import { performance } from 'node:perf_hooks';
import { build } from 'esbuild';
import { mutationRooms } from './rooms.js';

const room = mutationRooms[process.env['MUTATION_ROOM']];
/** How long each test took without a mutant. */
const durations = 'dist/durations.json';
/** Milliseconds of one test, as in vitest.config.ts. */
const longest = 20_000;

const entry = () => {
  const names = readdirSync('test', { recursive: true }).map((name) => join('test', name));
  const wanted = names.filter((name) => name.endsWith('.test.ts') && room.tests.test(name)).sort();
  const lines = wanted.map((name) => `await file('${name}', () => import('./${name}'));`);
  return [
    "import fc from 'fast-check';",
    "import { file } from 'vitest';",
    'fc.configureGlobal({ seed: 1 });',
    ...lines,
  ].join('\n');
};

const vitest = {
  name: 'vitest',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^vitest$/ }, () => ({
      path: pathToFileURL(resolve('.config/mutation/tests.js')).href,
      external: true,
    })),
};

/** Where the mutated sources look for the mutant that is active, and count what they reach. */
const state = (globalThis.__stryker__ = {});

class Runner {
  #stray;
  #loads = 0;
  /** The modules were read without a mutant. */
  #isClean = false;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    process.on('unhandledRejection', (error) => (this.#stray = error));
    await build({
      stdin: { contents: entry(), resolveDir: process.cwd() },
      ...{ outfile: 'dist/mutated.js', bundle: true, format: 'esm', platform: 'node', target: 'node20' },
      absWorkingDir: process.cwd(),
      ...{ packages: 'external', plugins: [vitest], logLevel: 'error' },
    });
    this.#shim = await import(pathToFileURL(resolve('.config/mutation/tests.js')).href);
  }

  #shim;

  async #load() {
    const url = `${pathToFileURL(resolve('dist/mutated.js')).href}?${this.#loads++}`;
    await this.#shim.readTests(() => import(url), room.slow);
  }

  async dryRun() {
    await this.#load();
    this.#isClean = true;
    const results = await this.#run(this.#shim.tests, false);
    writeFileSync(durations, JSON.stringify(results.map(({ id, timeSpentMs }) => [id, timeSpentMs])));
    return { status: 'complete', tests: results, mutantCoverage: state.mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    const isStatic = mutantActivation === 'static';
    Object.assign(state, { hitCount: 0, hitLimit, activeMutant: isStatic ? activeMutant.id : undefined });
    try {
      if (isStatic || !this.#isClean) await this.#load();
    } catch (error) {
      return { status: 'killed', failureMessage: String(error), killedBy: [], nrOfTests: 0 };
    } finally {
      this.#isClean = !isStatic;
    }
    state.activeMutant = activeMutant.id;
    const chosen = this.#shim.tests.filter(({ id }) => testFilter?.includes(id) ?? true);
    // The quickest tests first: most mutants are found by one of them.
    const took = new Map(JSON.parse(readFileSync(durations, 'utf8')));
    chosen.sort((a, b) => took.get(a.id) - took.get(b.id));
    const results = await this.#run(chosen, !disableBail);
    state.activeMutant = undefined;
    if (state.hitCount > hitLimit) return { status: 'timeout', reason: 'a loop without end' };
    const failed = results.filter(({ status }) => status === 1);
    const nrOfTests = results.length;
    if (failed.length === 0) return { status: 'survived', nrOfTests };
    const [{ failureMessage }] = failed;
    return { status: 'killed', failureMessage, killedBy: failed.map(({ id }) => id), nrOfTests };
  }

  async #run(tests, bail) {
    const results = [];
    for (const { id, name, run } of tests) {
      state.currentTestId = id;
      const began = performance.now();
      const error = await this.#outcome(run);
      const result = { id, name, timeSpentMs: performance.now() - began };
      results.push(
        error === undefined
          ? { ...result, status: 0 }
          : { ...result, status: 1, failureMessage: String(error?.message ?? error) },
      );
      if (error !== undefined && bail) break;
    }
    state.currentTestId = undefined;
    return results;
  }

  async #outcome(run) {
    this.#stray = undefined;
    let timer;
    const late = new Promise(
      (_, reject) => (timer = setTimeout(() => reject(new Error('timed out')), longest)),
    );
    try {
      await Promise.race([run(), late]);
      return this.#stray;
    } catch (error) {
      return error ?? new Error('thrown: nothing');
    } finally {
      clearTimeout(timer);
    }
  }
}

const factory = () => new Runner();
factory.inject = [];
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory }];
