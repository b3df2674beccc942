// What help tells beside the commands: topics, each a few paragraphs. The man page has them too.
// Data only; a paragraph that begins with two blanks is shown as it is, all others are wrapped.
import { exitStatusTable } from '../report/exit-status.ts';

/** One topic of help. */
export interface Topic {
  readonly name: string;
  /** One phrase without a full stop. */
  readonly summary: string;
  readonly paragraphs: readonly string[];
}

export const topics: readonly Topic[] = [
  {
    name: 'options',
    summary: 'what client and server agree on before the first block',
    paragraphs: [
      'Plain TFTP (RFC 1350) sends 512 octets and waits for the acknowledgement of each. A request may carry options (RFC 2347): the server answers with an OACK that names those it takes, or starts as if none had been asked. A server that cannot bear them answers ERROR 8, and is asked once more without.',
      '  blksize     octets in a block, 8–65464 (RFC 2348)',
      '  windowsize  blocks before an acknowledgement, 1–65535 (RFC 7440)',
      "  tsize       the file's size, so that a percentage can be told (RFC 2349)",
      '  timeout     seconds before something is sent again, 1–255 (RFC 2349)',
      '"set blksize 1468" asks for that value and no other; auto asks for what suits the way there; "options off" asks for none. A line of "trace on" shows what was asked and what was granted.',
    ],
  },
  {
    name: 'netascii',
    summary: 'the mode that converts line ends, and when not to use it',
    paragraphs: [
      'In mode octet files travel as they are. In mode netascii every line end becomes CR LF on the way, a lone CR becomes CR NUL, and the receiver makes its own line ends of them (RFC 1350 §1, RFC 764). Both sides must use the same mode; the request says which.',
      'Never use netascii for images, archives or firmware: wherever a CR or LF octet stands, the file changes. Sizes differ on both sides, so that tsize is not checked in this mode.',
      '"ascii" and "binary" switch; a URI can say it for one file: tftp://HOST/FILE;mode=netascii.',
    ],
  },
  {
    name: 'keys',
    summary: 'keys of the prompt',
    paragraphs: [
      '  Tab            complete; again for the menu',
      '  ↑ ↓            earlier lines; they are kept across runs',
      '  Ctrl-R         search in them',
      '  → or Ctrl-E    take the grey suggestion; Enter never does',
      '  Ctrl-A Ctrl-E  start and end of the line; Alt-B Alt-F by words',
      '  Ctrl-K Ctrl-U  cut to the end, to the start; Ctrl-W Alt-D a word',
      '  Ctrl-Y         put back what was cut',
      '  Ctrl-C         end the transfer, or drop the line; twice: leave',
      '  Ctrl-D         leave, from an empty line',
      '  Ctrl-\\         leave at once, whatever runs, with status 131',
      '  Ctrl-L Ctrl-Z  clear the screen; stop, and come back with fg',
      'A paste of several lines is shown and asked about once. A line that begins with a blank is not remembered.',
    ],
  },
  {
    name: 'firewalls',
    summary: 'why requests arrive and answers do not',
    paragraphs: [
      'A request goes to port 69, but the server answers from another port, a new one for each transfer (its transfer identifier, RFC 1350 §4). A firewall that lets port 69 in and forgets about it drops that answer: the client sees silence, the server sends again and again to nobody.',
      'On the way through NAT the gateway has to know TFTP: in Linux that is nf_conntrack_tftp and nf_nat_tftp. Without it only a server that answers from its listening port gets through; ours does with "set single-port on" before "serve".',
      '"--ports MIN:MAX", or "set ports MIN:MAX", keeps our own side within ports that a firewall lets in. "trace on" shows from which port the answer came, and whether one came at all.',
    ],
  },
  {
    name: 'serving',
    summary: 'our own server: who reaches it, what it offers, and how it stays safe',
    paragraphs: [
      'Nothing is offered by itself, and what is offered can be read only, from this machine only, until flags say otherwise. Each flag of "serve" is a setting as well, so that a start-up file can hold it.',
      '  serve fw.bin                            one file, nothing else',
      '  serve /srv/tftp --lan --port 69         everybody on the local nets',
      '  serve up --write --allow 10.0.0.0/8     a place to put files',
      '  serve https://boot.example/images/      files of a web server',
      '  serve tftp://10.0.0.9/                  another TFTP server, watched',
      '"--lan" listens once on each address of this machine, so that a reply leaves from the address that was asked; interfaces may come and go. "serve address HOST" tells which address HOST would use.',
      'Ports below 1024 are for root. To have one without: a capability, a limit of the system, or a socket inherited from systemd (LISTEN_FDS). Or start as root with "--user NAME": root is given away once the port is bound.',
      '  setcap cap_net_bind_service=+ep PATH-OF-NODE',
      '  sysctl net.ipv4.ip_unprivileged_port_start=69',
      '"--single-port" answers from the listening port, so that NAT, containers and UDP load balancers need to know nothing of TFTP.',
      '"--rewrite FILE" puts every name through rules, one a line: flags, a regular expression, a replacement. "serve rewrite NAME" shows what becomes of a name.',
      '  ri ^(?:/?tftpboot/)(.*) \\1      drop a prefix, in either case',
      '  rg \\\\ /                         backslashes become slashes',
      '  a  \\.key$                       refuse these',
      'The flags of a rule: r replaces the first match, g all of them, i either case, e ends here, s starts over, a refuses, ~ where it does not match, G for reads, P for writes. In a replacement \\1 is a group, \\i the address of the client, \\U \\L \\E upper and lower case.',
    ],
  },
  {
    name: 'scripts',
    summary: 'commands from a file, a pipe or a command line',
    paragraphs: [
      '  tftpsh get tftp://10.0.0.5/boot.img',
      '  tftpsh 10.0.0.5 -c put boot.cfg',
      '  tftpsh < lab.tftpsh',
      'Lines run one after another, nothing is asked, and the first failure ends it with its line number and exit status, unless "set keep-going on" stands before it. # begins a comment. "source FILE" runs a script inside the shell, and scripts may source others.',
      'Results go to standard output, complaints and progress to standard error. "get REMOTE -" writes the file to standard output, "put - REMOTE" reads standard input. "--json" prints one object a line for every event; the README lists them.',
      'A line that ends in & runs beside the ones after it; at its end a script waits for those. A server that a script started runs until it is stopped, or until a signal.',
    ],
  },
  {
    name: 'startup',
    summary: 'the start-up file, and what is kept across runs',
    paragraphs: [
      'Before the first prompt the shell runs the commands of tftpsh/startup under $XDG_CONFIG_HOME (~/.config), one a line, as a script would: settings to begin with, a "connect", a "serve". What fails there is told with its line, and the shell starts all the same. "--no-startup" skips it. A file that others may write to is not read.',
      'Scripts, pipes and single commands do not read it, so that they mean the same on every machine; where it is wanted, "source ~/.config/tftpsh/startup" does it.',
      'Lines that were typed are kept in tftpsh/history under $XDG_STATE_HOME (~/.local/state), at most 1,000, for nobody else to read. Several shells share it.',
    ],
  },
  {
    name: 'status-codes',
    summary: 'exit statuses',
    paragraphs: exitStatusTable.map(([status, meaning]) => `  ${String(status).padStart(3)}  ${meaning}`),
  },
];

/** The topic of that name, or the only one that begins so. */
export function findTopic(name: string): Topic | undefined {
  const matches = topics.filter((topic) => name.length > 2 && topic.name.startsWith(name));
  return topics.find((topic) => topic.name === name) ?? (matches.length === 1 ? matches[0] : undefined);
}
