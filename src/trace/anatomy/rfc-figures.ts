// The figures of the six packets in the RFCs, as data.
import { say, type Printable } from '../../wire/text.ts';

export interface Figure {
  readonly source: Printable;
  readonly lines: readonly Printable[];
}

const request: Figure = {
  source: say`RFC 1350 figure 5-1`,
  lines: [
    say` 2 octets   string    1 octet string 1 octet`,
    say`| opcode | file name |   0   | mode |   0   |`,
  ],
};

const requestWithOptions: Figure = {
  source: say`RFC 2347`,
  lines: [
    say` 2 oct.    string   1 oct. string 1 oct.  string  1 oct. string  1 oct.`,
    say`| opcode | file name |  0  | mode |  0  |  option  |  0  |  value  |  0  | …`,
  ],
};

const figures: Readonly<Record<number, Figure>> = {
  3: {
    source: say`RFC 1350 figure 5-2`,
    lines: [say` 2 octets  2 octets  n octets`, say`| opcode |  block   |   data   |`],
  },
  4: { source: say`RFC 1350 figure 5-3`, lines: [say` 2 octets  2 octets`, say`| opcode |  block   |`] },
  5: {
    source: say`RFC 1350 figure 5-4`,
    lines: [say` 2 octets   2 octets     string   1 octet`, say`| opcode | error code |  message  |   0   |`],
  },
  6: {
    source: say`RFC 2347`,
    lines: [
      say` 2 octets   string   1 octet  string  1 octet`,
      say`| opcode |  option  |   0   |  value  |   0   | …`,
    ],
  },
};

/** The figure of a packet by its opcode; requests with options have one of their own. */
export function figureOf(opcode: number | undefined, options: boolean): Figure | undefined {
  if (opcode === 1 || opcode === 2) return options ? requestWithOptions : request;
  return figures[opcode ?? 0];
}
