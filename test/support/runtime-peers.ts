// TFTP of other languages, from Debian's packages: modules that a small program of ours runs in their own runtime.
// Each is a server or a client as the programs of peers.ts are.
import { findFolder, findProgram, foldersIn, type Found } from './debs.ts';
import { clientPeer, serverPeer, type ClientPeer, type ServerPeer } from './peers.ts';

/** Perl with a module of a package. */
function perl(debianPackage: string): Found | undefined {
  const library = findFolder(debianPackage, 'usr/share/perl5');
  const program = findProgram('perl-base', 'perl');
  if (library === undefined || program === undefined) return undefined;
  return { ...program, env: { ...program.env, PERL5LIB: library } };
}

/** Python with a module of a package. */
function python(debianPackage: string): Found | undefined {
  const library = findFolder(debianPackage, 'usr/lib/python3/dist-packages');
  const program = findProgram('python3-minimal', 'python3');
  if (library === undefined || program === undefined) return undefined;
  return { ...program, env: { ...program.env, PYTHONPATH: library } };
}

/** Erlang's virtual machine; its TFTP application is unpacked beside it. */
function erlang(): Found | undefined {
  const root = findFolder('erlang-base', 'usr/lib/erlang') ?? '';
  const version = foldersIn(root).find((name) => name.includes('/erts-'));
  if (version === undefined || !foldersIn(`${root}/lib`).some((name) => name.includes('/tftp-')))
    return undefined;
  const env = { ROOTDIR: root, BINDIR: `${version}/bin`, EMU: 'beam', PROGNAME: 'erl' };
  return { command: `${version}/bin/erlexec`, env, folder: root };
}

const inErlang = (code: string): readonly string[] => [
  ...['-noshell', '-boot', 'start_clean', '-eval', code],
];

/** A text as Erlang and Perl write it: the tests have names and folders without quotes in them. */
const text = (value: string): string => `"${value}"`;

const perlServer = `use Net::TFTPd;
  my ($host, $port, $root) = @ARGV;
  my $server = Net::TFTPd->new(LocalAddr => $host, LocalPort => $port, Family => 4, RootDir => $root,
    Writable => 1, Timeout => 3600, ACKtimeout => 1, ACKretries => 5) or die Net::TFTPd->error;
  while (1) { my $request = $server->waitRQ(3600) or next; $request->processRQ(); }`;

const perlClient = `use Net::TFTP;
  my ($host, $port, $verb, $from, $to, $blksize) = @ARGV;
  my $client = Net::TFTP->new($host, Port => $port, BlockSize => $blksize, Mode => "octet");
  my $result = $verb eq "get" ? $client->get($from, $to) : $client->put($from, $to);
  defined $result && !$client->error or die $client->error;`;

/** The example server of the package. */
const pythonServer = findFolder('python3-fbtftp', 'usr/share/doc/python3-fbtftp/examples') ?? '';

/** Servers of other languages, also those that are missing here. */
export function runtimeServers(): readonly ServerPeer[] {
  return [
    serverPeer(
      { name: 'Erlang tftp', modes: ['octet'], directions: ['get', 'put'], options: ['blksize', 'tsize'] },
      { package: 'erlang-base', program: 'erlang-tftp', found: erlang() },
      ({ port, root }) =>
        inErlang(
          `{ok, _} = tftp:start([{port, ${port}}, {udp, [{ip, {127,0,0,1}}]}, ` +
            `{callback, {"", tftp_file, [{root_dir, ${text(root)}}]}}]), receive never -> ok end.`,
        ),
    ),
    serverPeer(
      { name: 'Net::TFTPd', modes: ['octet'], directions: ['get', 'put'], options: ['blksize', 'tsize'] },
      { package: 'libnet-tftpd-perl', program: 'Net::TFTPd', found: perl('libnet-tftpd-perl') },
      ({ host, port, root }) => ['-e', perlServer, host, String(port), root],
    ),
    serverPeer(
      { name: 'fbtftp', modes: ['octet', 'netascii'], directions: ['get'], options: ['blksize', 'tsize'] },
      { package: 'python3-fbtftp', program: 'fbtftp', found: python('python3-fbtftp') },
      ({ host, port, root }) => [
        ...[`${pythonServer}/server.py`, '--ip', host, '--port', String(port), '--root', root],
      ],
    ),
  ];
}

/** Clients of other languages, also those that are missing here. */
export function runtimeClients(): readonly ClientPeer[] {
  return [
    clientPeer(
      { name: 'Erlang tftp', modes: ['octet'], directions: ['get', 'put'], options: ['blksize'] },
      { package: 'erlang-base', program: 'erlang-tftp', found: erlang() },
      ({ direction, host, port, remote, local, blksize }) => {
        const verb = direction === 'get' ? 'read_file' : 'write_file';
        const option = blksize === undefined ? '' : `, {"blksize", "${blksize}"}`;
        const options = `[{host, ${text(host)}}, {port, ${port}}${option}]`;
        return inErlang(
          `case tftp:${verb}(${text(remote)}, ${text(local)}, ${options}) of {ok, _} -> halt(0); ` +
            `Other -> io:format(standard_error, "~p", [Other]), halt(1) end.`,
        );
      },
    ),
    clientPeer(
      { name: 'Net::TFTP', modes: ['octet'], directions: ['get', 'put'], options: ['blksize'] },
      { package: 'libnet-tftp-perl', program: 'Net::TFTP', found: perl('libnet-tftp-perl') },
      ({ direction, host, port, remote, local, blksize = 512 }) => {
        const files = direction === 'get' ? [remote, local] : [local, remote];
        return ['-e', perlClient, host, String(port), direction, ...files, String(blksize)];
      },
    ),
  ];
}
