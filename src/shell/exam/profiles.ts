// How known clients ask: their options in order, their timer, and the names that they try. Each row names its source.
// Rule: a source says what shows the row: a measurement, the program's code, or nothing that was at hand ("not verified").
// The rest of a transfer is our own client.
import type { TransferSettings } from '../../engine/transfer.ts';

/** Who the emulated client is: it decides the names that are tried. */
export interface Identity {
  /** Six octets, as `525400123456`. */
  readonly mac: string;
  /** The IPv4 address as eight hexadecimal digits, in capitals; undefined: it has none. */
  readonly hexAddress: string | undefined;
}

export interface Profile {
  readonly name: string;
  readonly program: string;
  /** What shows it, in words: what was measured, what was read, and what is not verified. */
  readonly source: string;
  /** Options in their order, and the timer. */
  readonly settings: Pick<
    TransferSettings,
    'options' | 'asks' | 'blksize' | 'windowsize' | 'tsize' | 'rexmt' | 'timeout'
  >;
  /** It asks for the size first, and ends that request with an ERROR. */
  readonly asksSize?: true;
  /** It can also write. */
  readonly puts?: true;
  /** The names that it tries one after the other, until one is there. */
  readonly names?: (who: Identity) => readonly string[];
}

const noWindow = { windowsize: 'off' } as const;

export const profiles: readonly Profile[] = [
  {
    ...{
      name: 'u-boot',
      program: 'U-Boot',
      source: 'measured: options of U-Boot 2023.01; net/tftp.c, read: timer; the names are not verified',
    },
    settings: {
      ...noWindow,
      asks: ['timeout', 'tsize', 'blksize'],
      blksize: 1468,
      rexmt: 5000,
      timeout: 55_000,
    },
    puts: true,
    names: (who) => pxelinux(who),
  },
  {
    ...{
      name: 'ipxe',
      program: 'iPXE',
      source: 'measured: options of Debian’s iPXE; the timer is not verified',
    },
    settings: { ...noWindow, asks: ['blksize', 'tsize'], blksize: 1432, rexmt: 250, timeout: 20_000 },
  },
  {
    ...{
      name: 'edk2',
      program: 'EDK2 (UEFI PXE)',
      source: 'not verified; window of PcdPxeTftpWindowSize',
    },
    settings: {
      asks: ['tsize', 'blksize', 'windowsize'],
      ...{ blksize: 1468, windowsize: 4, rexmt: 4000, timeout: 24_000 },
    },
    asksSize: true,
  },
  {
    ...{
      name: 'grub',
      program: 'GRUB 2',
      source: 'include/grub/net.h, read: timer; options and names are not verified',
    },
    settings: { ...noWindow, asks: ['blksize', 'tsize'], blksize: 1024, rexmt: 400, timeout: 31_600 },
    names: ({ mac, hexAddress }) => [
      `grub/grub.cfg-01-${dashed(mac)}`,
      ...shortened(hexAddress).map((part) => `grub/grub.cfg-${part}`),
      'grub/grub.cfg',
    ],
  },
  {
    ...{
      name: 'raspberry-pi',
      program: 'Raspberry Pi 4',
      source: 'not verified; after the documentation of its boot EEPROM',
    },
    settings: { ...noWindow, asks: ['tsize', 'blksize'], blksize: 1024 },
    names: ({ mac }) => [`${dashed(mac)}/start4.elf`, 'start4.elf', 'start.elf'],
  },
  {
    ...{
      name: 'cisco-ios',
      program: 'Cisco IOS (AutoInstall)',
      source: 'not verified; after the guide to AutoInstall',
    },
    settings: { options: false },
    puts: true,
    names: () => ['network-confg', 'cisconet.cfg', 'router-confg', 'router.cfg', 'ciscortr.cfg'],
  },
  {
    ...{
      name: 'wds',
      program: 'Windows boot manager (WDS)',
      source: 'not verified: no capture was at hand; without msftwindow',
    },
    settings: { asks: ['tsize', 'blksize', 'windowsize'], blksize: 1456, windowsize: 4 },
  },
  {
    ...{ name: 'busybox', program: 'BusyBox', source: 'not verified; after networking/tftp.c' },
    settings: { ...noWindow, asks: ['tsize'], blksize: 'off', rexmt: 50, timeout: 12_900 },
    puts: true,
  },
  {
    ...{ name: 'curl', program: 'curl', source: 'measured: requests of Debian’s curl to a silent server' },
    settings: {
      ...noWindow,
      asks: ['tsize', 'blksize', 'timeout'],
      blksize: 512,
      rexmt: 6000,
      timeout: 25_000,
    },
    puts: true,
  },
  {
    ...{
      name: 'tftp-hpa',
      program: 'tftp-hpa',
      source: 'measured: requests of Debian’s tftp-hpa to a silent server',
    },
    settings: { options: false, rexmt: 5000, timeout: 25_000 },
    puts: true,
  },
];

/** `52-54-00-12-34-56`. */
function dashed(mac: string): string {
  return mac.replace(/(..)(?=.)/g, '$1-');
}

/** `0A000005`, `0A00000`, … `0`. */
function shortened(hex = ''): readonly string[] {
  return Array.from({ length: hex.length }, (_, cut) => hex.slice(0, hex.length - cut));
}

/** The names of pxelinux: by MAC address, by shorter and shorter IP address, then the default. */
function pxelinux({ mac, hexAddress }: Identity): readonly string[] {
  return [`01-${dashed(mac)}`, ...shortened(hexAddress), 'default'].map((name) => `pxelinux.cfg/${name}`);
}
