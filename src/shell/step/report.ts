// Step mode as lines for people and as events for programs.
import { spoken, type Explanation } from '../../trace/explain/explanation.ts';
import { wrapped } from '../../trace/text/wrap.ts';
import { formatTid } from '../../wire/tid.ts';
import { decode } from '../../wire/decode.ts';
import { summary } from '../../wire/summary.ts';
import { printable, say, type Printable } from '../../wire/text.ts';
import type { ShellEvent } from '../report/events.ts';
import type { Line } from '../session/state.ts';
import { predictionText } from './prediction.ts';
import type { Scene } from './scene.ts';
import type { Verdict } from './stepper.ts';

const labelWidth = 8;

/** The held packet in plain lines of at most `columns`. */
export function sceneLines(
  { held, head, place, lines, remarks, waiting }: Scene,
  columns: number,
): readonly Line[] {
  const first = say`step ${held.number}  ${head}`;
  const more = waiting === 0 ? say`` : say`; ${waiting} more held`;
  const rows = [
    ...wrapped(say`${place}${more}`, columns, { first: '  ' }),
    ...lines.flatMap(({ label, text }) => labelled(label, text, columns)),
    ...remarks.flatMap((text) => labelled(say`!`, text, columns)),
  ];
  const kind = remarks.length > 0 ? 'unusual' : held.direction;
  return [
    ...wrapped(first, columns, { indent: 8 }).map((text): Line => ({ kind, text })),
    ...rows.map((text): Line => ({ kind: 'plain', text })),
  ];
}

/** `  why     text`, wrapped below itself. */
export function labelled(label: Printable, text: Printable, columns: number): readonly Printable[] {
  return wrapped(text, columns, { first: `  ${label.padEnd(labelWidth)}`, indent: labelWidth + 2 });
}

export function heldEvent({ held, lines, remarks, waiting }: Scene): ShellEvent {
  const { number, tag, direction, peer, octets, again, late } = held;
  return {
    event: 'held',
    ...{ number, transfer: tag.transfer, side: tag.side, direction, peer: formatTid(peer) },
    ...{ summary: summary(decode(octets)), octets: octets.length, again, late: Math.round(late), waiting },
    hex: [...octets.subarray(0, 512)].map((octet) => octet.toString(16).padStart(2, '0')).join(''),
    lines: lines.map(({ label, text }) => `${label === '' ? '' : `${label}: `}${text}`),
    remarks,
  };
}

/** The judgement in lines of at most `columns`. */
export function verdictLines(verdict: Verdict, columns: number): readonly Line[] {
  const kind = verdict.right ? 'good' : 'bad';
  return wrapped(verdictText(verdict), columns).map((text): Line => ({ kind, text, isResult: true }));
}

/** `Right: ACK 3 is sent. …`, `Wrong: …`. */
export function verdictText({ prediction, right, sends, reasons }: Verdict): Printable {
  const what = printable(sends);
  const verb = what.includes(' and ') || what.includes(' to ') ? say`are` : say`is`;
  const sentence = right
    ? say`Right: ${what} ${verb} sent.`
    : say`Wrong: ${what} ${verb} sent, not ${predictionText(prediction)}.`;
  const [reason] = reasons;
  return reason === undefined ? sentence : say`${sentence} ${reasonText(reason)}`;
}

function reasonText(reason: Explanation): Printable {
  return say`${spoken(reason)} (${reason.source})`;
}

export function predictionEvent(verdict: Verdict): ShellEvent {
  const { prediction, right, sends } = verdict;
  return {
    event: 'prediction',
    right,
    predicted: predictionText(prediction),
    sends,
    text: verdictText(verdict),
  };
}
