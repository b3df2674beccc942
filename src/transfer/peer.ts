// Who the other side is (RFC 1350 §4): the first TID that answers is pinned, and every other TID is a stranger.
// The memory of strangers and the answers to them are bounded, so that they cannot keep us busy.
import { formatTid, sameTid, type Tid } from '../wire/tid.ts';
import type { Instant } from './machine.ts';

/** No peer is pinned yet: a `candidate` may become the peer; `elsewhere` may not, because its address was not asked. */
export type Standing = 'peer' | 'candidate' | 'elsewhere' | 'stranger';

const maxStrangers = 16;
const maxPerSecond = 10;

/** Knows the peer, and decides which strangers get an ERROR 5. */
export class Peer {
  /** The pinned TID, or undefined. */
  tid: Tid | undefined;
  readonly #asked: Tid | undefined;
  readonly #answered: string[] = [];
  #second: Instant = 0;
  #inSecond = 0;

  /** `asked`: where the request went. Only that address may answer; undefined lets any address answer. */
  constructor(asked: Tid | undefined) {
    this.#asked = asked;
  }

  /** The role of a datagram's sender in this transfer. */
  standing(from: Tid): Standing {
    if (this.tid !== undefined) return sameTid(from, this.tid) ? 'peer' : 'stranger';
    return this.#asked === undefined || from.address === this.#asked.address ? 'candidate' : 'elsewhere';
  }

  /** Whether this stranger gets an ERROR 5: once each, 16 strangers in all, 10 per second. Counts the answer. */
  mayAnswer(stranger: Tid, now: Instant): boolean {
    const key = formatTid(stranger);
    if (this.#answered.length >= maxStrangers || this.#answered.includes(key)) return false;
    if (this.#inSecond === 0 || now - this.#second >= 1000) {
      this.#second = now;
      this.#inSecond = 0;
    }
    if (this.#inSecond >= maxPerSecond) return false;
    this.#inSecond += 1;
    this.#answered.push(key);
    return true;
  }
}
