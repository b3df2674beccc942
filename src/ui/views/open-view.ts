// Opens the screen of a view, with a page of keys over it while the user asks for that.
import type { View } from '../../shell/session/view.ts';
import type { Keypress } from '../keys.ts';
import { asciiGlyphs, unicodeGlyphs } from '../text/layout.ts';
import { keysPage, viewAction } from './keys.ts';
import { LadderController } from './ladder-controller.ts';
import { ListController } from './list-controller.ts';
import { PageController } from './page-controller.ts';
import type { FullScreen, Screen, ViewerPorts, ViewState } from './view-types.ts';

function screenOf(view: View, ports: ViewerPorts): Screen {
  switch (view.kind) {
    case 'list':
      return new ListController(view, ports);
    case 'ladder':
    case 'packet':
      return new LadderController(view, ports);
    case 'page':
      return new PageController(view.page, ports, view.close);
  }
}

/** The view with its keys: ? and F1 show them over any of its screens. */
export class OpenView implements FullScreen {
  readonly view: View;
  readonly #ports: ViewerPorts;
  readonly #below: Screen;
  readonly #listeners = new Set<() => void>();
  #keys: Screen | undefined;
  #stop: () => void;

  constructor(view: View, ports: ViewerPorts) {
    this.view = view;
    this.#ports = ports;
    this.#below = screenOf(view, ports);
    this.#stop = this.#below.subscribe(this.#notify);
  }

  get name(): Screen['name'] {
    return this.#top.name;
  }

  get isTyping(): boolean {
    return this.#top.isTyping;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): ViewState => this.#top.state();

  readonly changed = (): void => {
    this.#below.changed();
    this.#keys?.changed();
  };

  readonly refresh = (): void => this.#below.refresh();

  readonly press = (character: string | undefined, key: Keypress): void => {
    const isKeys = viewAction(character, key) === 'keys' && !this.#top.isTyping;
    if (isKeys && this.#keys === undefined) this.#show();
    else if (!isKeys) this.#top.press(character, key);
  };

  readonly paste = (text: string): void => this.#top.paste(text);

  get #top(): Screen {
    return this.#keys ?? this.#below;
  }

  readonly #notify = (): void => {
    for (const listener of this.#listeners) listener();
  };

  #show(): void {
    const glyphs = this.#ports.ascii() ? asciiGlyphs : unicodeGlyphs;
    const hide = (): void => this.#turn(undefined);
    this.#turn(new PageController(keysPage(this.#below.name, glyphs), this.#ports, hide));
  }

  #turn(keys: Screen | undefined): void {
    this.#stop();
    this.#keys = keys;
    this.#stop = this.#top.subscribe(this.#notify);
    this.#top.changed();
  }
}
