// `npm run simulate`: runs many seeds, says in one line what they met, and shows a failing one as small as it gets.
import { Batch } from './batch.ts';
import type { Plan } from './plan.ts';

const usage = `npm run simulate -- [options]
  --seeds N    seeds to run (2000); from 1000 on they must meet everything on the list
  --base TEXT  where the seeds begin: the same text, the same seeds
  --seed X     one seed, with its ladder
  --plan JSON  one plan, with its ladder
  --first yes  stop at the first seed that breaks an invariant
  --verify N   seeds that run a second time and must have the same digest (20)`;

interface Options {
  seeds: number;
  base: string;
  verify: number;
  seed?: number;
  plan?: Plan;
  stopsAtFirst?: boolean;
}

function readOptions(args: readonly string[]): Options | undefined {
  const options: Options = { seeds: 2000, base: '', verify: 20 };
  for (let at = 0; at < args.length; at += 2) {
    const [word, value] = [args[at], args[at + 1]];
    if (value === undefined) return undefined;
    if (word === '--base') options.base = value;
    else if (word === '--plan') options.plan = JSON.parse(value) as Plan;
    else if (word === '--first') options.stopsAtFirst = value === 'yes';
    else if (!/^\d+$/.test(value)) return undefined;
    else if (word === '--seeds') options.seeds = Number(value);
    else if (word === '--seed') options.seed = Number(value);
    else if (word === '--verify') options.verify = Number(value);
    else return undefined;
  }
  return options;
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  console.log(usage);
  process.exitCode = 64;
} else {
  const batch = new Batch((line) => console.log(line));
  process.on('uncaughtException', (error) => batch.crashed(error));
  process.on('unhandledRejection', (error) => batch.crashed(error));
  process.exitCode = (await play(batch, options)) ? 0 : 1;
}

async function play(batch: Batch, { plan, seed, stopsAtFirst, ...rest }: Options): Promise<boolean> {
  if (plan !== undefined) return batch.show(plan);
  if (seed !== undefined) return batch.showSeed(seed);
  if (stopsAtFirst !== true) return batch.run(rest);
  const found = await batch.firstBroken(rest);
  if (found !== undefined) console.log(`after ${found.after} seeds: ${found.broken}`);
  return found === undefined;
}
