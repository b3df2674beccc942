// What changes the octets of a datagram: a server that misbehaves on purpose, or a fault. Pure.
import type { Fate } from './impairment.ts';

/** What was done to a datagram that a server sent. `reason`: in our words. */
export type Tampered = { readonly reason: string } & (
  | { readonly fate: 'altered' | 'followed'; readonly octets: Uint8Array }
  | { readonly fate: 'lost' | 'misrouted' }
);

/** Changes what a server sends, and what it gets. One for each port, because it may count. */
export interface Tamper {
  /** `port`: the one that it leaves from. */
  sent(octets: Uint8Array, port: number): Tampered | undefined;
  received(octets: Uint8Array): Uint8Array;
  /** An extra datagram that the server sends in response to one that it got. */
  extra(octets: Uint8Array): { readonly octets: Uint8Array; readonly reason: string } | undefined;
}

/** What travels on. */
export function changedBy(fate: Fate | Tampered, octets: Uint8Array): Uint8Array {
  if (fate.fate === 'altered') return fate.octets;
  if (fate.fate === 'truncated') return octets.slice(0, fate.length);
  return fate.fate === 'corrupted' ? flipped(octets, fate) : octets;
}

/** What the trace learns of that: octets that are new. */
export function becomes(
  fate: Fate | Tampered,
  changed: Uint8Array,
  before: Uint8Array,
): Uint8Array | undefined {
  if (fate.fate === 'followed') return fate.octets;
  return changed === before ? undefined : changed;
}

function flipped(octets: Uint8Array, { at, bit }: Extract<Fate, { fate: 'corrupted' }>): Uint8Array {
  const changed = octets.slice();
  const old = changed[at];
  if (old !== undefined) changed[at] = old ^ (1 << bit);
  return changed;
}
