// The completion scripts by shell.
import type { completionShells } from '../flags.ts';
import { renderBash } from './bash.ts';
import { renderFish } from './fish.ts';
import { renderZsh } from './zsh.ts';

export const completionScripts: Readonly<Record<(typeof completionShells)[number], () => string>> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
};
