/** The container inside every sealed file: one gzip member, padded in its comment. Read strictly. */

import { joined, type Bytes } from "./bytes";
import { Refusal } from "./outcome";

/** Deflate, a comment, no time, unknown system. */
const HEADER = [0x1f, 0x8b, 0x08, 0x10, 0, 0, 0, 0, 0, 0xff] as const;
const SPACE = 0x20;
const MEMBER_BYTES_MIN = 4096;
/** Shortest deflate stream, checksum and size. */
const TAIL_BYTES_MIN = 2 + 8;
/** Most that may come out of one member. */
export const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

const damaged = (why: string): Refusal => new Refusal("damaged", `container: ${why}`);

/** Whether a length is one that Padmé padding makes, at least the floor. */
export function isPadded(length: number): boolean {
  if (length < MEMBER_BYTES_MIN) return false;
  const e = Math.floor(Math.log2(length));
  const s = Math.floor(Math.log2(e)) + 1;
  return length % 2 ** (e - s) === 0;
}

/**
 * The bytes that a container holds.
 *
 * Throws a {@link Refusal} (`damaged`) for any other header, comment, length or checksum, for bytes
 * after the member, and for more than {@link UNPACKED_BYTES_MAX}.
 */
export async function unpack(member: Uint8Array): Promise<Bytes> {
  checkFrame(member);
  const content = await gunzip(member);
  // Some engines read on into a second member; its size would then stand at the end.
  const view = new DataView(member.buffer, member.byteOffset, member.byteLength);
  if (view.getUint32(member.length - 4, true) !== content.length) throw damaged("size");
  return content;
}

function checkFrame(member: Uint8Array): void {
  if (!isPadded(member.length)) throw damaged("length");
  if (HEADER.some((byte, at) => member[at] !== byte)) throw damaged("header");
  let at = HEADER.length;
  while (member[at] === SPACE) at += 1;
  if (member[at] !== 0) throw damaged("comment");
  if (member.length - at - 1 < TAIL_BYTES_MIN) throw damaged("no data");
}

async function gunzip(member: Uint8Array): Promise<Bytes> {
  const unzipped = new Blob([member as Bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = unzipped.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      total += next.value.length;
      if (total > UNPACKED_BYTES_MAX) throw damaged("too much");
      chunks.push(next.value);
    }
  } catch (error) {
    void reader.cancel().catch(() => undefined); // already refused; a second failure says nothing new
    throw error instanceof Refusal ? error : damaged("deflate");
  }
  return joined(chunks);
}
