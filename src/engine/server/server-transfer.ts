// One transfer of our server, from an admitted request to its end: open the file, agree on terms, transfer, report.
import type { ErrorCode } from '../../wire/codes.ts';
import { parseMode } from '../../wire/mode.ts';
import type { RequestPacket } from '../../wire/packet.ts';
import { raw, type Untrusted } from '../../wire/text.ts';
import type { Tid } from '../../wire/tid.ts';
import type { Machine, Outcome } from '../../transfer/machine.ts';
import type { Accepted } from '../../transfer/negotiate.ts';
import { Receiver } from '../../transfer/receiver.ts';
import { Sender } from '../../transfer/sender.ts';
import type { ServerStart } from '../../transfer/side.ts';
import type { PacketEvents, PacketPort, ReceivedDatagram } from '../../network/packet-network.ts';
import type { Offering } from '../../files/file.ts';
import { AcksAhead } from './acks-ahead.ts';
import { deferred } from '../deferred.ts';
import { Drive } from '../drive/drive.ts';
import type { ReadAhead } from '../drive/read-ahead.ts';
import { refusalOf } from '../file-refusals.ts';
import { LocalProblem, tooLarge } from '../failure-texts.ts';
import type { Failure } from '../../transfer/failure.ts';
import { refuseRequest } from './refuse.ts';
import type { ServerDrive } from './multicast/group.ts';
import type { Groups } from './multicast/groups.ts';
import { openTime, type Opens } from './open-queue.ts';
import { isExhausted, openRequested, Refused, sameRequest, type Requested } from './open-request.ts';
import { ServedFile } from './served-file.ts';
import type { ServerEvent, ServerSettings } from './types.ts';
import type { Tower } from '../tower.ts';
import type { Progress, TransferState } from '../transfer.ts';
import type { TransferPort } from './limited-port.ts';
import { openTransferPort } from './transfer-port.ts';
import { paceFor } from '../pace.ts';

export interface ServerTransferOptions {
  readonly tower: Tower;
  readonly offering: Offering;
  readonly settings: ServerSettings;
  readonly request: RequestPacket;
  readonly peer: Tid;
  /** The listening port that the request came to. */
  readonly port: PacketPort;
  /** The number of the request's datagram in the trace; undefined while nothing is traced. */
  readonly requestId: number | undefined;
  /** The request of the transfer that this one replaces, from the same port. */
  readonly replaced: RequestPacket | undefined;
  readonly readAhead: ReadAhead;
  readonly opens: Opens;
  readonly groups: Groups;
  /** See {@link TransferPortOptions.wait}. */
  readonly wait: ((octets: number) => number) | undefined;
  readonly emit: (event: ServerEvent) => void;
  /** The system can open nothing more: ends another transfer. Resolves with false where none gives way. */
  readonly onExhausted: () => Promise<boolean>;
  /** The transfer is over and its file is closed: its place is free. */
  readonly onEnd: () => void;
  readonly onRelease: () => void;
}

/** Milliseconds without progress after which a repeated request starts a new transfer. */
const stale = 5000;
/** Milliseconds in which a client answers our first packet, unless the request was forged. */
export const answerTime = 250;
/** The same where many clients of one address ask at once. */
const busyAnswerTime = 1000;

/** See {@link ServerTransfer.patience}. */
const shortestPatience = 1000;
const roundTrips = 4;

export class ServerTransfer {
  readonly peer: Tid;
  /** Given when the file is open, or the request is refused. 0 before. */
  #number = 0;
  readonly #options: ServerTransferOptions;
  readonly #ended = deferred<undefined>();
  readonly #began: number;
  /** When our first packet left. */
  #startedAt: number | undefined;
  readonly #mode: 'octet' | 'netascii';
  readonly #file: ServedFile;
  #drive: ServerDrive | undefined;
  #isShared = false;
  #state: TransferState = 'starting';
  #over: number | undefined;
  readonly #abort = new AbortController();
  readonly #ahead = new AcksAhead();
  #transferPort: TransferPort | undefined;

  constructor(options: ServerTransferOptions) {
    this.#options = options;
    this.peer = options.peer;
    this.#began = options.tower.clock.now();
    const mode = parseMode(raw(options.request.mode));
    this.#mode = mode === 'netascii' ? 'netascii' : 'octet';
    this.#file = new ServedFile({ ...options, mode: this.#mode });
  }

  /** Resolves when the transfer is over and its file is closed. Never rejects. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whether the peer has answered us yet. */
  get heard(): boolean {
    return this.#drive?.heard ?? false;
  }

  get request(): RequestPacket {
    return this.#options.request;
  }

  get isUpload(): boolean {
    return this.#options.request.op === 'WRQ';
  }

  /** Whether it has ended for the client: only its file is still to be closed. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** When a block was last delivered or acknowledged; before the first, when the request arrived. */
  get movedAt(): number {
    return this.#drive?.movedAt ?? this.#began;
  }

  /** Whether this transfer writes the file of that name. */
  isUploadOf(name: Untrusted): boolean {
    return this.isUpload && !this.isOver && raw(this.#options.request.filename) === raw(name);
  }

  /** Whether the client is to send the next packet; false while the file is opened or the disk works. */
  get isWaiting(): boolean {
    return this.#drive?.isWaiting ?? false;
  }

  /** Milliseconds without progress after which a client that came back on another port has left this upload. */
  get patience(): number {
    return Math.max(shortestPatience, roundTrips * (this.#drive?.rtt ?? 0));
  }

  /** Whether the client has had no time to answer our first packet yet. */
  isNew(now: number): boolean {
    const since = this.#startedAt;
    return since === undefined ? now - this.#began < openTime : now - since < busyAnswerTime;
  }

  run(): void {
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      const opened = await this.#withRoom(() => this.#open());
      this.#file.opened(opened);
      // While file and port are opened, the client may send another request, or the server may close.
      if (!this.#gone) this.#number = this.#options.tower.nextNumber();
      if (!this.#gone && (await this.#withRoom(() => this.#share(opened)))) return;
      const port = this.#gone ? undefined : await this.#withRoom(() => this.#port());
      if (port !== undefined && !this.#gone) {
        this.#start(opened.accepted, port);
        return;
      }
      port?.close();
    } catch (error) {
      if (!this.#gone) this.#refuse(error);
    }
    await this.#leave();
  }

  get #gone(): boolean {
    return this.#abort.signal.aborted;
  }

  #open(): Promise<Requested> {
    const { signal } = this.#abort;
    return this.#options.opens.run(signal, () => openRequested({ ...this.#options, signal }));
  }

  /** Where the system can open nothing more, another transfer gives way, and `open` is tried once more. */
  async #withRoom<T>(open: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      if (!isExhausted(error) || this.#gone || !(await this.#options.onExhausted())) throw error;
      return open();
    }
  }

  #announce(): void {
    const { tower, request, emit } = this.#options;
    const { op, filename: file } = request;
    emit({ type: 'accepted', number: this.#number, op, file, peer: this.peer });
    if (tower.bus.active)
      tower.bus.emit({
        ...{ type: 'began', at: tower.clock.now(), tag: this.#tag, op, file },
        ...{ mode: this.#mode, peer: this.peer },
      });
  }

  /** Ends a transfer that never started. */
  async #leave(): Promise<void> {
    await this.#file.close(false);
    this.#finish();
    this.release();
  }

  #port(): Promise<TransferPort> {
    const { tower, settings, port } = this.#options;
    const events: PacketEvents = {
      received: (datagram) => this.#drive?.received(datagram),
      unreachable: (peer) => this.#drive?.unreachable(peer),
      tooLarge: () => this.#drive?.tooLarge(),
      failed: (message) => this.#drive?.failed(message),
    };
    return openTransferPort({
      ...{ tower, settings, listening: port, peer: this.peer, tag: this.#tag, events },
      wait: this.#options.wait,
    });
  }

  #start(accepted: Accepted, port: TransferPort): void {
    this.#transferPort = port;
    const { tower, settings, request } = this.#options;
    const start: ServerStart = { role: 'server', peer: this.peer, pace: paceFor(settings), ...accepted };
    const twin = (): Machine => (request.op === 'RRQ' ? new Sender(start) : new Receiver(start));
    // In netascii the number of octets on the wire is another one.
    const size = (): number | undefined =>
      this.#mode === 'octet' && !this.isUpload ? this.#file.size : undefined;
    const { feed, drain } = this.#file.start(
      () => this.#drive?.stored(),
      (error) => this.#stop(error),
    );
    const drive = new Drive({
      ...{ machine: twin(), port, clock: tower.clock, bus: tower.bus, tag: this.#tag },
      ...{ machines: tower.stepping?.machines, rehearsal: { twin, size } },
      ...{ feed, drain },
      onTooLarge: () => this.#stop(tooLarge(this.#drive?.terms)),
      onEnd: (outcome) => void this.#done(outcome),
      onRelease: () => this.#options.onRelease(),
    });
    this.#begin(drive);
  }

  #begin(drive: ServerDrive): void {
    this.#drive = drive;
    this.#state = 'moving';
    this.#startedAt = this.#options.tower.clock.now();
    this.#announce();
    drive.start(this.#options.requestId);
  }

  /** Where the client asks for multicast and may have it, its transfer is a seat in a group. */
  async #share(opened: Requested): Promise<boolean> {
    const seated = await this.#options.groups.seat({
      ...{ ...this.#options, opened, tag: this.#tag },
      onEnd: (outcome) => void this.#done(outcome),
      onRelease: () => this.#options.onRelease(),
    });
    if (seated === undefined) return false;
    if (seated.keepsSource) this.#file.lend();
    this.#isShared = !this.#gone;
    if (this.#gone) seated.seat.release();
    else this.#begin(seated.seat);
    return this.#isShared;
  }

  #stop(reason: unknown): void {
    const { code, message } =
      reason instanceof LocalProblem ? { code: 0 as const, message: reason.message } : refusalOf(reason);
    this.#drive?.abort(code, message);
  }

  async #done(outcome: Outcome): Promise<void> {
    this.#over = this.#options.tower.clock.now();
    this.#state = 'finishing';
    await this.#file.close(outcome.ok);
    // A published file was stored, even where the client left before the final ACK.
    const stored = !outcome.ok && (await this.#file.isPublished());
    this.#account(stored ? { ok: true, octets: this.#file.octets, confirmed: false } : outcome);
    this.#finish();
  }

  #account(outcome: Outcome): void {
    const { emit, request } = this.#options;
    this.#state = outcome.ok ? 'done' : 'failed';
    const progress = this.progress();
    if (outcome.ok)
      emit({ type: 'complete', progress, confirmed: outcome.confirmed, ...this.#place, ...this.#certainty });
    // RFC 2349: a client that answers an OACK with tsize by an ERROR only asked for the size. After ACK 0, or without
    // an OACK, it gave up.
    else if (request.op === 'RRQ' && isDeclined(outcome.failure) && progress.terms?.tsize !== undefined)
      emit({ type: 'probe', progress });
    else emit({ type: 'failed', progress, failure: outcome.failure, copying: this.#file.copying });
  }

  get #place(): { readonly path?: string } {
    const { path } = this.#file;
    return path === undefined ? {} : { path };
  }

  get #certainty(): Pick<ServerEvent & { type: 'complete' }, 'hasUncertainEnd' | 'copying'> {
    const { hasCertainEnd, copying } = this.#file;
    return { copying, ...(!hasCertainEnd && { hasUncertainEnd: true }) };
  }

  #finish(): void {
    this.#state = this.#state === 'done' ? 'done' : 'failed';
    this.#ended.resolve(undefined);
    this.#options.onEnd();
  }

  #refuse(error: unknown): void {
    const { tower, request, port, peer, settings, emit } = this.#options;
    const refusal =
      error instanceof Refused
        ? { peer, code: error.code, message: error.message }
        : { peer, ...refusalOf(error) };
    const from = { port, ownPort: settings.singlePort !== true, ports: settings.ports };
    this.#number = refuseRequest(tower, { request, ...refusal, ...from, number: this.#number });
    emit({ type: 'refused', number: this.#number, op: request.op, file: request.filename, ...refusal });
  }

  /** Whether `packet` is a copy of the request of this transfer or of the one before it, and is not a new one (RFC 1350 §4). */
  isRepeatedBy(packet: RequestPacket, now: number): boolean {
    if (this.#over !== undefined) return false;
    const isMoving = this.heard && now - this.movedAt < stale;
    const { request, replaced } = this.#options;
    if (sameRequest(packet, request)) return isMoving || !this.heard;
    return isMoving && replaced !== undefined && sameRequest(packet, replaced);
  }

  /** The request was repeated: until the peer has answered, the machine repeats its first reply. */
  repeated(request: ReceivedDatagram): void {
    if (!this.heard) this.#drive?.received(request);
  }

  /** Ends without an ERROR packet: the client sent another request from the same port, or never answered. */
  dismiss(why: string): void {
    this.#drive?.failed(why);
    this.release();
  }

  /** A datagram of the peer in single-port mode. */
  received(datagram: ReceivedDatagram): void {
    const { block = 0, terms } = this.#drive ?? {};
    const isWaiting = this.#transferPort?.isWaiting === true;
    if (!this.isUpload && this.#ahead.count(datagram.packet, { block, terms, isWaiting }))
      return this.dismiss('the client acknowledged blocks that were not sent');
    this.#drive?.received(datagram);
  }

  /** Sends ERROR; a transfer that has not started yet ends without one. */
  abort(code: ErrorCode, message: string): void {
    if (this.#drive === undefined) this.release();
    else this.#drive.abort(code, message);
  }

  /** Closes the port. A file that is still being opened is waited for no longer; its place stays taken until that ends. */
  release(): void {
    this.#abort.abort();
    if (this.#drive !== undefined) return this.#drive.release();
    this.#options.onRelease();
  }

  progress(): Progress {
    const { tower, request } = this.#options;
    const block = this.#drive?.block ?? 0;
    const terms = this.#drive?.terms;
    const read = this.#isShared ? (this.#file.size ?? 0) : this.#file.octets;
    const sent = Math.min(block * (terms?.blksize ?? 512), read);
    return {
      ...{
        number: this.#number,
        side: 'server',
        state: this.#state,
        remote: request.filename,
        peer: this.peer,
      },
      kind: request.op === 'RRQ' ? 'get' : 'put',
      octets: request.op === 'RRQ' ? sent : this.#file.octets,
      ...{ size: this.#file.size, terms, block },
      resent: this.#drive?.resent ?? 0,
      rtt: this.#drive?.rtt,
      elapsed: (this.#over ?? tower.clock.now()) - this.#began,
    };
  }

  get #tag(): { transfer: number; side: 'server' } {
    return { transfer: this.#number, side: 'server' };
  }
}

/** Whether the first packet of the peer was an ERROR. */
function isDeclined(failure: Failure): boolean {
  return failure.by === 'peer' && failure.first;
}
