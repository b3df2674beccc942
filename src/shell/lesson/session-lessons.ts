// What the session keeps of lessons: where the progress is, and the player once a command has made it.
// Rule: it knows nothing of the player, whose code is loaded late and knows the whole shell.

export class SessionLessons {
  /** The file that keeps the progress; undefined: none is kept. */
  readonly path: string | undefined;
  /** Undefined while no command asked for lessons. */
  player: { close(): Promise<void> } | undefined;

  constructor(path: string | undefined) {
    this.path = path;
  }
}
