// Step mode in the session: the gate that is in force, what is held there, and who is told about it.
// Rule: the gate decides nothing and the stepper decides nothing; commands and keys do.
import type { Stepping } from '../../engine/tower.ts';
import type { Gate, Held } from '../../network/gate/gate.ts';
import type { GateRule } from '../../network/gate/gate-rule.ts';
import type { Explanation } from '../../trace/explain/explanation.ts';
import type { Side, Tag } from '../../trace/record/event.ts';
import { otherSide } from '../../trace/record/packet-log.ts';
import type { Ring } from '../../trace/record/ring.ts';
import { decode } from '../../wire/decode.ts';
import type { Output } from '../session/output.ts';
import type { Line } from '../session/state.ts';
import type { OpenStep, Views } from '../session/views.ts';
import { outlook, reasonsFor, type Outlook } from './outlook.ts';
import { isRight, sendsText, type Prediction } from './prediction.ts';
import { heldEvent, predictionEvent, sceneLines, verdictText } from './report.ts';
import { machineOf, opposite, sceneOf, senderOf, type Scene } from './scene.ts';

/** What step mode needs of the session. */
export interface StepperDeps {
  /** The gate and the machines that transfers use now: those of the lab while it is on. */
  readonly stepping: () => Stepping | undefined;
  readonly ring: Ring | undefined;
  /** Whether a packet may still come: a transfer runs, or our server listens. */
  readonly isExpecting: () => boolean;
  /** Whether a transfer of our client runs. */
  readonly isBusy: () => boolean;
  /** Calls `listener` when that may have changed. @returns a function that ends this. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly output: Pick<Output, 'emit' | 'print' | 'pageWidth' | 'flush'>;
  readonly views: Pick<Views, 'canShow' | 'refresh' | 'showStep'>;
  /** Runs a line. @returns what it printed. */
  readonly run: (line: string) => Promise<readonly Line[]>;
}

/** Whether a prediction was right, and what happens instead. */
export interface Verdict {
  readonly prediction: Prediction;
  readonly right: boolean;
  readonly sends: string;
  readonly reasons: readonly Explanation[];
}

interface OpenPrediction {
  readonly prediction: Prediction;
  readonly sender: Side;
  readonly clientPort: number;
  /** The number of the datagram that was held then. */
  readonly after: number;
}

export class Stepper {
  readonly #deps: StepperDeps;
  #stepping: Stepping | undefined;
  #rule: GateRule | undefined;
  #stop: () => void = () => undefined;
  /** The number of the datagram that was announced last. */
  #announced = 0;
  /** Whether the datagram that is first now is still to be announced. */
  #isDue = false;
  #panel: OpenStep | undefined;
  /** The user left the panel: packets are announced in lines until nothing runs any more. */
  #isLeft = false;
  /** About what an end sends next that cannot be asked: it is not ours, or has not begun. */
  #open: OpenPrediction | undefined;
  /** The judgement that the held datagram of this number brought. */
  #judged: { readonly number: number; readonly verdict: Verdict } | undefined;

  constructor(deps: StepperDeps) {
    this.#deps = deps;
    this.renew();
  }

  get rule(): GateRule | undefined {
    return this.#rule;
  }

  /** Undefined: this program has no gate. */
  get gate(): Gate | undefined {
    return this.#stepping?.gate;
  }

  get held(): readonly Held[] {
    return this.gate?.held ?? [];
  }

  /** Follows another gate from now on: the lab was switched on or off. */
  renew(): void {
    this.#stop();
    this.gate?.off();
    this.#stepping = this.#deps.stepping();
    this.#announced = 0;
    const undo = [this.gate?.onChange(() => this.#follow()), this.#deps.subscribe(() => this.#settle())];
    this.#stop = () => undo.forEach((each) => each?.());
    if (this.#rule !== undefined) this.on(this.#rule);
  }

  /** Switches step mode on, or changes its rule. */
  on(rule: GateRule): void {
    this.#rule = rule;
    if (this.#stepping === undefined) return;
    this.#stepping.machines.isRehearsing = true;
    this.#stepping.gate.on(rule);
  }

  /** What is held passes, and nothing is held from now on. */
  off(): void {
    this.#rule = undefined;
    this.#open = undefined;
    if (this.#stepping === undefined) return;
    this.#stepping.machines.isRehearsing = false;
    this.#stepping.gate.off();
  }

  /** Waits until a datagram is held. False: none can come, because nothing runs, or `signal` ended the wait. */
  async whenHeld(signal: AbortSignal): Promise<boolean> {
    const isOver = (): boolean => this.held.length > 0 || signal.aborted || !this.#deps.isExpecting();
    if (!isOver())
      await new Promise<void>((resolve) => {
        const undo: (() => void)[] = [];
        const check = (): void => {
          if (!isOver()) return;
          for (const each of undo) each();
          signal.removeEventListener('abort', check);
          resolve();
        };
        const { gate } = this;
        if (gate !== undefined) undo.push(gate.onChange(check));
        undo.push(this.#deps.subscribe(check));
        signal.addEventListener('abort', check);
      });
    return this.held.length > 0 && !signal.aborted;
  }

  /** What there is to say about the first held datagram. */
  scene(): Scene | undefined {
    const [first] = this.held;
    const stepping = this.#stepping;
    if (first === undefined || stepping === undefined) return undefined;
    const reasons = first.direction === 'sent' ? reasonsFor(first, this.#past(first.tag)) : [];
    const judged = this.#judged?.number === first.number ? this.#judged.verdict : undefined;
    return sceneOf({
      ...{ held: this.held, machines: stepping.machines.running, reasons, now: stepping.gate.clock.now() },
      outlook: first.direction === 'received' ? this.#outlook(first) : undefined,
      ...(judged !== undefined && { judgement: verdictText(judged) }),
    });
  }

  /** Judges at once where the machine that acts next is ours; else when the packet comes. Undefined: not yet. */
  predict(prediction: Prediction): Verdict | undefined {
    const [first] = this.held;
    if (first === undefined) return undefined;
    const found = this.#outlook(first);
    if (found === undefined) {
      const sender = otherSide(senderOf(first));
      this.#open = { prediction, sender, clientPort: clientPortOf(first), after: first.number };
      return undefined;
    }
    return verdictOf(prediction, found);
  }

  /** What the machine does that gets the datagram; undefined: it is not ours, or not known. */
  #outlook(held: Held): Outlook | undefined {
    const { machines, gate } = this.#stepping ?? {};
    if (machines === undefined || gate === undefined) return undefined;
    const { running } = machines;
    const isSent = held.direction === 'sent';
    const machine = isSent
      ? held.isOurs
        ? opposite(running, held)
        : undefined
      : machineOf(running, held.tag);
    if (machine === undefined) return undefined;
    // The other end knows the sender by the address from which it receives.
    const from = isSent ? (machine.peer ?? held.local) : held.peer;
    return outlook(machine, { octets: held.octets, from, now: gate.clock.now() }, this.#past(machine.tag));
  }

  #past({ transfer, side }: Tag): ReturnType<Ring['read']>['events'] {
    return this.#deps.ring?.read(0, (tag) => tag.transfer === transfer && tag.side === side).events ?? [];
  }

  /** Who usually sends such a packet in the transfer of the held one; an ERROR, our end. */
  naturalSender(octets: Uint8Array, { tag, original }: Held): Side {
    const { op } = decode(octets);
    if (op === 'RRQ' || op === 'WRQ') return 'client';
    if (op === 'OACK') return 'server';
    const began = this.#past(tag).find(({ type }) => type === 'began');
    const asked = began?.type === 'began' ? began.op : decode(original).op;
    const sendsFile: Side = asked === 'WRQ' ? 'client' : 'server';
    if (op === 'DATA') return sendsFile;
    return op === 'ACK' ? otherSide(sendsFile) : tag.side;
  }

  /** Opens the panel at a terminal. @returns whether it is open. */
  openPanel(): boolean {
    if (this.#panel !== undefined) return true;
    if (!this.#deps.views.canShow) return false;
    this.#isLeft = false;
    const panel = this.#deps.views.showStep({
      kind: 'step',
      scene: () => this.scene(),
      run: (line) => this.#deps.run(line),
    });
    this.#panel = panel;
    void panel?.left.then(() => {
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#isLeft = true;
    });
    return panel !== undefined;
  }

  #follow(): void {
    const [first] = this.held;
    if (this.#panel !== undefined) this.#deps.views.refresh();
    this.#settle();
    if (first === undefined || first.number === this.#announced || this.#isDue) return;
    // The machine that sent it is still at work: its state and its timer are right in a moment.
    this.#isDue = true;
    queueMicrotask(() => this.#announce());
  }

  #announce(): void {
    this.#isDue = false;
    const [first] = this.held;
    if (first === undefined || first.number === this.#announced) return;
    this.#announced = first.number;
    this.#judge(first);
    const scene = this.scene();
    if (scene === undefined) return;
    const isShown = !this.#isLeft && this.openPanel();
    const { output } = this.#deps;
    output.emit(heldEvent(scene), isShown ? [] : sceneLines(scene, output.pageWidth));
    if (isShown) this.#deps.views.refresh();
    output.flush();
  }

  /** Closes the panel once nothing runs that could bring a packet. */
  #settle(): void {
    if (this.held.length > 0 || this.#deps.isBusy() || this.#hasWork) return;
    this.#isLeft = false;
    const panel = this.#panel;
    this.#panel = undefined;
    panel?.close();
  }

  /** Whether a machine is not done yet. */
  get #hasWork(): boolean {
    const running = this.#stepping?.machines.running ?? [];
    return running.some(({ waits }) => waits.for !== 'nothing' && waits.for !== 'repetition');
  }

  /** The packet that a prediction is about: the next that its end sends. */
  #judge(held: Held): void {
    const open = this.#open;
    if (open === undefined || held.number <= open.after) return;
    if (senderOf(held) !== open.sender || clientPortOf(held) !== open.clientPort) return;
    this.#open = undefined;
    const packet = decode(held.original);
    const right = isRight(open.prediction, [packet]);
    const reasons = held.direction === 'sent' ? reasonsFor(held, this.#past(held.tag)) : [];
    const verdict = { prediction: open.prediction, right, sends: sendsText([packet]), reasons };
    this.#judged = { number: held.number, verdict };
    this.#deps.output.emit(predictionEvent(verdict), []);
  }
}

/** A client keeps its port from the request to the end, so it names the transfer at both ends. */
function clientPortOf({ tag, local, peer }: Held): number {
  return tag.side === 'client' ? local.port : peer.port;
}

function verdictOf(prediction: Prediction, { sends, reasons }: Outlook): Verdict {
  return { prediction, right: isRight(prediction, sends), sends: sendsText(sends), reasons };
}
