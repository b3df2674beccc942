// 802.11 (IEEE 802.11-2020 §9) and the headers that captures put in front of it: radiotap, PPI, Prism, AVS.
// Rule: an encrypted frame is named as such; its octets are never guessed at.
import { word16, word32 } from '../file/octets.ts';
import { ethernet, llc } from './ethernet.ts';
import { cutShort, opaque, other, type ReadLayer, type Step } from './layer.ts';

const management = 0;
const control = 1;
const data = 2;
/** The flags of the second octet. */
const toSystem = 0x01;
const fromSystem = 0x02;
const moreFragments = 0x04;
const isProtected = 0x40;
const hasOrder = 0x80;

export const wireless: ReadLayer = (octets) => wirelessFrame(octets, false);
const paddedWireless: ReadLayer = (octets) => wirelessFrame(octets, true);

function wirelessFrame(octets: Uint8Array, isPadded: boolean): Step {
  const [first = 0, flags = 0] = octets;
  if ((first & 3) !== 0) return opaque('802.11 of another version');
  const type = (first >> 2) & 3;
  if (type === management) return other('802.11 management');
  if (type === control) return other('802.11 control');
  if (type !== data) return opaque('802.11 extension');
  const subtype = first >> 4;
  // Null functions carry nothing.
  if ((subtype & 4) !== 0) return other('802.11 without data');
  const hasQuality = (subtype & 8) !== 0;
  const both = toSystem | fromSystem;
  let at = (flags & both) === both ? 30 : 24;
  const quality = hasQuality ? (octets[at] ?? 0) : 0;
  if (hasQuality) at += (flags & hasOrder) === 0 ? 2 : 6;
  if (isPadded) at = Math.ceil(at / 4) * 4;
  if ((flags & isProtected) !== 0) return opaque('802.11, encrypted');
  const fragment = word16(octets, 22, true) & 0x0f;
  if ((flags & moreFragments) !== 0 || fragment !== 0) return opaque('802.11 fragment');
  if ((quality & 0x80) === 0) return { next: llc, at };
  return aggregated(octets, at);
}

/** An A-MSDU: frames with a length, padded to four octets. Only one that stands alone is read. */
function aggregated(octets: Uint8Array, at: number): Step {
  const length = ((octets[at + 12] ?? 0) << 8) | (octets[at + 13] ?? 0);
  const end = Math.ceil((14 + length) / 4) * 4;
  // A frame check sequence may follow.
  if (octets.length - at > end + 4) return opaque('802.11 frames in one (A-MSDU)');
  return { next: ethernet, at };
}

/** radiotap.org: a length in little-endian order; a flag says that the 802.11 head is padded. */
export const radiotap: ReadLayer = (octets) => {
  const at = word16(octets, 2, true);
  if (at < 8) return cutShort;
  const present = word32(octets, 4, true);
  let fields = 8;
  while (fields < at && (word32(octets, fields - 4, true) & 0x80000000) !== 0) fields += 4;
  if ((present & 1) !== 0) fields = Math.ceil(fields / 8) * 8 + 8;
  const flags = (present & 2) === 0 ? 0 : (octets[fields] ?? 0);
  return { next: (flags & 0x20) === 0 ? wireless : paddedWireless, at };
};

/** Prism: 144 octets, unless the newer AVS header begins there. */
export const prism: ReadLayer = (octets) =>
  word32(octets, 0, false) >>> 12 === 0x80211 ? avs(octets) : { next: wireless, at: 144 };

export const avs: ReadLayer = (octets) => {
  const at = word32(octets, 4, false);
  return at < 8 ? cutShort : { next: wireless, at };
};

/** PPI names the link type of what follows; 105 is 802.11, 1 is Ethernet. */
export const ppi: ReadLayer = (octets) => {
  const at = word16(octets, 2, true);
  const link = word32(octets, 4, true);
  if (at < 8) return cutShort;
  if (link === 105) return { next: wireless, at };
  return link === 1 ? { next: ethernet, at } : opaque(`PPI with link type ${link}`);
};
