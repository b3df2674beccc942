// Opens the screens of a view: the first one, those over it, and a page of keys while the user asks for that.
// Rule: the topmost screen is drawn and gets keys and mouse; keys that do the same everywhere never reach it.
import type { View } from '../../shell/session/view.ts';
import type { Keypress } from '../keys.ts';
import type { MouseAct } from '../mouse.ts';
import { asciiGlyphs, unicodeGlyphs } from '../text/layout.ts';
import { keysPage, viewAction } from './keys.ts';
import { LadderController } from './packets/ladder-controller.ts';
import { ListController } from './list-controller.ts';
import { PacketController } from './packets/packet-controller.ts';
import { PageController } from './page-controller.ts';
import { Walk } from './packets/walk.ts';
import { PlayController } from './packets/play-controller.ts';
import { ServerController } from './server/server-controller.ts';
import { StepController } from './step/step-controller.ts';
import type { FullScreen, Screen, ScreenPorts, ViewerPorts, ViewState } from './view-types.ts';

function screenOf(view: View, ports: ScreenPorts): Screen {
  switch (view.kind) {
    case 'list':
      return new ListController(view, ports);
    case 'ladder':
      return view.play === undefined
        ? new LadderController(view, ports)
        : new PlayController(view, view.play, ports);
    case 'packet':
      return new PacketController(
        view.packet ?? 1,
        { walk: new Walk(view.transfer), exportTo: view.exportTo },
        ports,
        view.close,
      );
    case 'server':
      return new ServerController(view, ports);
    case 'step':
      return new StepController(view, ports);
    case 'page':
      return new PageController(view.page, ports, view.close);
  }
}

/** A view with its keys: ? and F1 show them over any of its screens. */
export class OpenView implements FullScreen {
  readonly view: View;
  readonly #ports: ScreenPorts;
  readonly #first: Screen;
  /** Screens over the first, the topmost last. */
  #over: readonly Screen[] = [];
  #keys: Screen | undefined;
  readonly #listeners = new Set<() => void>();
  #stop: () => void;

  constructor(view: View, ports: ViewerPorts) {
    this.view = view;
    this.#ports = { ...ports, show: this.#show, hide: this.#hide };
    this.#first = screenOf(view, this.#ports);
    this.#stop = this.#first.subscribe(this.#notify);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ViewState => this.#top.state();

  changed(): void {
    for (const screen of [this.#first, ...this.#over]) screen.changed();
    this.#keys?.changed();
  }

  refresh(): void {
    this.#shown.refresh();
  }

  press(character: string | undefined, key: Keypress): void {
    const action = viewAction(character, key);
    if (action === 'suspend') return this.#ports.suspend();
    if (action === 'redraw') return this.#ports.redraw();
    const top = this.#top;
    if (top.isTyping) top.press(character, key);
    else if (action === 'leave') this.#first.leave();
    else if (action !== 'keys') top.press(character, key);
    else if (this.#keys === undefined) this.#showKeys();
  }

  paste(text: string): void {
    this.#top.paste(text);
  }

  point(act: MouseAct): void {
    this.#top.point(act);
  }

  /** The screen that the keys are about. */
  get #shown(): Screen {
    return this.#over.at(-1) ?? this.#first;
  }

  get #top(): Screen {
    return this.#keys ?? this.#shown;
  }

  readonly #notify = (): void => {
    for (const listener of this.#listeners) listener();
  };

  readonly #show = (screen: Screen): void => {
    this.#over = [...this.#over, screen];
    screen.changed();
    this.#follow();
  };

  readonly #hide = (screen: Screen): void => {
    this.#over = this.#over.filter((one) => one !== screen);
    this.#follow();
  };

  #showKeys(): void {
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const hide = (): void => this.#turn(undefined);
    this.#turn(new PageController(keysPage(this.#shown.name, glyphs), this.#ports, hide));
  }

  #turn(keys: Screen | undefined): void {
    this.#keys = keys;
    this.#follow();
  }

  /** Listens to the screen that is the topmost now, and draws it. */
  #follow(): void {
    this.#stop();
    this.#stop = this.#top.subscribe(this.#notify);
    this.#notify();
  }
}
