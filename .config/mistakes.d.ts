// Types of mistakes.js for vitest.config.ts, which makes the mistakes.
export declare const mistakes: readonly {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
}[];
