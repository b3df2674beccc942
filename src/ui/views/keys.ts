// What keys do in full-screen views. The rule: one table; a key that is not in it does nothing.
// Must never import Ink or React.
import { keyId, type Keypress } from '../keys.ts';

export type ViewAction =
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'enter'
  | 'back'
  | 'leave'
  | 'filter'
  | 'mark'
  | 'follow'
  | 'export'
  | 'stats'
  | 'explain'
  | 'previous'
  | 'next'
  | 'redraw'
  | 'suspend';

/** Each action with its keys, as keys.ts names them. */
export const viewKeys: readonly (readonly [ViewAction, readonly string[]])[] = [
  ['up', ['up', 'k', 'C-p']],
  ['down', ['down', 'j', 'C-n']],
  ['page-up', ['pageup', 'C-b', 'M-v']],
  ['page-down', ['pagedown', 'C-f', 'C-v']],
  ['first', ['home', 'g']],
  ['last', ['end', 'G']],
  ['enter', ['return', 'enter']],
  ['back', ['escape', 'M-escape', 'q']],
  ['leave', ['C-c', 'C-d']],
  ['filter', ['/']],
  ['mark', ['space']],
  ['follow', ['f']],
  ['export', ['x']],
  ['stats', ['s']],
  ['explain', ['e']],
  ['previous', ['left', 'p']],
  ['next', ['right', 'n']],
  ['redraw', ['C-l']],
  ['suspend', ['C-z']],
];

const actions: ReadonlyMap<string, ViewAction> = new Map(
  viewKeys.flatMap(([action, ids]) => ids.map((id): [string, ViewAction] => [id, action])),
);

/** What a key does in a view; undefined: nothing. */
export function viewAction(character: string | undefined, key: Keypress): ViewAction | undefined {
  // A capital G is the end, a small one the start: names of letters do not tell them apart.
  return actions.get(character === 'G' || character === '/' ? character : keyId(key));
}
