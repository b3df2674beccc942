// Runs seeds one after the other, adds up what they met, and makes a failing plan as small as it gets.
import { fixedPlans } from './fixed-plans.ts';
import { Happened, mustHappen } from './happened.ts';
import { drawPlan, smaller, type Plan } from './plan.ts';
import { hashOf, mix } from './watch.ts';
import { World, type Verdict } from './world.ts';

/** Failing seeds that are shown; the others are only counted. */
const mostShown = 3;
/** Seeds from which on a batch must meet everything that can happen. */
const wholeBatch = 1000;
/** Plans that shrinking tries. */
const mostTries = 400;

export interface BatchOptions {
  readonly seeds: number;
  readonly base: string;
  readonly verify: number;
}

export class Batch {
  readonly #say: (line: string) => void;
  readonly #happened = new Happened();
  #crash: unknown;
  #events = 0;
  #time = 0;
  #succeeded = 0;
  #failed = 0;
  #digest = 0x811c9dc5;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** Runs seeds until one breaks an invariant. @returns what it broke, and after how many; undefined where none does. */
  async firstBroken({ seeds, base }: BatchOptions): Promise<{ broken: string; after: number } | undefined> {
    let after = 0;
    for (const plan of plansFrom(seeds, base)) {
      const [broken] = (await this.#play(plan)).broken;
      after++;
      if (broken !== undefined) return { broken, after };
    }
    return undefined;
  }

  /** Something threw outside of every promise of ours: S9. */
  crashed(error: unknown): void {
    this.#crash = error;
  }

  /** @returns whether every run kept every invariant and the batch met everything that it must. */
  async run({ seeds, base, verify }: BatchOptions): Promise<boolean> {
    const plans = plansFrom(seeds, base);
    const failing: [Plan, Verdict][] = [];
    for (const plan of plans) {
      const verdict = await this.#play(plan);
      this.#add(verdict);
      if (verdict.broken.length > 0) failing.push([plan, verdict]);
    }
    const bad = failing.length;
    for (const [plan, verdict] of failing.slice(0, mostShown)) await this.#explain(plan, verdict);
    for (const [kind, seeds] of this.#byKind(failing))
      this.#say(`${kind}: seeds ${seeds.slice(0, 20).join(' ')}`);
    const isRepeated = await this.#repeat(verify === 0 ? [] : plans.slice(-verify));
    const missing = seeds < wholeBatch ? [] : mustHappen.filter((what) => !this.#happened.counts.has(what));
    this.#close(plans.length, bad, missing);
    return bad === 0 && isRepeated && missing.length === 0;
  }

  #byKind(failing: readonly (readonly [Plan, Verdict])[]): ReadonlyMap<string, readonly number[]> {
    const seeds = new Map<string, number[]>();
    for (const [{ seed }, { broken }] of failing)
      for (const kind of new Set(broken.map(kindOf))) seeds.set(kind, [...(seeds.get(kind) ?? []), seed]);
    return seeds;
  }

  async #play(plan: Plan): Promise<Verdict> {
    this.#crash = undefined;
    const verdict = await new World(plan).run();
    if (this.#crash === undefined) return verdict;
    const stack = this.#crash instanceof Error ? this.#crash.stack : 'something was thrown';
    return { ...verdict, broken: [...verdict.broken, `S9: ${stack ?? 'an error'}`] };
  }

  #add({ happened, events, time, succeeded, failed, digest }: Verdict): void {
    this.#happened.merge(happened);
    this.#events += events;
    this.#time += time;
    this.#succeeded += succeeded;
    this.#failed += failed;
    this.#digest = mix(this.#digest, digest);
  }

  /** The same plan gives the same run. */
  async #repeat(plans: readonly Plan[]): Promise<boolean> {
    for (const plan of plans) {
      const digests = [(await this.#play(plan)).digest, (await this.#play(plan)).digest];
      if (digests[0] === digests[1]) continue;
      this.#say(`seed ${plan.seed} runs in another way the second time`);
      return false;
    }
    return true;
  }

  async #explain(plan: Plan, { broken }: Verdict): Promise<void> {
    this.#say(`seed ${plan.seed} (npm run simulate -- --seed ${plan.seed}):`);
    for (const line of broken) this.#say(`  ${line}`);
    const small = await this.shrink(plan, broken);
    this.#say(
      `the smallest plan that fails in the same way (npm run simulate -- --plan '…'):\n  ${JSON.stringify(small)}`,
    );
    for (const line of (await this.#play(small)).ladder.slice(0, 60)) this.#say(`  ${line}`);
  }

  /** The smallest plan found that breaks one of the same invariants. */
  async shrink(plan: Plan, broken: readonly string[]): Promise<Plan> {
    const kinds = new Set(broken.map(kindOf));
    let current = plan;
    let tries = 0;
    for (let isSmaller = true; isSmaller;) {
      isSmaller = false;
      for (const next of smaller(current)) {
        if (++tries > mostTries) return current;
        const verdict = await this.#play(next);
        if (!verdict.broken.some((what) => kinds.has(kindOf(what)))) continue;
        current = next;
        isSmaller = true;
        break;
      }
    }
    return current;
  }

  showSeed(seed: number): Promise<boolean> {
    return this.show(drawPlan(seed));
  }

  /** Plays one plan and shows everything about it. */
  async show(plan: Plan): Promise<boolean> {
    const { ladder, broken, time, succeeded, failed, happened } = await this.#play(plan);
    this.#say(JSON.stringify(plan, null, 2));
    for (const line of ladder) this.#say(line);
    for (const [what, count] of happened.counts) this.#say(`${count} × ${what}`);
    this.#say(`${succeeded} succeeded, ${failed} failed, ${time.toFixed(0)} ms of virtual time`);
    for (const line of broken) this.#say(line);
    return broken.length === 0;
  }

  #close(plans: number, bad: number, missing: readonly string[]): void {
    const faults = [...this.#happened.counts].filter(([what]) => what.startsWith('fault: '));
    const list = faults.map(([what, count]) => `${what.slice(7)} ${count}`).join(', ');
    const crashes = ['crash', 'crash before publish', 'crash after publish']
      .map((what) => this.#happened.counts.get(what) ?? 0)
      .reduce((sum, count) => sum + count);
    const hours = (this.#time / 3_600_000).toFixed(1);
    const must =
      missing.length === 0 ? 'all that must happen happened' : `never happened: ${missing.join('; ')}`;
    this.#say(
      `${plans} seeds, ${bad} failed, ${this.#events} events, ${hours} virtual hours, ${crashes} crash points, ` +
        `${this.#succeeded} transfers succeeded, ${this.#failed} failed, faults: ${list}; ${must}; digest ${(this.#digest >>> 0).toString(16)}`,
    );
  }
}

function plansFrom(seeds: number, base: string): readonly Plan[] {
  const first = hashOf(new TextEncoder().encode(base)) >>> 8;
  return [...fixedPlans, ...Array.from({ length: seeds }, (_, at) => drawPlan(first + at))];
}

function kindOf(what: string): string {
  return what.split(':', 1)[0] ?? what;
}
