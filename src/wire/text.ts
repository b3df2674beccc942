// Text that came from the net or the disk, and the one way to make it printable.
// Untrusted is opaque to the compiler on purpose: it cannot be put into a template or a frame by accident.
// Imports nothing.

declare const untrustedBrand: unique symbol;
declare const printableBrand: unique symbol;

/** Text that somebody else chose: a file name, an error message, an option. At run time a string. */
export interface Untrusted {
  readonly [untrustedBrand]: true;
}

/** Text that cannot move a cursor, change a title or forge a line: output of {@link printable}. */
export type Printable = string & { readonly [printableBrand]: true };

/** Marks `text` as somebody else's. */
export function untrusted(text: string): Untrusted {
  return text as unknown as Untrusted;
}

/** The characters as they came: for the wire, the disk and comparisons, never for a screen or a log. */
export function raw(text: Untrusted): string {
  return text as unknown as string;
}
