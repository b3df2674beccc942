// All transfers in one stream of events, each with the packets that belong to it. Packets at the listening port have
// number 0; those from the peer of a transfer are given to that transfer.
import { isAnsweredAsRequest } from '../../wire/decode.ts';
import { formatTid, type Tid } from '../../wire/tid.ts';
import { endKey, type DatagramEvent, type Tag, type TraceEvent } from './event.ts';
import { SideLog, type LogWindow, type Rec } from './side-log.ts';

/** Requests at the listening port that may still become transfers. */
const mostRequests = 256;

/** `owner`: the transfer that the event belongs to. `recs`: the records that the event began. */
export type SideLogListener = (owner: Tag, event: TraceEvent, recs: readonly Rec[]) => void;

/** Sorts events into the logs of transfers. */
export class SideLogs {
  readonly #byTag = new Map<string, SideLog>();
  readonly #requests = new Map<string, DatagramEvent>();
  readonly #servedPeers = new Map<string, Tag>();

  readonly #listener: SideLogListener;
  readonly #windowOf: (tag: Tag) => LogWindow | undefined;

  /**
   * `listener` gets every event with the transfer that it belongs to.
   * `windowOf`: which packets of an end come, if its first ones do not; default: all come.
   */
  constructor(
    events: Iterable<TraceEvent> = [],
    listener: SideLogListener = () => undefined,
    windowOf: (tag: Tag) => LogWindow | undefined = () => undefined,
  ) {
    this.#listener = listener;
    this.#windowOf = windowOf;
    for (const event of events) this.add(event);
  }

  add(event: TraceEvent): void {
    const { tag } = event;
    if (event.type === 'began' && tag.side === 'server') this.#accepted(tag, event.peer);
    const owner = this.#ownerOf(event) ?? tag;
    this.#give(owner, event);
    if (tag.transfer !== 0 || event.type !== 'received') return;
    if (!isAnsweredAsRequest(event.packet)) return;
    this.#requests.set(formatTid(event.peer), event);
    trim(this.#requests);
  }

  /** The logs of a transfer's number: one side of it, or both where both are local. */
  of(transfer: number): readonly SideLog[] {
    return [...this.#byTag.values()].filter(({ tag }) => tag.transfer === transfer);
  }

  get all(): readonly SideLog[] {
    return [...this.#byTag.values()];
  }

  /** The request came to the listening port before the transfer began. */
  #accepted(tag: Tag, peer: Tid): void {
    const key = formatTid(peer);
    const request = this.#requests.get(key);
    this.#requests.delete(key);
    if (request !== undefined) this.#give(tag, request);
    this.#servedPeers.set(key, tag);
    trim(this.#servedPeers);
  }

  #give(owner: Tag, event: TraceEvent): void {
    const recs = this.#log(owner).add(event);
    this.#listener(owner, event, recs);
  }

  #ownerOf(event: TraceEvent): Tag | undefined {
    if (event.tag.transfer !== 0 || !('packet' in event)) return undefined;
    const served = this.#servedPeers.get(formatTid(event.peer));
    if (served === undefined) return undefined;
    // After the end a request begins another transfer.
    const isOver = this.#log(served).reader.outcome !== undefined;
    return isOver && isAnsweredAsRequest(event.packet) ? undefined : served;
  }

  #log(tag: Tag): SideLog {
    const key = endKey(tag);
    const known = this.#byTag.get(key);
    if (known !== undefined) return known;
    const made = new SideLog(tag, [], this.#windowOf(tag));
    this.#byTag.set(key, made);
    return made;
  }
}

function trim(map: Map<string, unknown>): void {
  if (map.size <= mostRequests) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
