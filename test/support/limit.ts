// The limit of a wait. Tests wait for content, and never for a time: this ends a wait whose content does not come.

/** Calls `late` after `within` milliseconds. @returns a function that cancels it: the content came. */
export function limit(within: number, late: () => void): () => void {
  const timer = setTimeout(late, within);
  return () => clearTimeout(timer);
}
