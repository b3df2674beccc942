// One run: our real server and our real client with their files, on a virtual clock, a network and a disk in memory, as
// a plan says. Everything that differs from production is the four leaves: clock, network, disk, chance.
import { openJail } from '../../src/files/offerings/jail.ts';
import { isTemporaryName } from '../../src/files/offerings/name.ts';
import type { Offering } from '../../src/files/file.ts';
import { Client } from '../../src/engine/client/client.ts';
import { Server, type ServerEvent } from '../../src/engine/server/server.ts';
import type { Transfer, TransferSettings } from '../../src/engine/transfer.ts';
import { TftpError } from '../../src/engine/tftp-error.ts';
import { VirtualClock } from '../../src/network/virtual-clock.ts';
import { Bus } from '../../src/trace/record/bus.ts';
import { tid } from '../../src/wire/tid.ts';
import { byzantineClient, byzantineServer, guesser } from './actors.ts';
import { FaultyCalls } from './disk-faults.ts';
import { mount } from './disk/calls.ts';
import { VirtualDisk } from './disk/disk.ts';
import type { FileInode } from './disk/inode.ts';
import { Happened } from './happened.ts';
import { History, isEqual } from './history.ts';
import { contentOf, isQuiet, stream, type Job, type Plan } from './plan.ts';
import type { Process } from './process.ts';
import { Watch } from './watch.ts';
import { clientHost, serverHost, Wires } from './wires.ts';

export interface Verdict {
  readonly broken: readonly string[];
  readonly happened: Happened;
  readonly digest: number;
  /** Datagrams sent and received, and calls of the disk. */
  readonly events: number;
  /** Milliseconds of virtual time. */
  readonly time: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly ladder: readonly string[];
}

const byzantineHost = '10.0.0.3';
const attackerHost = '10.0.0.4';
const serverPort = 69;
/** Milliseconds of virtual time after which every transfer must have ended. */
const deadline = 3 * 3_600_000;
const mostEvents = 1_000_000;
/** Milliseconds for which a server repeats its last ACK. */
const dally = 12_000;
/** Characters that no printed text may have. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

interface Running {
  readonly job: Job;
  readonly local: string;
  readonly content: Uint8Array;
  began: number;
  ended: boolean;
}

export class World {
  readonly #plan: Plan;
  readonly #clock = new VirtualClock();
  readonly #wires: Wires;
  readonly #disk: VirtualDisk;
  readonly #faults: FaultyCalls;
  readonly #watch: Watch;
  readonly #history = new History();
  readonly #happened = new Happened();
  readonly #bus = new Bus();
  readonly #runnings: Running[] = [];
  readonly #isTrusted: boolean;
  #calls = 0;
  #isCrashed = false;
  #server: { process: Process; server: Server; offering: Offering } | undefined;
  #client: { process: Process; client: Client } | undefined;
  #succeeded = 0;
  #failed = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    // A cut datagram that is delivered looks like a last block. And where a client uses a port again at once, an old
    // DATA 1 may be taken for the first answer: TIDs are to be drawn at random for that reason (RFC 1350 §4).
    this.#isTrusted = plan.net.truncation === undefined && plan.narrow !== true;
    this.#watch = new Watch(() => this.#clock.now(), this.#isTrusted, this.#happened);
    this.#faults = new FaultyCalls(plan.disk, stream(plan.seed, 'disk calls'), this.#clock);
    this.#disk = new VirtualDisk(['srv', 'home'], () => this.#clock.now(), {
      before: (call, path) => this.#beforeCall(call, path),
      named: (path, file) => this.#named(path, file),
      broken: (what) => this.#break(what),
      shortest: (length) => this.#faults.shortest(length),
    });
    this.#wires = new Wires(plan, {
      clock: this.#clock,
      bus: this.#bus,
      observer: this.#watch,
      happened: this.#happened,
    });
    this.#bus.subscribe((event) => {
      if (event.type === 'note') this.#watch.noted(event.tag, event.note);
      if (event.type === 'began') this.#watch.began(event.tag, event.op);
      this.#happened.saw(event);
    });
  }

  async run(): Promise<Verdict> {
    mount(this.#disk);
    const plan = this.#plan;
    for (const [name, size] of Object.entries(plan.files))
      this.#plant(name, contentOf(plan.seed, name, size));
    await this.#startServer();
    this.#startClient();
    if (plan.disk.free !== undefined) this.#disk.free = plan.disk.free;
    this.#faults.isOn = true;
    await this.#startActors();
    this.#schedule();
    for (const job of plan.jobs) this.#clock.after(job.at, () => this.#start(job));
    await this.#untilOver();
    if (isQuiet(plan) && this.#watch.timeouts > 0) this.#break('S6: a timer fired although nothing was lost');
    await this.#atRest();
    const { broken, digest, events, ladder } = this.#watch;
    return {
      broken: [...broken],
      happened: this.#happened,
      digest,
      events: events + this.#disk.calls,
      time: this.#clock.now(),
      succeeded: this.#succeeded,
      failed: this.#failed,
      ladder,
    };
  }

  #break(what: string): void {
    this.#watch.broken.add(what);
  }

  async #startServer(): Promise<void> {
    const { places, rollover } = this.#plan;
    const { tower, process } = this.#wires.tower(serverHost, `server ${this.#isCrashed}`);
    const offering = await openJail('/srv', { write: true, overwrite: true, reserve: 0, platform: 'linux' });
    const settings = { hosts: [serverHost], port: serverPort, maxTransfers: places, rollover, grace: 0 };
    const server = new Server(tower, offering, settings);
    server.subscribe((event) => this.#serverEvent(event));
    await server.listen();
    this.#server = { process, server, offering };
  }

  #startClient(): void {
    const { tower, process } = this.#wires.tower(clientHost, 'client');
    this.#client = { process, client: new Client(tower) };
  }

  #serverEvent(event: ServerEvent): void {
    if ('message' in event) this.#assertPrintable(event.message);
    if (event.type === 'failed' && (event.failure.by === 'local' || event.failure.by === 'network')) {
      this.#assertPrintable(event.failure.message);
      this.#happened.ended(event.failure.message);
    }
    const active = this.#server?.server.status().active.length ?? 0;
    if (active > this.#plan.places) this.#break(`S8: ${active} transfers in ${this.#plan.places} places`);
  }

  #assertPrintable(text: string): void {
    for (const line of text.split('\n'))
      if (unprintable.test(line)) this.#break(`S13: ${JSON.stringify(line)}`);
  }

  async #startActors(): Promise<void> {
    const { seed, byzantine, attacker } = this.#plan;
    const stage = (host: string, part: string) => ({
      network: this.#wires.memory.host(host),
      clock: this.#clock,
      random: stream(seed, part),
    });
    const server = tid(serverHost, serverPort);
    if (byzantine === 'client')
      await byzantineClient(stage(byzantineHost, 'byzantine'), byzantineHost, server);
    if (byzantine === 'server')
      await byzantineServer(stage(byzantineHost, 'byzantine'), tid(byzantineHost, serverPort));
    if (attacker !== undefined) {
      const victims = [server, tid(clientHost, 49_152)];
      await guesser(stage(attackerHost, 'attacker'), attackerHost, victims, attacker);
    }
  }

  #schedule(): void {
    const { writer, seed } = this.#plan;
    this.#wires.schedule();
    if (writer !== undefined) this.#clock.after(writer.at, () => this.#write(seed, writer.inPlace));
  }

  /** Another program of the server's machine changes a served file. */
  #write(seed: number, inPlace: boolean): void {
    const octets = contentOf(seed, 'writer', 700);
    const old = this.#disk.root('srv').entries.get('alpha');
    if (inPlace && old?.kind === 'file') old.replace(octets, this.#disk.now());
    else this.#disk.plant('srv', 'alpha', octets);
    this.#history.publish('alpha', octets, this.#clock.now());
  }

  #plant(name: string, octets: Uint8Array): void {
    this.#disk.plant('srv', name, octets);
    this.#history.publish(name, octets, this.#clock.now());
  }

  /** Before each call of the disk: the server may die here. */
  #beforeCall(call: string, path: string): Promise<void> | undefined {
    const owner = this.#disk.ownerOf(path);
    if (this.#faults.isOn && owner === 'srv' && ++this.#calls === this.#plan.crash?.atCall) this.#crash();
    return this.#faults.before(call, owner);
  }

  #crash(): void {
    const { crash, seed, files, jobs } = this.#plan;
    const running = this.#server;
    if (running === undefined) return;
    const uploads = running.server.status().active.filter(({ kind }) => kind === 'put');
    this.#happened.add(uploads.length > 0 ? 'crash before publish' : 'crash');
    if (this.#runnings.some((one) => !one.ended && one.job.kind === 'put' && this.#isStored(one)))
      this.#happened.add('crash after publish');
    this.#isCrashed = true;
    running.process.kill();
    this.#disk.kill('srv');
    if (crash?.power === true) this.#disk.lose('srv', stream(seed, 'power'));
    for (const name of new Set([...Object.keys(files), ...jobs.map(({ name }) => name)]))
      this.#afterCrash(name);
    this.#faults.isOn = false;
    this.#clock.after(1000, () => {
      void this.#startServer().then(() => {
        this.#faults.isOn = true;
      });
    });
  }

  #afterCrash(name: string): void {
    const octets = this.#disk.read('srv', name);
    const wrong = this.#isTrusted ? this.#history.afterCrash(name, octets) : undefined;
    if (wrong !== undefined) this.#break(`S2: ${wrong}`);
    if (octets !== undefined) this.#history.publish(name, octets, this.#clock.now());
  }

  /** A file got its final name: it must be whole. */
  #named(path: string, file: FileInode): void {
    const name = path.split('/').at(-1) ?? '';
    const owner = this.#disk.ownerOf(path);
    const { octets } = file;
    if (owner === 'srv') {
      const sent = this.#runnings.some(
        ({ job, content }) => job.kind === 'put' && job.name === name && isEqual(content, octets),
      );
      if (this.#isTrusted && !sent && name !== 'chaos' && this.#plan.byzantine !== 'client')
        this.#break(`S2: ${name} is published with octets that nobody sent`);
      if (file.synced < file.size) this.#break(`S2: ${name} is published before its octets are synced`);
      this.#history.publish(name, octets, this.#clock.now());
      this.#happened.add('publish');
      return;
    }
    const running = this.#runnings.find(({ local }) => path.endsWith(`/${local}`));
    if (running === undefined) this.#break(`S4: the client made ${name}`);
    else this.#assertVersion(running, octets);
  }

  /** S1 and S15: what a get stores is one version that was published while it ran. */
  #assertVersion({ job, began }: Running, octets: Uint8Array): void {
    if (!this.#isTrusted || job.name === 'nonsense') return;
    if (!this.#history.had(job.name, octets, began, this.#clock.now()))
      this.#break(`S15: a get of ${job.name} stored ${octets.length} octets that were no version of it`);
  }

  #start(job: Job): void {
    const { byzantine, seed } = this.#plan;
    const local = `file-${this.#runnings.length}`;
    const toNonsense = byzantine === 'server' && this.#runnings.length === 0;
    const content = contentOf(seed, local, job.size);
    const running: Running = {
      job: toNonsense ? { ...job, name: 'nonsense' } : job,
      local,
      content,
      began: this.#clock.now(),
      ended: false,
    };
    this.#runnings.push(running);
    const client = this.#client?.client;
    if (client === undefined) return;
    const host = toNonsense ? byzantineHost : serverHost;
    const request = { remote: { host, port: serverPort, file: job.name }, settings: this.#settings(job) };
    const path = `/home/${local}`;
    if (job.kind === 'put') this.#disk.plant('home', local, content);
    const transfer =
      job.kind === 'get'
        ? client.get({ ...request, to: { type: 'file', path, durable: true } })
        : client.put({ ...request, from: { type: 'file', path } });
    void this.#follow(running, transfer);
  }

  #settings(job: Job): TransferSettings {
    const { mode, blksize, windowsize, tsize, options } = job;
    const ports = this.#plan.narrow === true ? { localPorts: { from: 50_000, to: 50_005 } } : {};
    return { mode, blksize, windowsize, tsize, options, ...ports };
  }

  async #follow(running: Running, transfer: Transfer): Promise<void> {
    try {
      const result = await transfer.done;
      this.#succeeded++;
      this.#assertStored(running, result.confirmed);
      const size = this.#disk.read('home', running.local)?.length;
      if (result.octets !== size && result.confirmed && this.#isTrusted)
        this.#break(`S1: ${result.octets} octets are counted of ${size ?? 0}`);
      if (!result.confirmed) this.#mayNotEnd(running, 'is unconfirmed');
    } catch (error) {
      this.#failed++;
      if (error instanceof TftpError) this.#assertPrintable(error.message);
      else this.#break(`S9: ${String(error)}`);
      this.#mayNotEnd(running, `failed: ${String(error)}`);
    }
    await transfer.released;
    running.ended = true;
  }

  #mayNotEnd(running: Running, how: string): void {
    const { kind, name } = running.job;
    if (this.#plan.mode === 'liveness' && this.#mustSucceed(running))
      this.#break(`liveness: ${kind} of ${name} ${how}`);
  }

  /**
   * A refusal is a proper end: the file is not there, or another upload is writing it. So is a put of which only the last
   * ACK never came: the file is stored, and the server dallied.
   */
  #mustSucceed(running: Running): boolean {
    const { kind, name } = running.job;
    // Of two uploads of one name from one host the later one may take the file over.
    if (kind === 'put' && this.#uploadsOf(name) > 1) return false;
    if (kind === 'get' && this.#plan.files[name] === undefined) return false;
    if (kind === 'get' || !this.#isStored(running)) return true;
    return this.#clock.now() - this.#history.publishedAt(name) < dally;
  }

  #uploadsOf(name: string): number {
    return this.#plan.jobs.filter((job) => job.kind === 'put' && job.name === name).length;
  }

  /** S1 for both kinds: success means that the octets are there. */
  #assertStored(running: Running, isConfirmed: boolean): void {
    const { job, local, content } = running;
    if (!this.#isTrusted || job.name === 'nonsense') return;
    if (job.kind === 'get') {
      const octets = this.#disk.read('home', local);
      if (octets === undefined) this.#break(`S1: a get of ${job.name} succeeded and stored nothing`);
      else this.#assertVersion(running, octets);
      return;
    }
    if (!isConfirmed) return;
    if (this.#isStored(running)) this.#history.confirm(job.name, content);
    else this.#break(`S1: a put of ${job.name} succeeded and nothing was stored`);
  }

  #isStored({ job, content, began }: Running): boolean {
    return this.#history.had(job.name, content, began, this.#clock.now());
  }

  async #untilOver(): Promise<void> {
    const { jobs } = this.#plan;
    const isOver = (): boolean =>
      (this.#runnings.length === jobs.length && this.#runnings.every(({ ended }) => ended)) ||
      this.#clock.now() > deadline ||
      this.#watch.events > mostEvents;
    await this.#clock.run(isOver);
    for (const { ended, job } of this.#runnings)
      if (!ended) this.#break(`S14: a ${job.kind} of ${job.name} does not end`);
  }

  /** S3 and S8: nothing is left. */
  async #atRest(): Promise<void> {
    this.#faults.isOn = false;
    // The server may wait for a client that is gone: it gives up, and what it dallies for passes.
    await this.#clock.advance(120_000);
    const { server, offering } = this.#server ?? {};
    const closing = { isDone: false };
    void server
      ?.close()
      .then(() => offering?.close())
      .then(() => {
        closing.isDone = true;
      });
    if (!(await this.#clock.run(() => closing.isDone))) this.#break('S8: the server does not close');
    for (const process of this.#wires.processes) {
      if (process.ports > 0) this.#break(`S8: ${process.ports} ports are left`);
      if (process.timers > 0) this.#break(`S8: ${process.timers} timers are left`);
    }
    for (const { path } of this.#disk.openDescriptors) this.#break(`S8: a descriptor is left: ${path}`);
    for (const owner of ['srv', 'home'] as const)
      for (const name of this.#disk.root(owner).entries.keys())
        if (isTemporaryName(name) && !(owner === 'srv' && this.#isCrashed))
          this.#break(`S3: ${name} is left in /${owner}`);
    this.#happened.failures(this.#faults.failed);
  }
}
