// What `capture` does: begins and ends the capture that the session writes.
import { printable, say, type Printable } from '../../wire/text.ts';
import type { Call } from '../language/command.ts';
import { CaptureWriter, type CaptureFigures } from '../captures/capture-writer.ts';
import type { Word } from '../language/parse.ts';
import { localPath } from '../language/local-path.ts';
import type { Session } from '../session/session.ts';
import { counted, octetsText } from '../../trace/text/quantities.ts';

export async function capture(call: Call, session: Session): Promise<number> {
  const [word] = call.words;
  const { capturing: running, broken } = session.inspector;
  if (word?.text === 'off') return off(call, session, word);
  if (word !== undefined) return begin(call, session, word);
  if (running !== undefined) tell(session, running.name, running.capturing.figures);
  else if (broken === undefined) session.print([none]);
  else session.print([say`No capture is written: an error ended ${broken.name}, and it is not whole.`]);
  return 0;
}

const none = say`No capture is written.`;

async function off(call: Call, session: Session, word: Word): Promise<number> {
  const { inspector: records } = session;
  const { capturing: running, broken } = records;
  records.capturing = undefined;
  records.broken = undefined;
  if (running === undefined) {
    if (broken === undefined) return session.misuse(call, word, none);
    session.print([say`An error ended ${broken.name}: it is not whole.`], 'bad');
    return broken.status;
  }
  try {
    tell(session, running.name, await running.capturing.stop());
    return 0;
  } catch (error) {
    return session.fail(error, { verb: 'capture', name: running.name });
  }
}

async function begin(call: Call, session: Session, word: Word): Promise<number> {
  const { inspector: records } = session;
  const { capturing: running } = records;
  if (running !== undefined)
    return session.misuse(call, word, say`${running.name} is being written: "capture off" ends it.`);
  const name = printable(word.text);
  const capturing = await CaptureWriter.start(localPath(session, word.text), call.flags.has('--force'), {
    bus: session.deps.tower.bus,
    clock: session.deps.tower.clock,
    failed: (error) => {
      records.capturing = undefined;
      records.broken = { name, status: records.captureFailed(name, error) };
      void capturing.stop().catch(() => undefined);
    },
  });
  records.broken = undefined;
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
