// Boot firmware of others in an emulated PC, on a cable to the first of the hosts: U-Boot, and the boot ROM iPXE.
// Its console is a serial line that a test reads and types on. Nothing is hardware: QEMU translates, it needs no KVM.
import { join } from 'node:path';
import { findFolder, findProgram, foldersIn, peersRequired } from './debs.ts';
import { hostsMissing, type Hosts } from './hosts.ts';
import type { Running } from './spawn.ts';

const deb = 'qemu-system-x86';
const qemu = findProgram(deb, 'qemu-system-x86_64');
const share = findFolder(deb, 'usr/share');
const uboot = findFolder(deb, 'usr/lib/u-boot/qemu-x86');
const ipxe = findFolder(deb, 'usr/lib/ipxe/qemu');

/** Why no firmware can be run here; undefined: it can. With REQUIRE_PEERS=1 a missing emulator is an error. */
export function firmwareMissing(): string | undefined {
  const here = [qemu, share, uboot, ipxe].every((part) => part !== undefined);
  const missing = hostsMissing() ?? (here ? undefined : 'QEMU with its firmware is not here (run .ci/peers)');
  if (missing !== undefined && peersRequired) throw new Error(`REQUIRE_PEERS=1, but firmware: ${missing}`);
  if (missing !== undefined) console.warn(`skipped: U-Boot and iPXE: ${missing}`);
  return missing;
}

const firmware = {
  /** Waits at its prompt once a key is pressed. */
  'U-Boot': { rom: '', args: ['-bios', join(uboot ?? '', 'u-boot.rom')] },
  /** Boots from the network: it asks for its address and for a file by DHCP. */
  iPXE: { rom: join(ipxe ?? '', 'pxe-e1000.rom'), args: ['-boot', 'n'] },
} as const;

/** Switches a machine on. */
export function powerOn(kind: keyof typeof firmware, world: Hosts): Running {
  const [host] = world.hosts;
  if (qemu === undefined || share === undefined || host === undefined) throw new Error('no QEMU here');
  const { rom, args } = firmware[kind];
  const modules = foldersIn(join(qemu.folder ?? '/', 'usr/lib')).map((folder) => join(folder, 'qemu'));
  return host.start({
    command: qemu.command,
    env: { ...qemu.env, QEMU_MODULE_DIR: modules.join(':') },
    args: [
      ...['-L', join(share, 'seabios'), '-L', join(share, 'qemu')],
      ...['-accel', 'tcg', '-m', '128', '-nodefaults', '-nographic', '-serial', 'stdio'],
      ...['-netdev', `tap,id=cable,ifname=${world.tap()},script=no,downscript=no`],
      ...['-device', `e1000,netdev=cable,romfile=${rom}`, ...args],
    ],
  });
}
