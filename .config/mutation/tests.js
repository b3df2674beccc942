// The part of vitest's interface that the tests of the mutated rooms use. Vitest starts a thread for each file and each run;
// this runs one test in microseconds, so that thousands of mutants take minutes. `vitest` is replaced by it in the bundle.
import {
  chai,
  ASYMMETRIC_MATCHERS_OBJECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  getState,
  setState,
} from '@vitest/expect';

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, globalThis[ASYMMETRIC_MATCHERS_OBJECT], {
  getState: () => getState(expect),
});
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);

/** The suite that is being read. */
let current = newSuite('', undefined);
/** The tests that were read, in their order: `{ id, name, run }`. */
export let tests = [];

function newSuite(name, parent) {
  return { name, parent, isOpen: false, beforeAll: [], beforeEach: [], afterEach: [] };
}

/** Titles of tests that are left out. */
let leftOut = /^$/;

/** Forgets what was read, and reads again what `load` reads. Tests with a title like `slow` are left out. */
export async function readTests(load, slow) {
  tests = [];
  leftOut = slow;
  current = newSuite('', undefined);
  await load();
}

/** What `load` reads is the file `name`, with hooks of its own. */
export async function file(name, load) {
  const outer = current;
  current = newSuite(name, undefined);
  await load();
  current = outer;
}

const pathOf = (suite) => (suite === undefined ? [] : [...pathOf(suite.parent), suite]);

function describeOne(name, read) {
  const outer = current;
  current = newSuite(String(name), outer);
  read();
  current = outer;
}

function testOne(name, body, options) {
  if (body === undefined || leftOut.test(name)) return;
  const suites = pathOf(current);
  const title = [...suites.map((suite) => suite.name), String(name)]
    .filter((part) => part !== '')
    .join(' > ');
  const id = `${tests.length} ${title}`;
  tests.push({ id, name: title, run: () => runOne(suites, typeof body === 'function' ? body : options) });
}

class Skipped extends Error {}

async function runOne(suites, body) {
  const finish = [];
  const context = {
    onTestFinished: (hook) => void finish.push(hook),
    skip: (condition = true) => {
      if (condition) throw new Skipped();
    },
  };
  for (const suite of suites) {
    if (!suite.isOpen) for (const hook of suite.beforeAll) await hook();
    suite.isOpen = true;
  }
  try {
    for (const suite of suites) for (const hook of suite.beforeEach) await hook(context);
    await body(context);
  } catch (error) {
    if (!(error instanceof Skipped)) throw error;
  } finally {
    for (const suite of suites.toReversed())
      for (const hook of suite.afterEach.toReversed()) await hook(context);
    for (const hook of finish.toReversed()) await hook();
  }
}

/** With `each`, `skip`, `skipIf`, `runIf` as vitest has them. */
function withForms(one) {
  const isNone = () => undefined;
  const forms = (call) =>
    Object.assign(call, {
      each:
        (rows, ...values) =>
        (name, body) => {
          if (!Array.isArray(rows) || 'raw' in rows)
            throw new Error(`tables as templates are not known: ${values}`);
          for (const [at, row] of rows.entries())
            call(`${name} #${at}`, (...context) =>
              Array.isArray(row) ? body(...row) : body(row, ...context),
            );
        },
      skipIf: (condition) => (condition ? forms((...given) => isNone(given)) : withForms(one)),
      runIf: (condition) => (condition ? withForms(one) : forms((...given) => isNone(given))),
      skip: isNone,
    });
  return forms((...given) => one(...given));
}

export const describe = withForms(describeOne);
export const test = withForms(testOne);
export const it = test;
export const beforeAll = (hook) => void current.beforeAll.push(hook);
export const beforeEach = (hook) => void current.beforeEach.push(hook);
export const afterEach = (hook) => void current.afterEach.push(hook);
/** What tests do after all of them is left out: a later run needs it again. */
export const afterAll = () => undefined;
