// Who the other side is (RFC 1350 §4): the first TID that answers is pinned, every other one is a stranger.
// Memory and answers to strangers are bounded, so that they cannot make us work. Imports wire.
import { formatTid, sameTid, type Tid } from '../wire/tid.ts';
import type { Instant } from './machine.ts';

/** `candidate`: nobody is pinned yet, and this one may be. `elsewhere`: nobody is pinned, and this one may not be. */
export type Standing = 'peer' | 'candidate' | 'elsewhere' | 'stranger';

const mostStrangers = 16;
const mostASecond = 10;

/** Pins the peer and decides which strangers are told that they are. */
export class Peer {
  /** The pinned TID, or undefined. */
  tid: Tid | undefined;
  readonly #asked: Tid | undefined;
  readonly #answered: string[] = [];
  #second: Instant = 0;
  #inSecond = 0;

  /** `asked` is where the request went: only that address may answer; undefined lets any address answer. */
  constructor(asked: Tid | undefined) {
    this.#asked = asked;
  }

  /** What the sender of a datagram is to this transfer. */
  standing(from: Tid): Standing {
    if (this.tid !== undefined) return sameTid(from, this.tid) ? 'peer' : 'stranger';
    return this.#asked === undefined || from.address === this.#asked.address ? 'candidate' : 'elsewhere';
  }

  /** Whether this stranger gets an ERROR 5: once each, sixteen in all, ten a second. Counts it if so. */
  mayAnswer(stranger: Tid, now: Instant): boolean {
    const key = formatTid(stranger);
    if (this.#answered.length >= mostStrangers || this.#answered.includes(key)) return false;
    if (this.#inSecond === 0 || now - this.#second >= 1000) {
      this.#second = now;
      this.#inSecond = 0;
    }
    if (this.#inSecond >= mostASecond) return false;
    this.#inSecond += 1;
    this.#answered.push(key);
    return true;
  }
}
