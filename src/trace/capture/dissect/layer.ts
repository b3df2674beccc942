// What the octets of one layer lead to: the next layer, an IP packet, or a stop with the name of what was found.
// Rule: a reader of a layer is total. Octets that are not there read as zero; the walk checks where a layer begins.

/** Reads one layer. */
export type ReadLayer = (octets: Uint8Array) => Step;

export type Step =
  /** The next layer begins at `at`. */
  | { readonly next: ReadLayer; readonly at: number }
  /** An IP packet begins at `at`; the layer may have named its version. */
  | { readonly ip: 4 | 6 | undefined; readonly at: number }
  | Stop;

/** Where the way to UDP ends. */
export interface Stop {
  /** What was found, as the field names it. */
  readonly stop: string;
  /** It may have contained TFTP: it is encrypted, unknown, or not whole. */
  readonly opaque: boolean;
}

/** Something that carries no TFTP. */
export function other(stop: string): Stop {
  return { stop, opaque: false };
}

/** Something that may carry TFTP and cannot be read. */
export function opaque(stop: string): Stop {
  return { stop, opaque: true };
}

export const cutShort = opaque('too few captured octets');
export const tooDeep = opaque('too many layers');
