// What `capture` does: begins and ends the capture that the session writes.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../command.ts';
import { Capturing, type CaptureFigures } from '../capturing.ts';
import { localPath } from '../paths.ts';
import type { Session } from '../session.ts';
import { counted, octetsText } from '../units.ts';

export async function capture(call: Call, session: Session): Promise<number> {
  const [word] = call.words;
  const { records } = session;
  const running = records.capturing;
  if (word === undefined) {
    if (running === undefined) session.print([say`No capture is written.`]);
    else tell(session, running.name, running.capturing.figures);
    return 0;
  }
  if (word.text === 'off') {
    if (running === undefined) return session.misuse(call, word, say`No capture is written.`);
    records.capturing = undefined;
    tell(session, running.name, await running.capturing.stop());
    return 0;
  }
  if (running !== undefined)
    return session.misuse(call, word, say`${running.name} is being written: "capture off" ends it.`);
  const name = printable(word.text);
  const capturing = await Capturing.start(localPath(session, word.text), call.flags.has('--force'), {
    bus: session.deps.tower.bus,
    clock: session.deps.tower.clock,
    failed: (error) => {
      records.capturing = undefined;
      session.complain(error, { verb: 'capture', name });
      void capturing.stop().catch(() => undefined);
    },
  });
  records.capturing = { capturing, name };
  const line = say`Every packet goes to ${name} from now on; "capture off" ends it.`;
  session.tell({ event: 'capture', file: name, ...capturing.figures }, [{ kind: 'plain', text: line }]);
  return 0;
}

function tell(session: Session, name: Printable, figures: CaptureFigures): void {
  const { packets, octets, dropped } = figures;
  const lost = dropped === 0 ? say`` : say`; ${counted(dropped, 'packet')} lost: the disk was too slow`;
  session.tell({ event: 'capture', file: name, ...figures }, [
    {
      kind: dropped === 0 ? 'plain' : 'bad',
      text: say`${name}   ${counted(packets, 'packet')}, ${octetsText(octets)}${lost}`,
    },
  ]);
}
