// Starts our own server as `serve` says: settings, impairment, user, offering, log, confinement, and then its banner.
import type { Offering } from '../../files/file.ts';
import { quoted, say } from '../../wire/text.ts';
import type { Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { isMisuse } from '../language/misuse.ts';
import type { Misuse } from '../language/misuse.ts';
import type { ShellContext } from '../session/context.ts';
import type { Chosen } from '../settings/table.ts';
import { serverSettings, settingOf } from '../settings/settings.ts';
import { confineServer, readConfine, type ConfineWish } from './confinement.ts';
import type { Serve } from './embedded-server.ts';
import type { ServeOffering } from './offering.ts';
import { assertUsable, readUser, type UserSwitch } from './privileges.ts';
import type { Records } from './log/records.ts';
import { serveSettings } from './serve-flags.ts';
import { transferCommand } from './transfer-commands.ts';

/** Starts the server as the words and the settings say. @returns the exit status. */
export async function startServer(
  call: Call,
  shell: ShellContext,
  offer: (settings: Chosen) => Promise<ServeOffering | Misuse>,
): Promise<number> {
  const settings = serveSettings(call, shell.settings.chosen);
  if (isMisuse(settings)) return shell.output.misuse(call, settings.word, settings.message);
  const wishes = await readWishes(call, shell, settings);
  if (isMisuse(wishes)) return shell.output.misuse(call, wishes.word, wishes.message);
  const offered = await offer(settings);
  if (isMisuse(offered)) return reportMisuse(call, shell, offered);
  const { openRecords } = await import('./log/records.ts');
  const records = await openRecords(call, settings, shell.directory);
  if (isMisuse(records)) {
    await offered.offering.close();
    return shell.output.misuse(call, records.word, records.message);
  }
  wishes.impair();
  await listen(call, shell, { ...wishes, offered, records });
  return 0;
}

/** How a server is to run. */
interface Wishes {
  readonly settings: Chosen;
  readonly impair: () => void;
  /** The address that it listens on; undefined: those of the settings. */
  readonly host: string | undefined;
  readonly user: Exclude<UserSwitch, Misuse>;
  readonly confine: ConfineWish;
}

async function readWishes(call: Call, shell: ShellContext, settings: Chosen): Promise<Wishes | Misuse> {
  const impair = await impairing(call, shell);
  if (isMisuse(impair)) return impair;
  const { listenAddress } = await import('./own-address.ts');
  const host = await listenAddress(shell.system.tower, settings);
  const user = await readUser(shell.system.privileges, settings, { word: call.flags.get('--user'), host });
  if (isMisuse(user)) return user;
  const confine = readConfine(call);
  return typeof confine === 'string' ? { settings, impair, host, user, confine } : confine;
}

async function listen(
  call: Call,
  shell: ShellContext,
  wishes: Wishes & { readonly offered: ServeOffering; readonly records: Records },
): Promise<void> {
  const { settings, host, user, offered, records } = wishes;
  const { confine } = shell.system.privileges?.oneCommand ?? {};
  let confined = false;
  const listening = await shell.server.start({
    ...offered,
    settings: {
      ...serverSettings(settings),
      ...(host !== undefined && { hosts: [host] }),
      ...(await inherited(call, shell)),
    },
    ...commandsOf(settings),
    records,
    ready: async () => {
      shell.work.throwIfInterrupted();
      await giveUpRoot(user, offered.offering);
      confined = await confineServer({
        ...{ wish: wishes.confine, offering: offered.offering, records, confine },
        runsPrograms: runsPrograms(settings),
      });
    },
  });
  shell.server.reportListening(listening, confined);
  showBanner(shell, offered, { user, confined });
}

function commandsOf(settings: Chosen): Pick<Serve, 'onUpload' | 'onDownload'> {
  return {
    onUpload: transferCommand(settingOf(settings, 'serve-on-upload')),
    onDownload: transferCommand(settingOf(settings, 'serve-on-download')),
  };
}

/** Whether it starts other programs while it serves. */
function runsPrograms(settings: Chosen): boolean {
  const hasCommand = Object.values(commandsOf(settings)).some((command) => command !== undefined);
  // The MAC address of an IPv6 client is asked of `ip`.
  return hasCommand || settingOf(settings, 'serve-root') === 'mac';
}

async function giveUpRoot(user: Exclude<UserSwitch, Misuse>, offering: Offering): Promise<void> {
  if (user.type === 'none') return;
  await user.become();
  await assertUsable(offering, user.name);
}

/** Shows a wrong argument in the line of the command, or the wrong part of a file in its line. */
export function reportMisuse(call: Call, { output }: ShellContext, { line, word, message }: Misuse): number {
  return line === undefined ? output.misuse(call, word, message) : output.refuse({ line, word, message });
}

/** Impairs as `--impair` says, when it is called. */
async function impairing(call: Call, shell: ShellContext): Promise<(() => void) | Misuse> {
  const faults = call.flags.get('--impair');
  if (faults === undefined) return () => undefined;
  return (await import('../impair/run.ts')).impairBy(faults, shell);
}

/** The sockets that the program inherited at its start, unless flags of this call say where to listen. */
async function inherited(call: Call, shell: ShellContext): Promise<object> {
  if (['--port', '--host', '--lan'].some((flag) => call.flags.has(flag))) return {};
  const sockets = (await shell.system.privileges?.inherited()) ?? [];
  return sockets.length === 0 ? {} : { sockets };
}

function showBanner(
  shell: ShellContext,
  { kind }: ServeOffering,
  { user, confined }: { readonly user: Exclude<UserSwitch, Misuse>; readonly confined: boolean },
): void {
  const lines: Printable[] = [say`offering ${shell.server.root ?? say``} (${shell.server.mode})`];
  if (kind === 'proxy') lines.push(say`  "trace on" shows the packets of both sides.`);
  shell.output.show(lines.map((text) => ({ kind: 'plain', text })));
  if (user.type === 'later' && user.isDefault)
    shell.output.print(
      [
        say`  Now running as user ${quoted(user.name)}: root does not serve other machines unless --user root is given.`,
      ],
      'hint',
    );
  if (user.type === 'later' && shell.system.privileges?.oneCommand === undefined)
    shell.output.print([say`  This whole shell runs as user ${quoted(user.name)} now, for good.`], 'hint');
  // A gateway reads no files here.
  const hasFiles = kind !== 'web' && kind !== 'proxy';
  if (hasFiles && user.type === 'none' && shell.system.privileges?.isRoot() === true)
    shell.output.print(
      [
        say`  Running as root: file permissions are not enforced.`,
        say`  --user NAME switches to that user once the port is bound.`,
      ],
      'hint',
    );
  if (confined)
    shell.output.print(
      [say`  Confined: the kernel refuses this process every other file (Landlock).`],
      'hint',
    );
}
