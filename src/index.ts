// The library: the only file that a consumer imports. It exports names and has no logic of its own.
import { startParts, TemporaryServer, type EmbeddedTftpOptions } from './engine/library/rig.ts';

export { TftpClient } from './engine/library/tftp-client.ts';
export type {
  GetOptions,
  PutOptions,
  TftpClientOptions,
  TransferOptions,
} from './engine/library/tftp-client.ts';
export { TftpServer } from './engine/library/tftp-server.ts';
export type { ListenOptions, TftpServerEvents, TftpServerOptions } from './engine/library/tftp-server.ts';
export { RemoteTftp } from './engine/library/rig.ts';
export type { EmbeddedTftpOptions, TftpRig } from './engine/library/rig.ts';
export { TftpError } from './engine/tftp-error.ts';
export type { Cause } from './engine/tftp-error.ts';
export type { StatResult } from './engine/client/requests.ts';
export type { Progress, TransferResult, TransferSettings, TransferState } from './engine/transfer.ts';
export type { ServerEvent, ServerSettings, ServerStatus } from './engine/server/types.ts';
export { tftpOffering } from './engine/offerings/tftp.ts';
export type { ProxyOptions } from './engine/offerings/tftp.ts';
export { webOffering } from './engine/offerings/web.ts';
export type { WebOptions } from './engine/offerings/web.ts';
export { openJail as directoryOffering } from './files/offerings/jail.ts';
export type { JailOptions as DirectoryOptions } from './files/offerings/jail.ts';
export { memoryOffering } from './files/offerings/named-files.ts';
export type { Handlers, MemoryOptions, Readout } from './files/offerings/named-files.ts';
export { rewrite, rewriteRules } from './files/offerings/rewrite.ts';
export type { RewriteRules, Rewriting, RuleProblem } from './files/offerings/rewrite.ts';
export { perClient, rewritten } from './files/offerings/wrappers.ts';
export type { EntryVisitor, OfferedFile, Offering, OfferingClient, Sink, Source } from './files/file.ts';
export { FileError } from './files/file.ts';
export type { FileProblem } from './files/file.ts';
export type { Tid } from './wire/tid.ts';
export { decodeName, encodeName } from './wire/names.ts';
export { printable, raw } from './wire/text.ts';
export type { Printable, Untrusted } from './wire/text.ts';

/**
 * A TFTP server with a temporary directory and a free port, for tests.
 * `kill` stops it and removes the directory; so does the end of the process.
 *
 * @example
 * const tftp = await EmbeddedTftp.start();
 * await tftp.putFile('build/kernel.img', 'kernel.img');
 * device.boot(await tftp.address(device.host), tftp.port);
 */
export class EmbeddedTftp extends TemporaryServer {
  /** Rejects with {@link TftpError}. */
  static async start(options: EmbeddedTftpOptions = {}): Promise<EmbeddedTftp> {
    const parts = await startParts(options, (action) => {
      process.once('exit', action);
      return () => process.off('exit', action);
    });
    return new EmbeddedTftp(parts);
  }
}
