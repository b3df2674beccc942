// The session's step mode, loaded when it is first asked for: a plain transfer needs none of its code.
import type { Stepper, StepperDeps } from './stepper.ts';

export class LazyStep {
  readonly #deps: StepperDeps;
  #loaded: Stepper | undefined;

  constructor(deps: StepperDeps) {
    this.#deps = deps;
  }

  /** Undefined while step mode was never on. */
  get current(): Stepper | undefined {
    return this.#loaded;
  }

  /** Whether packets are held, now or soon. */
  get isOn(): boolean {
    return this.#loaded?.rule !== undefined;
  }

  async load(): Promise<Stepper> {
    const { Stepper: Loaded } = await import('./stepper.ts');
    return (this.#loaded ??= new Loaded(this.#deps));
  }
}
