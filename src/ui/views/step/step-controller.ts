// The panel of step mode while it is open: a key is a command of the shell, and so is a typed line.
// Rule: it decides nothing about packets; the commands do.
import type { StepView } from '../../../shell/session/view.ts';
import type { Line } from '../../../shell/session/state.ts';
import type { ViewAction } from '../../../shell/session/view-keys.ts';
import type { Glyphs, RowPart, TextRow } from '../../text/layout.ts';
import { Controller, type Searched } from '../controller.ts';
import { hintParts } from '../keys.ts';
import type { Size } from '../packets/ladder.ts';
import { stepOf } from '../scroll.ts';
import type { ScreenPorts } from '../view-types.ts';
import { stepRows } from './step-panel.ts';

/** What a typed line is for: it becomes the rest of a command, or a whole one. */
type Asks = 'wait' | 'edit' | 'inject' | 'predict' | 'command';

const lines: Partial<Record<ViewAction, string>> = {
  enter: 'next',
  drop: 'drop',
  twice: 'twice',
  release: 'release',
};

const questions: Partial<Record<ViewAction, Asks>> = {
  wait: 'wait',
  explain: 'edit',
  inject: 'inject',
  predict: 'predict',
  command: 'command',
};

export class StepController extends Controller<Asks> {
  readonly name = 'step';
  readonly #view: StepView;
  /** What the last command said. */
  #said: readonly Line[] = [];
  /** Rows that are scrolled away above. */
  #top = 0;

  constructor(view: StepView, ports: ScreenPorts) {
    super(ports);
    this.#view = view;
  }

  override refresh(): void {
    this.store.changed();
  }

  leave(): void {
    this.#view.close();
  }

  protected act(action: ViewAction): void {
    const line = lines[action];
    const asks = questions[action];
    const step = stepOf(action, Math.max(1, this.ports.size().rows - 4));
    if (action === 'back') this.leave();
    else if (line !== undefined) this.#decide(line);
    else if (asks !== undefined) this.line.ask(asks);
    else if (step !== undefined) this.scroll(step);
  }

  protected scroll(rows: number): void {
    this.#top = Math.max(0, this.#top + rows);
  }

  protected click(): void {
    // A click decides nothing.
  }

  protected searched(): Searched {
    return {
      count: 0,
      at: 0,
      textOf: () => '',
      isUnusual: () => false,
      none: 'There is nothing to find here.',
    };
  }

  protected goTo(): void {
    // Nothing is found here.
  }

  protected entered(asks: Asks, text: string): void {
    if (text.trim() === '') return;
    if (asks === 'command') this.#run(text);
    else this.#decide(`${asks} ${text}`);
  }

  protected entryName(asks: Asks): string {
    return asks;
  }

  protected rows(size: Size, glyphs: Glyphs): readonly TextRow[] {
    const { rows, most } = stepRows(
      { scene: this.#view.scene(), said: this.#said, top: this.#top },
      size,
      glyphs,
    );
    this.#top = Math.min(this.#top, most);
    return rows;
  }

  protected hints(glyphs: Glyphs): readonly RowPart[] {
    return hintParts('step', glyphs);
  }

  /** A command about the held packet. */
  #decide(line: string): void {
    if (this.#view.scene() !== undefined || line === 'release') this.#run(line);
    else this.message = 'No packet is held now.';
  }

  #run(line: string): void {
    this.#top = 0;
    void this.#view.run(line).then((said) => {
      this.#said = said;
      this.store.changed();
    });
  }
}
