// What a row of the table of settings is, and the kinds of values that a row may take. table.ts and server-rows.ts have the
// rows. Pure.
import type { ServerSettings } from '../../engine/server/server.ts';
import type { TransferSettings } from '../../engine/transfer.ts';
import { termOption, type TermName } from '../../wire/options.ts';

interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** How a value is written. `words` are values of their own: `auto`, `any`. */
export type Values =
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly words: readonly string[] }
  | { readonly type: 'count'; readonly from: number; readonly to: number; readonly words: readonly string[] }
  /** Milliseconds. */
  | { readonly type: 'duration'; readonly from: number; readonly to: number }
  | { readonly type: 'range'; readonly words: readonly string[] }
  /** A text; `what` describes it. With a `form` only a text of that form, or a word. */
  | {
      readonly type: 'text';
      readonly what: string;
      readonly words: readonly string[];
      readonly form?: RegExp;
    }
  /** Blocks of addresses, separated by commas. */
  | { readonly type: 'blocks'; readonly words: readonly string[] };

/** The type of a value that is written so. */
export type ValueOf<V extends Values> = V extends { readonly type: 'switch' }
  ? boolean
  : V extends { readonly type: 'choice'; readonly words: readonly (infer Word)[] }
    ? Word
    : V extends { readonly type: 'count'; readonly words: readonly (infer Word)[] }
      ? number | Word
      : V extends { readonly type: 'duration' }
        ? number
        : V extends { readonly type: 'range'; readonly words: readonly (infer Word)[] }
          ? PortRange | Word
          : V extends { readonly type: 'blocks'; readonly words: readonly (infer Word)[] }
            ? readonly string[] | Word
            : string;

export interface Row<Name extends string, V extends Values> {
  readonly name: Name;
  readonly values: V;
  readonly default: ValueOf<NoInfer<V>>;
  /** One phrase without a full stop. */
  readonly meaning: string;
  /** A setting of our own server: it holds from the next `serve` on. */
  readonly isForServe?: true;
  /** The document that sets the limits. */
  readonly source?: string;
  /** A good value, for a message that refuses another. */
  readonly advice?: string;
  /** Other words for values: `binary` for octet. */
  readonly synonyms?: Readonly<Record<string, string>>;
  /** What the engine's client gets once the setting is chosen. */
  readonly forTransfer?: (value: ValueOf<NoInfer<V>>) => TransferSettings;
  /** What the engine's server gets once the setting is chosen. */
  readonly forServer?: (value: ValueOf<NoInfer<V>>) => ServerSettings;
}

export const onOff = { type: 'switch' } as const;
export const choice = <const Words extends readonly string[]>(...words: Words) =>
  ({ type: 'choice', words }) as const;
export const count = <const Words extends readonly string[]>(from: number, to: number, ...words: Words) =>
  ({ type: 'count', from, to, words }) as const;
/** A number within the limits of an option on the wire. */
export const optionCount = <const Words extends readonly string[]>(term: TermName, ...words: Words) => {
  const { min, max } = termOption(term).limits;
  return count(min, max, ...words);
};
export const duration = (from: number, to: number) => ({ type: 'duration', from, to }) as const;
export const text = (what: string, ...words: readonly string[]) => ({ type: 'text', what, words }) as const;
export const blocks = <const Words extends readonly string[]>(...words: Words) =>
  ({ type: 'blocks', words }) as const;

export function row<const Name extends string, V extends Values>(setting: Row<Name, V>): Row<Name, V> {
  return setting;
}

/** A setting of our own server. It holds from the next `serve` on; a flag of `serve` sets it for one server. */
export function serverRow<const Name extends string, V extends Values>(setting: Row<Name, V>): Row<Name, V> {
  return { ...setting, isForServe: true };
}
