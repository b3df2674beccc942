// The capture that the session records with `capture`: at most one at a time.
// Rule: an error that ends it fails no command that runs meanwhile; it counts as failed work in the background.
import type { Clock } from '../../network/clock.ts';
import type { Bus } from '../../trace/record/bus.ts';
import type { Printable } from '../../wire/text.ts';
import type { CaptureFigures, CaptureWriter } from './capture-writer.ts';

/** What a recording needs. */
export interface RecordingDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Reports the error that ended the capture. @returns the exit status. */
  readonly failed: (name: Printable, error: unknown) => number;
}

interface Running {
  readonly writer: CaptureWriter;
  readonly name: Printable;
}

export class CaptureRecording {
  readonly #deps: RecordingDeps;
  #running: Running | undefined;
  #broken: { readonly name: Printable; readonly status: number } | undefined;

  constructor(deps: RecordingDeps) {
    this.#deps = deps;
  }

  /** The capture that is being written. */
  get running(): { readonly name: Printable; readonly figures: CaptureFigures } | undefined {
    const running = this.#running;
    return running && { name: running.name, figures: running.writer.figures };
  }

  /** The capture that an error ended, until `capture off` or another capture. */
  get broken(): { readonly name: Printable; readonly status: number } | undefined {
    return this.#broken;
  }

  /** Begins a capture. Rejects with FileError where the file cannot be made. @returns its figures. */
  async start(path: string, name: Printable, overwrite: boolean): Promise<CaptureFigures> {
    const { bus, clock, failed } = this.#deps;
    const { CaptureWriter } = await import('./capture-writer.ts');
    const writer = await CaptureWriter.start(path, overwrite, {
      bus,
      clock,
      failed: (error) => {
        this.#running = undefined;
        this.#broken = { name, status: failed(name, error) };
        void writer.stop().catch(() => undefined);
      },
    });
    this.#broken = undefined;
    this.#running = { writer, name };
    return writer.figures;
  }

  /** Ends the capture, or forgets the broken one. Rejects with FileError where the last packets cannot be written. */
  async stop(): Promise<CaptureFigures | undefined> {
    const running = this.#running;
    this.#running = undefined;
    this.#broken = undefined;
    return running?.writer.stop();
  }

  /** Ends the capture, if there is one, with the session. Never rejects. */
  async close(): Promise<void> {
    const name = this.#running?.name;
    await this.stop().catch((error: unknown) => name !== undefined && this.#deps.failed(name, error));
  }
}
