// The settings of this session: what the user has set, and the defaults for the rest.
import { settingOf, withSetting } from '../settings/settings.ts';
import type { Chosen, SettingName, Settings, SettingValue } from '../settings/table.ts';

export class CurrentSettings {
  #chosen: Chosen;
  readonly #changed: (name: SettingName) => void;

  /** @param changed is called after each change with the name of the setting. */
  constructor(chosen: Chosen, changed: (name: SettingName) => void) {
    this.#chosen = chosen;
    this.#changed = changed;
  }

  /** What the user has set. A setting that is missing here has its default. */
  get chosen(): Chosen {
    return this.#chosen;
  }

  get<N extends SettingName>(name: N): Settings[N] {
    return settingOf(this.#chosen, name);
  }

  /** Sets a setting; undefined gives it its default again. */
  set(name: SettingName, value: SettingValue | undefined): void {
    this.#chosen = withSetting(this.#chosen, name, value);
    this.#changed(name);
  }
}
