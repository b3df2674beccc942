// A transfer as one self-contained HTML page: the ladder, the figures, and why things happened.
// The rule: no script, no external address; text from the net is escaped.
import { say, type Printable } from '../../wire/text.ts';
import type { Side } from '../record/event.ts';
import type { PacketLog } from '../record/packet-log.ts';
import { explainTransfer } from '../explain/explain.ts';
import { spoken } from '../explain/explanation.ts';
import { endWords } from '../ladder/end.ts';
import type { Ladder } from '../ladder/ladder.ts';
import type { Figures } from '../figures/statistics.ts';
import { figureRows } from '../figures/statistics-text.ts';
import { pictureColours, type Scheme } from '../text/palette.ts';
import { xml } from './escape.ts';
import { ladderSvg } from './svg.ts';
import { ladderPlain } from './text.ts';

const variables = (scheme: Scheme): string =>
  Object.entries(pictureColours)
    .map(([name, colour]) => `--${name}:${colour[scheme]}`)
    .join(';');

/** Both schemes by the reader's system, or one. */
function coloursOf(theme: Scheme | undefined): string {
  if (theme !== undefined) return `:root{color-scheme:${theme};${variables(theme)}}`;
  return `:root{color-scheme:light dark;${variables('light')}}
@media (prefers-color-scheme:dark){:root{${variables('dark')}}}`;
}

const shapes = `
body{max-width:68rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.5rem;line-height:1.25;margin:0;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:1.5rem 0 .5rem}
.facts{margin:.5rem 0 1.5rem;color:var(--dim);overflow-wrap:anywhere}
.facts b{color:var(--good)}.facts b.bad{color:var(--bad)}.facts span{color:var(--odd)}
.wide{overflow-x:auto}svg.l{display:block;width:100%;min-width:52rem;height:auto}
.halves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));column-gap:3rem}
ul{margin:0;padding-left:1.2rem}li{margin-bottom:.4rem;overflow-wrap:anywhere}small{color:var(--dim);white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{padding:.25rem 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
th{width:8rem;padding-right:1rem;font-weight:normal;color:var(--dim)}
svg.plot{display:block;width:100%;height:2.5rem;fill:var(--left)}
details{margin:1.5rem 0}summary{cursor:pointer;color:var(--dim)}
pre{overflow-x:auto;font:13px/1.3 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media print{body{margin:0;max-width:none}.wide{overflow:visible}svg.l{min-width:0}details{display:none}}`;

/** How a page shows a transfer. */
export interface PageStyle {
  /** The rows that it shows. */
  readonly ladder: Ladder;
  /** Light or dark; by default like the reader's system. */
  readonly theme?: Scheme | undefined;
}

/** The page, ending in a newline. */
export function transferHtml(transcript: PacketLog, figures: Figures, { ladder, theme }: PageStyle): string {
  const title = say`TFTP ${ladder.title}`;
  const reasons = explainTransfer(transcript).map(
    (one) =>
      `<li>${xml(spoken(one))} <small>${xml(one.inferred ? say`${one.source}; inferred` : one.source)}</small></li>`,
  );
  const body = `<h1>${xml(title)}</h1>
<p class="facts">${facts(ladder, figures, transcript.tag.side)}</p>
<div class="wide" tabindex="0" role="region" aria-label="Ladder">
${ladderSvg(ladder, { heading: false, theme })}</div>
<div class="halves">
${section(say`Why`, `<ul>\n${reasons.join('\n')}\n</ul>`)}
${section(say`Figures`, figureTable(figures))}
</div>
<details>
<summary>The ladder as text</summary>
<pre>${xml(ladderPlain(ladder, { columns: 100, ascii: false }) as Printable)}</pre>
</details>`;
  return htmlPage(title, body, theme);
}

/** A self-contained page in our colours. `body` is HTML whose texts are escaped. */
export function htmlPage(title: Printable, body: string, theme?: Scheme): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${xml(title)}</title>
<style>
${coloursOf(theme)}${shapes}
</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** How it ended, and what went wrong on the way. */
function facts({ figures: troubles }: Ladder, { outcome }: Figures, side: Side): string {
  const end = outcome === undefined ? say`not over yet` : endWords(outcome, side);
  const look = outcome?.ok === false ? ' class="bad"' : '';
  const spans = troubles.map((words) => `<span>${xml(words)}</span>`);
  return [`<b${look}>${xml(end)}</b>`, ...spans].join(' · ');
}

function section(title: Printable, content: string): string {
  return `<section>\n<h2>${xml(title)}</h2>\n${content}\n</section>`;
}

function figureTable(figures: Figures): string {
  const rows = figureRows(figures, false).map(
    ([name, value]) => `<tr><th scope="row">${xml(name)}</th><td>${xml(value)}</td></tr>`,
  );
  if (figures.octets === 0) return `<table>\n${rows.join('\n')}\n</table>`;
  const plot = `<tr><th scope="row">over time</th><td>${plotSvg(figures.buckets)}</td></tr>`;
  return `<table>\n${[...rows, plot].join('\n')}\n</table>`;
}

/** Goodput as a skyline. */
function plotSvg(buckets: readonly number[]): string {
  const most = Math.max(...buckets, 1);
  const path = buckets.map((octets) => `V${(40 - (octets / most) * 39).toFixed(1)}h10`).join('');
  return `<svg class="plot" viewBox="0 0 ${Math.max(1, buckets.length) * 10} 40" preserveAspectRatio="none" aria-hidden="true"><path d="M0 40${path}V40Z"/></svg>`;
}
