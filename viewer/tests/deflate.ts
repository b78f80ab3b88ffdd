/** Node's deflate and checksum, for the sites that tests make. */

import { deflateRawSync as deflate, crc32 as checksum } from "node:zlib";

/** Raw deflate data. */
export const deflateRawSync = (content: Uint8Array): Uint8Array => deflate(content);

/** CRC-32 of the content. */
export const crc32 = (content: Uint8Array): number => checksum(content);
