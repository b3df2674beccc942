// The list of all commands. The composition root passes it to the session.
// Rule: the shell never mentions a command that is not in this list.
import type { Command } from '../session/context.ts';
import { examCommands } from '../exam/commands.ts';
import { connectionCommands } from './connection.ts';
import { getCommand } from './get.ts';
import { captureCommands } from './packets/captures.ts';
import { localCommands } from './local-directory.ts';
import { lessonCommands } from './lessons.ts';
import { listCommand } from './ls.ts';
import { packetCommands } from './packets/packets.ts';
import { putCommand } from './put.ts';
import { serveCommand } from './serve.ts';
import { serverCommand } from './server.ts';
import { sessionCommands } from './session.ts';
import { settingCommands } from './settings.ts';
import { statusCommands } from './status.ts';
import { statCommand } from './stat.ts';
import { teachingCommands } from './teaching.ts';

/** Every command, in the order of help. */
export const registry: readonly Command[] = [
  ...connectionCommands,
  getCommand,
  putCommand,
  statCommand,
  ...statusCommands,
  ...packetCommands,
  ...captureCommands,
  ...examCommands,
  ...settingCommands,
  serveCommand,
  serverCommand,
  listCommand,
  ...teachingCommands,
  ...lessonCommands,
  ...localCommands,
  ...sessionCommands,
];
