// `npm run fuzz`: plays many inputs on every target in a thread, and watches that none takes for ever or fills the memory.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { growCorpus, readCorpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { targets, type Target } from './targets.ts';

const usage = `npm run fuzz -- [options]
  --inputs N     inputs in all (1000000)
  --seed X       the same seed, the same inputs (1)
  --target NAME  only this one: ${targets.map(({ name }) => name).join(', ')}
  --input BASE64 plays one input of the target
  --keep yes     adds inputs that led to something new to test/fuzz/corpus/`;

interface Options {
  inputs: number;
  seed: number;
  target?: string;
  input?: string;
  keep: boolean;
}

/** How many branches of src/ were taken: see .config/branches.js. */
const reached = (): number => (globalThis as unknown as { __branches: { count: number } }).__branches.count;

/** Octets of memory that may be in use after a batch and a collection, beyond those before it. */
const mostHeld = 64 * 1024 * 1024;
/** Milliseconds after which an input that is still played hangs. */
const hang = 10_000;
/** Octets of the input that is played now, for the watcher. */
const shownInput = 4096;

function readOptions(args: readonly string[]): Options | undefined {
  const options: Options = { inputs: 1_000_000, seed: 1, keep: false };
  for (let at = 0; at < args.length; at += 2) {
    const [word, value] = [args[at], args[at + 1]];
    if (value === undefined) return undefined;
    if (word === '--keep') options.keep = value === 'yes';
    else if (word === '--target' && targets.some(({ name }) => name === value)) options.target = value;
    else if (word === '--input') options.input = value;
    else if (!/^\d+$/.test(value)) return undefined;
    else if (word === '--inputs') options.inputs = Number(value);
    else if (word === '--seed') options.seed = Number(value);
    else return undefined;
  }
  return options.input === undefined || options.target !== undefined ? options : undefined;
}

/** In the thread: says a line for each target. @returns whether all promises held. */
function run({ inputs, seed, target, input, keep }: Options, shared: SharedArrayBuffer): boolean {
  const [counter, shown] = [new Int32Array(shared, 0, 3), new Uint8Array(shared, 12)];
  const watch = (octets: Uint8Array): void => {
    shown.set(octets.subarray(0, shownInput));
    Atomics.store(counter, 1, octets.length);
    Atomics.add(counter, 0, 1);
  };
  let isGood = true;
  for (const [number, one] of targets.entries()) {
    if (target !== undefined && one.name !== target) continue;
    Atomics.store(counter, 2, number);
    if (input !== undefined) {
      say(`${one.name}: ${one.play(Buffer.from(input, 'base64'))}`);
      continue;
    }
    const count = Math.ceil((inputs * (target === undefined ? one.share : 100)) / 100);
    isGood = batch(one, { inputs: count, seed, watch, keep }) && isGood;
  }
  return isGood;
}

type BatchOptions = Parameters<typeof fuzz>[2] & { readonly keep: boolean };

function batch(target: Target, { keep, ...rest }: BatchOptions): boolean {
  const [began, held, known] = [performance.now(), heldNow(), reached()];
  const { inputs, found, failure } = fuzz(target, readCorpus(target.name), { ...rest, reached });
  const grown = heldNow() - held;
  if (keep) growCorpus(target.name, found);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(
    `${target.name.padEnd(14)} ${String(inputs).padStart(7)} inputs, ${found.length} led to something new, ${reached() - known} branches, ${seconds} s`,
  );
  if (failure !== undefined) sayFailure(target.name, failure.input, failure.error.stack ?? '');
  if (grown > mostHeld) say(`${target.name}: ${grown} octets stay in use`);
  return failure === undefined && grown <= mostHeld;
}

/** Octets of the heap in use after a collection. */
function heldNow(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function sayFailure(name: string, input: Uint8Array, error: string): void {
  const text = Buffer.from(input).toString('base64');
  say(`${name}: ${error}\n  npm run fuzz -- --target '${name}' --input ${text || "''"}`);
}

function say(line: string): void {
  console.log(line);
}

/** Ends the thread whose input takes for ever. */
function guard(worker: Worker, shared: SharedArrayBuffer): NodeJS.Timeout {
  const [counter, shown] = [new Int32Array(shared, 0, 3), new Uint8Array(shared, 12)];
  let last = -1;
  return setInterval(() => {
    const now = Atomics.load(counter, 0);
    if (now !== last || now === 0) {
      last = now;
      return;
    }
    const length = Math.min(shownInput, Atomics.load(counter, 1));
    sayFailure(targets[Atomics.load(counter, 2)]?.name ?? '', shown.slice(0, length), 'it hangs');
    process.exitCode = 1;
    void worker.terminate();
  }, hang);
}

function start(options: Options): void {
  const shared = new SharedArrayBuffer(12 + shownInput);
  const worker = new Worker(new URL(import.meta.url), { workerData: { options, shared } });
  const timer = guard(worker, shared);
  worker.on('message', (isGood: boolean) => {
    if (!isGood) process.exitCode = 1;
  });
  worker.on('error', (error) => {
    say(error.stack ?? String(error));
    process.exitCode = 1;
  });
  worker.on('exit', () => clearInterval(timer));
}

if (!isMainThread) {
  const { options, shared } = workerData as { options: Options; shared: SharedArrayBuffer };
  parentPort?.postMessage(run(options, shared));
} else {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    say(usage);
    process.exitCode = 64;
  } else start(options);
}
