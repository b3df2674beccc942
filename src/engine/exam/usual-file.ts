// Finds a file to ask about, where the user names none.
import { askOnce, isData, request, type Exam } from './exam.ts';

/** File names that servers for network boots often have. */
export const usualNames: readonly string[] = [
  ...['pxelinux.0', 'undionly.kpxe', 'ipxe.efi', 'snponly.efi', 'bootx64.efi', 'grubx64.efi'],
  ...['lpxelinux.0', 'boot/x86/wdsnbp.com', 'pxelinux.cfg/default', 'vmlinuz', 'uImage', 'boot.scr'],
  ...['bootcode.bin', 'start.elf', 'network-confg', 'test'],
];

/** The first usual name that the server has; undefined: it has none of them. */
export async function findUsualFile(exam: Exam): Promise<string | undefined> {
  for (const name of usualNames) {
    const isThere = await askOnce(exam, request('RRQ', name), (heard) => isData(heard, 1));
    if (isThere) return name;
  }
  return undefined;
}
