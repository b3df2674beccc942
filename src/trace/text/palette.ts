// The only colours of the program: pictures have two schemes, a terminal has its own sixteen colours.
// The rule: colour shows direction and trouble, and words always say the same.

/** The sixteen colours of a terminal, by name. */
export type TerminalColour = 'red' | 'green' | 'yellow' | 'magenta' | 'cyan' | 'gray';

/** The colour schemes of pictures. */
export const schemes = ['light', 'dark'] as const;
export type Scheme = (typeof schemes)[number];

/** One colour of pictures and pages: CSS values. */
type Colour = Readonly<Record<Scheme, string>>;

/** Colours of pictures: the page, then arrows to the server and to the client, unusual things, failures, good ends. */
export const pictureColours = {
  ink: { light: '#1f2328', dark: '#e6edf3' },
  dim: { light: '#59636e', dark: '#9198a1' },
  rule: { light: '#b7bfc8', dark: '#484f58' },
  paper: { light: '#ffffff', dark: '#0d1117' },
  right: { light: '#0969da', dark: '#58a6ff' },
  left: { light: '#8250df', dark: '#bc8cff' },
  odd: { light: '#9a6700', dark: '#d29922' },
  bad: { light: '#cf222e', dark: '#ff7b72' },
  good: { light: '#1a7f37', dark: '#3fb950' },
} as const satisfies Readonly<Record<string, Colour>>;

export type PictureColour = keyof typeof pictureColours;

/** Colours on a terminal: the reader's own theme says how each looks. */
export const terminalColours = {
  dim: 'gray',
  bar: 'cyan',
  sent: 'cyan',
  odd: 'yellow',
  bad: 'red',
  good: 'green',
  server: 'magenta',
} as const satisfies Readonly<Record<string, TerminalColour>>;

/** The SGR parameter (ECMA-48 §8.3.117) of each terminal colour; gray is bright black. */
export const sgr: Readonly<Record<TerminalColour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  magenta: 35,
  cyan: 36,
  gray: 90,
};
