// The keys of full-screen views and what they do. Rule: the key hints of each view and `help keys` are made from these
// tables; a key that is not in them does nothing.

/** One key: its names in Node, and its label for people with and without arrow characters. */
interface ViewKey {
  /** `C-` (Ctrl) or `M-` (Alt), then Node's name of the key. */
  readonly ids: readonly string[];
  readonly label: string;
  readonly ascii?: string;
  /** The only screen that it is for; there it comes before the other meanings of the key. */
  readonly only?: string;
}

export const viewKeys = {
  up: { ids: ['up', 'k', 'C-p'], label: '↑', ascii: 'Up' },
  down: { ids: ['down', 'j', 'C-n'], label: '↓', ascii: 'Down' },
  'page-up': { ids: ['pageup', 'C-b', 'M-v'], label: 'PageUp' },
  'page-down': { ids: ['pagedown', 'C-f', 'C-v'], label: 'PageDown' },
  first: { ids: ['home', 'g'], label: 'Home' },
  last: { ids: ['end', 'G'], label: 'End' },
  enter: { ids: ['return', 'enter'], label: 'Enter' },
  back: { ids: ['escape', 'M-escape', 'q'], label: 'Esc' },
  leave: { ids: ['C-c', 'C-d'], label: 'Ctrl-C' },
  search: { ids: ['/'], label: '/' },
  again: { ids: ['n'], label: 'n' },
  'again-back': { ids: ['N'], label: 'N' },
  filter: { ids: ['f'], label: 'f' },
  order: { ids: ['o'], label: 'o' },
  reverse: { ids: ['O'], label: 'O' },
  times: { ids: ['t'], label: 't' },
  keys: { ids: ['?', 'f1'], label: '?' },
  space: { ids: ['space'], label: 'space' },
  faster: { ids: ['+', '='], label: '+' },
  slower: { ids: ['-'], label: '-' },
  follow: { ids: ['F'], label: 'F' },
  export: { ids: ['x'], label: 'x' },
  stats: { ids: ['s'], label: 's' },
  explain: { ids: ['e'], label: 'e' },
  previous: { ids: ['left', 'p'], label: '←', ascii: 'Left' },
  next: { ids: ['right'], label: '→', ascii: 'Right' },
  drop: { ids: ['d'], label: 'd' },
  twice: { ids: ['2'], label: '2' },
  wait: { ids: ['w'], label: 'w' },
  inject: { ids: ['i'], label: 'i' },
  predict: { ids: ['P'], label: 'P' },
  release: { ids: ['r'], label: 'r' },
  command: { ids: [':'], label: ':' },
  end: { ids: ['k'], label: 'k', only: 'server' },
  narrow: { ids: ['/'], label: '/', only: 'server' },
  redraw: { ids: ['C-l'], label: 'Ctrl-L' },
  suspend: { ids: ['C-z'], label: 'Ctrl-Z' },
} as const satisfies Readonly<Record<string, ViewKey>>;

export type ViewAction = keyof typeof viewKeys;

/** What keys do in a view. */
export interface KeyHint {
  readonly actions: readonly ViewAction[];
  readonly does: string;
  /** What help says, where `does` is too short to explain it. */
  readonly means?: string;
  /** The hints with the highest number are left out first where the window is narrow; undefined: only help lists it. */
  readonly drop: number | undefined;
  /** The hint is shown only if more content arrives over time. */
  readonly growing?: true;
}

/** What help says about a hint. */
export function hintMeaning({ does, means }: KeyHint): string {
  return means ?? does;
}

const back: KeyHint = { actions: ['back'], does: 'back', drop: 0 };
const moves: readonly KeyHint[] = [
  { actions: ['page-up', 'page-down'], does: 'one screen up or down', drop: undefined },
  { actions: ['first', 'last'], does: 'first or last row', drop: undefined },
  { actions: ['keys'], does: 'keys', drop: 1 },
  { actions: ['leave'], does: 'leave the view', drop: undefined },
];

interface ViewHints {
  /** What help calls the screen. */
  readonly screen: string;
  /** In the order of the last row. */
  readonly hints: readonly KeyHint[];
}

/** The keys of each screen. */
export const viewHints = {
  ladder: {
    screen: 'the ladder',
    hints: [
      { actions: ['up', 'down'], does: 'select', drop: 6 },
      { actions: ['enter'], does: 'decode', drop: 3 },
      { actions: ['again', 'again-back'], does: 'next unusual packet, or next found', drop: undefined },
      { actions: ['search'], does: 'search', drop: 5 },
      { actions: ['filter'], does: 'filter', drop: 4 },
      { actions: ['space'], does: 'mark', drop: 7 },
      { actions: ['times'], does: 'time since the row before, or since the first', drop: undefined },
      { actions: ['follow'], does: 'follow', drop: 8 },
      { actions: ['export'], does: 'export', drop: 9 },
      back,
      ...moves,
    ],
  },
  play: {
    screen: 'a ladder that is played',
    hints: [
      { actions: ['space'], does: 'pause', drop: 1 },
      { actions: ['previous', 'next'], does: 'step', drop: 2 },
      { actions: ['faster', 'slower'], does: 'speed', drop: 3 },
      { actions: ['up', 'down'], does: 'select, paused', drop: undefined },
      { actions: ['enter'], does: 'decode', drop: 4 },
      { actions: ['again', 'again-back'], does: 'next unusual packet, or next found', drop: undefined },
      { actions: ['search'], does: 'search', drop: undefined },
      { actions: ['filter'], does: 'filter', drop: undefined },
      { actions: ['times'], does: 'time since the row before, or since the first', drop: undefined },
      { actions: ['export'], does: 'export', drop: undefined },
      back,
      ...moves,
    ],
  },
  packet: {
    screen: 'a packet',
    hints: [
      { actions: ['previous', 'next'], does: 'other packets', drop: 1 },
      { actions: ['up', 'down'], does: 'scroll', drop: 2 },
      { actions: ['again', 'again-back'], does: 'unusual packets', drop: 3 },
      { actions: ['search'], does: 'search', drop: 5 },
      { actions: ['export'], does: 'export', drop: 4 },
      back,
      ...moves,
    ],
  },
  list: {
    screen: 'the list of transfers (open)',
    hints: [
      { actions: ['up', 'down'], does: 'select', drop: 7 },
      { actions: ['enter'], does: 'ladder', drop: 2 },
      { actions: ['stats'], does: 'stats', drop: 4 },
      { actions: ['explain'], does: 'explain', drop: 5 },
      { actions: ['export'], does: 'save', drop: 6 },
      { actions: ['search'], does: 'search', drop: 9 },
      { actions: ['again', 'again-back'], does: 'next found, or next unusual transfer', drop: undefined },
      { actions: ['filter'], does: 'filter', drop: 3 },
      { actions: ['order'], does: 'order', drop: 10 },
      { actions: ['reverse'], does: 'reverse the order', drop: undefined },
      { actions: ['follow'], does: 'follow', drop: 8, growing: true },
      { actions: ['back'], does: 'leave', drop: 0 },
      ...moves,
    ],
  },
  server: {
    screen: 'our server (server)',
    hints: [
      { actions: ['up', 'down'], does: 'select', drop: 5 },
      { actions: ['enter'], does: 'ladder', drop: 2 },
      { actions: ['end'], does: 'abort', drop: 3 },
      { actions: ['stats'], does: 'stop the server', drop: 4 },
      { actions: ['narrow', 'filter'], does: 'filter', drop: 6 },
      { actions: ['again', 'again-back'], does: 'next failure', drop: 7 },
      { actions: ['back'], does: 'leave', drop: 0 },
      ...moves,
    ],
  },
  step: {
    screen: 'step mode',
    hints: [
      { actions: ['enter'], does: 'next', means: 'next: let the packet pass', drop: 2 },
      { actions: ['drop'], does: 'drop', means: 'drop: lose the packet', drop: 3 },
      { actions: ['twice'], does: 'twice', means: 'twice: let it pass two times', drop: 4 },
      { actions: ['wait'], does: 'wait', means: 'wait TIME: let it pass later', drop: 8 },
      { actions: ['explain'], does: 'edit', means: 'edit FIELD VALUE: change it (edit block 7)', drop: 7 },
      {
        actions: ['inject'],
        does: 'inject',
        means: 'inject PACKET: send another before it (ack 2)',
        drop: 9,
      },
      { actions: ['predict'], does: 'predict', means: 'predict PACKET: say what is sent next', drop: 5 },
      { actions: ['release'], does: 'release', means: 'release: let these transfers run on', drop: 6 },
      { actions: ['command'], does: 'a command of the shell: step off, step until last', drop: undefined },
      { actions: ['up', 'down'], does: 'scroll', drop: undefined },
      { actions: ['back'], does: 'prompt', means: 'go to the prompt; "step" comes back', drop: 0 },
      ...moves,
    ],
  },
  page: {
    screen: 'a page of text',
    hints: [
      { actions: ['up', 'down'], does: 'scroll', drop: 1 },
      { actions: ['search'], does: 'search', drop: 2 },
      { actions: ['again', 'again-back'], does: 'next found or marked', drop: 3 },
      back,
      ...moves,
    ],
  },
} as const satisfies Readonly<Record<string, ViewHints>>;

/** What the mouse does in every view. */
export const mouseHints = [
  ['wheel', 'scroll'],
  ['click', 'select a row; on the selected row: as Enter'],
  ['Shift', 'hold it to select text with the mouse'],
] as const satisfies readonly (readonly [string, string])[];

/** A screen that has key hints. */
export type ViewName = keyof typeof viewHints;

/** The keys of a hint: `Enter`, `↑↓`; in ASCII `Up/Down`. */
export function hintKeys({ actions }: KeyHint, ascii: boolean): string {
  const keys: readonly ViewKey[] = actions.map((action) => viewKeys[action]);
  const labels = keys.map((key) => (ascii ? (key.ascii ?? key.label) : key.label));
  // Two arrows are written without a slash.
  const isArrows = !ascii && keys.every((key) => key.ascii !== undefined);
  return labels.join(isArrows ? '' : '/');
}
