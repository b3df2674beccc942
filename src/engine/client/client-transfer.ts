// A transfer of our client: resolve the host, open the local side, request, transfer, check, publish.
// Another attempt (the next address, or once without options) is decided here; a machine knows one attempt only.
import { grouped } from '../../wire/counts.ts';
import { termOptions } from '../../wire/options.ts';
import { untrusted } from '../../wire/text.ts';
import { formatTid, tid, type Tid } from '../../wire/tid.ts';
import type { Machine, Outcome } from '../../transfer/machine.ts';
import { offerOptions, type Offer } from '../../transfer/negotiate.ts';
import type { Note } from '../../transfer/note.ts';
import type { ClientStart } from '../../transfer/side.ts';
import { classicTerms, type Terms } from '../../transfer/terms.ts';
import { attempt, type ClientAttempt, type AttemptOptions } from './attempt.ts';
import type { TransferRequest } from './requests.ts';
import { deferred } from '../deferred.ts';
import { refusalOf } from '../file-refusals.ts';
import { LocalProblem, nameError, reasonError, tooLarge, transferError } from '../failure-texts.ts';
import { requestFor } from './request.ts';
import type { Tower } from '../tower.ts';
import type { Progress, Transfer, TransferResult, TransferState } from '../transfer.ts';
import { paceFor } from '../pace.ts';
import { checkSettings, offerFor } from './options.ts';

/** Milliseconds between two attempts to resolve the name of a server that is waited for. */
const betweenLookups = 1000;

/** What a get, a put and a stat do differently. */
export interface Direction {
  readonly kind: 'get' | 'put';
  /** Opens the local side. Rejects with FileError or TftpError. */
  open(): Promise<void>;
  /** Octets of the local file where known: a put offers them as tsize. */
  readonly size: number | undefined;
  machine(start: ClientStart): Machine;
  /** As {@link machine}, for a machine that only thinks. */
  twin(start: ClientStart): Machine;
  /** Feed or drain for one attempt. `stop` ends the transfer for a reason of our own. */
  flow(
    stop: (reason: unknown) => void,
    running: () => ClientAttempt | undefined,
  ): Pick<AttemptOptions, 'feed' | 'drain'>;
  /** Resolves when the first `octets` of the local side are at hand, or all of them. Rejects where they cannot be had. */
  ready?(octets: number): Promise<void> | undefined;
  /** Prepares to send from the first octet again. False: this is not possible. */
  rewind?(): Promise<boolean>;
  /** Called for each note of the machine. */
  onNote(note: Note, stop: (reason: unknown) => void): void;
  /** Octets of the local file so far. */
  readonly octets: number;
  /** Lower-case hexadecimal digest; undefined unless the caller asked for it. */
  digest(): string | undefined;
  /** Closes or discards the local side. True: the file is already published. */
  close(ok: boolean): Promise<boolean>;
  readonly local: string | undefined;
  readonly warnings: readonly string[];
}

/** What the transfers of one client share. */
interface Surroundings {
  readonly tower: Tower;
  /** Servers, as `address:port`, that answered only when a request came without options. */
  readonly plainServers: Set<string>;
}

export class ClientTransfer implements Transfer {
  readonly number: number;
  readonly done: Promise<TransferResult>;
  readonly released: Promise<void>;
  readonly #tower: Tower;
  readonly #plainServers: Set<string>;
  readonly #request: TransferRequest;
  readonly #direction: Direction;
  readonly #began: number;
  readonly #released = deferred<undefined>();
  readonly #cancel = new AbortController();
  readonly #warnings: string[] = [];
  #state: TransferState = 'starting';
  #ended: number | undefined;
  #to: Tid | undefined;
  #attempt: ClientAttempt | undefined;
  /** Packets that attempts before this one resent. */
  #resentBefore = 0;
  #reason: unknown;
  #fellBack = false;
  /** Whether this attempt is a member of a multicast group, and whether multicast has failed before. */
  #isInGroup = false;
  #hasNoMulticast = false;
  #wait = 0;
  #tooLarge: LocalProblem | undefined;

  constructor({ tower, plainServers }: Surroundings, request: TransferRequest, direction: Direction) {
    this.#tower = tower;
    this.#plainServers = plainServers;
    this.#request = request;
    this.#direction = direction;
    this.number = tower.nextNumber();
    this.#began = tower.clock.now();
    this.released = this.#released.promise;
    this.done = this.#run();
    // A caller may use `progress` alone: a failure must not become an unhandled rejection.
    this.done.catch(() => undefined);
  }

  progress(): Progress {
    const drive = this.#attempt?.drive;
    const terms = drive?.terms;
    const octets = this.#direction.octets;
    return {
      number: this.number,
      kind: this.#direction.kind,
      side: 'client',
      state: this.#state === 'asking' && drive?.heard === true ? 'moving' : this.#state,
      remote: untrusted(this.#request.remote.file),
      peer: drive?.peer ?? this.#to,
      octets,
      size: this.#direction.size ?? terms?.tsize,
      terms,
      block: drive?.block ?? 0,
      resent: this.#resentBefore + (drive?.resent ?? 0),
      rtt: drive?.rtt,
      elapsed: (this.#ended ?? this.#tower.clock.now()) - this.#began,
    };
  }

  abort(message = 'Aborted by the user'): void {
    this.#stop(new LocalProblem({ by: 'abort', message: 'aborted' }), message.replaceAll('\0', ' '));
  }

  release(): void {
    if (this.#ended !== undefined) this.#attempt?.drive.release();
  }

  async #run(): Promise<TransferResult> {
    try {
      const outcome = await this.#transfer();
      this.#ended = this.#tower.clock.now();
      const published = await this.#direction.close(outcome.ok);
      // A complete and published file is a success, whatever failed after that.
      if (!outcome.ok && !published) throw transferError(outcome.failure, this.#context(), this.#reason);
      this.#state = 'done';
      return {
        ...this.progress(),
        sha256: this.#direction.digest(),
        confirmed: !outcome.ok || outcome.confirmed,
        local: this.#direction.local,
        warnings: [...this.#warnings, ...this.#direction.warnings],
      };
    } catch (error) {
      this.#state = 'failed';
      this.#ended ??= this.#tower.clock.now();
      await this.#direction.close(false);
      throw reasonError(error);
    } finally {
      void (this.#attempt?.released ?? Promise.resolve()).then(() => this.#released.resolve(undefined));
    }
  }

  async #transfer(): Promise<Outcome> {
    const { remote, settings = {} } = this.#request;
    checkSettings(settings);
    const addresses = await this.#addresses();
    await this.#direction.open();
    let outcome: Outcome | undefined;
    for (const [at, address] of addresses.entries()) {
      this.#to = tid(address, remote.port ?? 69);
      // Only the last address is worth a long wait: the others give way to it.
      this.#wait = at === addresses.length - 1 ? (settings.wait ?? 0) : 0;
      outcome = await this.#ask(this.#to);
      // Only an address that never answered is left for the next one.
      if (this.#reason !== undefined || !isDeaf(outcome) || this.#attempt?.drive.heard === true) break;
    }
    if (outcome === undefined) throw nameError(remote.host, undefined);
    return outcome;
  }

  async #addresses(): Promise<readonly string[]> {
    const { remote, settings } = this.#request;
    for (;;)
      try {
        const found = await this.#tower.resolve(remote.host, settings?.family, this.#cancel.signal);
        return found.map(({ address }) => address);
      } catch (error) {
        if (this.#reason !== undefined) throw reasonError(this.#reason);
        const { clock } = this.#tower;
        // A link that is late has no name service yet either.
        if (clock.now() - this.#began >= (settings?.wait ?? 0)) throw nameError(remote.host, error);
        await new Promise<void>((resolve) => clock.after(betweenLookups, resolve));
      }
  }

  /** One address: with options, and once more without them where the server refuses them (RFC 2347, ERROR 8). */
  async #ask(to: Tid): Promise<Outcome> {
    const { settings = {} } = this.#request;
    const multicast = this.#mayShare(to);
    const offer = offerFor(
      { ...settings, multicast },
      {
        ...{ op: this.#op, address: to.address, size: this.#direction.size },
        platform: this.#tower.platform,
      },
    );
    if (this.#plainServers.has(formatTid(to)) && offerOptions(offer).length > 0) {
      this.#warnings.push('asked without options: this server answered no request with options before');
      return this.#try(to, {});
    }
    let outcome = await this.#try(to, offer, multicast);
    const unshared = this.#whyNotShared(outcome);
    if (unshared !== undefined) {
      this.#warnings.push(`${unshared}: asked again without multicast`);
      this.#fellBack = true;
      this.#hasNoMulticast = true;
      return this.#ask(to);
    }
    if (this.#tooLarge !== undefined && (await this.#mayAskSmaller()))
      outcome = await this.#try(to, { ...offer, blksize: classicTerms.blksize });
    if (this.#tooLarge !== undefined) throw this.#tooLarge;
    if (outcome.ok || outcome.failure.by !== 'peer' || !outcome.failure.first) return outcome;
    const { code, message } = outcome.failure;
    if ((code !== 8 && code !== 4) || (offerOptions(offer).length === 0 && !multicast)) return outcome;
    const { bus, clock } = this.#tower;
    const datagram = this.#attempt?.drive.endedBy;
    const note = { type: 'fallback', code, message } as const;
    if (bus.active) bus.emit({ type: 'note', datagram, at: clock.now(), tag: this.#tag, note });
    this.#warnings.push('the server refused the options: asked again without them');
    this.#fellBack = true;
    return this.#try(to, {});
  }

  /** Blocks of the agreed size cannot be sent. @returns whether to try again with 512, which every network carries. */
  async #mayAskSmaller(): Promise<boolean> {
    const { blksize } = this.#attempt?.drive.terms ?? classicTerms;
    if (blksize <= classicTerms.blksize || (await this.#direction.rewind?.()) !== true) return false;
    this.#warnings.push(
      `datagrams of ${grouped(blksize + 4)} octets are too large to leave this machine: asked again with blksize ${classicTerms.blksize}`,
    );
    this.#fellBack = true;
    return true;
  }

  /** Whether multicast is asked for: by a get over IPv4, unless it did not reach us before. */
  #mayShare({ address }: Tid): boolean {
    const { multicast = false, options = true } = this.#request.settings ?? {};
    return multicast && options && this.#op === 'RRQ' && !address.includes(':') && !this.#hasNoMulticast;
  }

  /** Why a member of a group cannot store any block yet, so that it may ask again. Undefined: it can. */
  #whyNotShared(outcome: Outcome): string | undefined {
    if (outcome.ok || !this.#isInGroup || this.#reason !== undefined) return undefined;
    if (this.#attempt?.drive.block !== 0) return undefined;
    const { failure } = outcome;
    if (failure.by === 'silence') return 'the first block did not arrive by multicast';
    return failure.by === 'local' && failure.code === 0 ? failure.message : undefined;
  }

  async #try(to: Tid, offer: Offer, multicast = false): Promise<Outcome> {
    const { remote, settings = {} } = this.#request;
    const request = requestFor({ op: this.#op, file: remote.file, settings, offer, multicast });
    this.#isInGroup = false;
    const start: ClientStart = {
      ...{ role: 'client', to, request, offer },
      lenient: settings.lenient ?? false,
      anyAddress: settings.anyAddress ?? false,
      rollover: settings.rollover ?? 0,
      pace: paceFor({ ...settings, wait: this.#wait }),
    };
    const stop = (reason: unknown): void => this.#stop(reason);
    const flow = this.#direction.flow(stop, () => this.#attempt);
    await this.#untilReady(offer);
    if (this.#reason !== undefined) throw reasonError(this.#reason);
    this.#announce(to);
    this.#state = 'asking';
    this.#tooLarge = undefined;
    const resentBefore = this.#resentBefore + (this.#attempt?.drive.resent ?? 0);
    this.#attempt = await attempt(this.#tower, {
      ...{ to, tag: this.#tag, localPorts: settings.localPorts },
      machine: this.#direction.machine(start),
      rehearsal: { twin: () => this.#direction.twin(start), size: () => this.#sizeOnWire },
      offload: settings.offload ?? true,
      ...flow,
      onNote: (note) => {
        this.#isInGroup ||= note.type === 'group';
        this.#warn(note, to, offer);
        this.#direction.onNote(note, stop);
      },
      onTooLarge: () => this.#stopAsTooLarge(),
    });
    this.#resentBefore = resentBefore;
    // The transfer may have been aborted while the port was opened.
    if (this.#cancel.signal.aborted) this.#attempt.drive.abort(0, 'Aborted');
    return this.#attempt.outcome;
  }

  /** Only the first request begins a transfer. */
  #announce(to: Tid): void {
    const { remote, settings = {} } = this.#request;
    const { bus, clock } = this.#tower;
    if (bus.active && !this.#fellBack)
      bus.emit({
        type: 'began',
        at: clock.now(),
        tag: this.#tag,
        ...{ op: this.#op, file: untrusted(remote.file), mode: settings.mode ?? 'octet', peer: to },
      });
  }

  #stopAsTooLarge(): void {
    this.#tooLarge = tooLarge(this.#attempt?.drive.terms);
    this.#attempt?.drive.abort(0, this.#tooLarge.message);
  }

  /** A pipe may be slow: the server is asked only when the first window can follow its answer, or when we give up. */
  async #untilReady({ blksize = classicTerms.blksize, windowsize = 1 }: Offer): Promise<void> {
    const ready = this.#direction.ready?.(blksize * windowsize);
    if (ready === undefined) return;
    const { signal } = this.#cancel;
    const cancelled = deferred<undefined>();
    const cancel = (): void => cancelled.resolve(undefined);
    signal.addEventListener('abort', cancel);
    if (signal.aborted) cancel();
    await Promise.race([ready, cancelled.promise]).finally(() => signal.removeEventListener('abort', cancel));
  }

  /** Warns about what the settings permit and the user should still know. */
  #warn(note: Note, to: Tid, offer: Offer): void {
    if (note.type === 'pinned' && note.peer.address !== to.address)
      this.#warnings.push(`asked ${to.address}, and ${note.peer.address} answered`);
    if (note.type !== 'negotiated') return;
    if (note.isPlainRequest === true && offerOptions(offer).length > 0) {
      this.#plainServers.add(formatTid(to));
      this.#warnings.push('the server did not answer requests with options: asked without them');
    }
    const unasked: Terms = { ...classicTerms, rollover: this.#request.settings?.rollover ?? 0 };
    const imposed = termOptions.filter(
      ({ term }) => offer[term] === undefined && note.terms[term] !== unasked[term],
    );
    const names = imposed.map(({ name }) => name).join(', ');
    if (names !== '') this.#warnings.push(`the server set options that were not asked for: ${names}`);
  }

  /** Octets that a put sends; undefined where the mode changes their number. */
  get #sizeOnWire(): number | undefined {
    return this.#request.settings?.mode === 'netascii' ? undefined : this.#direction.size;
  }

  get #op(): 'RRQ' | 'WRQ' {
    return this.#direction.kind === 'get' ? 'RRQ' : 'WRQ';
  }

  get #tag(): { transfer: number; side: 'client' } {
    return { transfer: this.number, side: 'client' };
  }

  /** Ends the transfer for a reason of our own. The peer gets an ERROR with the matching code. */
  #stop(reason: unknown, message?: string): void {
    if (this.#reason !== undefined || this.#ended !== undefined) return;
    this.#reason = reason;
    this.#cancel.abort();
    const refusal =
      reason instanceof LocalProblem ? { code: 0 as const, message: reason.message } : refusalOf(reason);
    this.#attempt?.drive.abort(refusal.code, message ?? refusal.message);
  }

  #context(): { to: Tid; peer: Tid | undefined; terms: Terms | undefined; octets: number; elapsed: number } {
    const { peer, terms, octets, elapsed } = this.progress();
    return { to: this.#to ?? tid('0.0.0.0', 0), peer, terms, octets, elapsed };
  }
}

/** Whether the address never answered: silence, or a closed port. */
function isDeaf(outcome: Outcome): boolean {
  if (outcome.ok) return false;
  return outcome.failure.by === 'network' || (outcome.failure.by === 'silence' && !outcome.failure.heard);
}
