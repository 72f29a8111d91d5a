/** A file of an archive. */
export interface ArchiveFile {
  /** With `/` between folders. */
  readonly path: string;
  readonly content: Uint8Array;
  /** Permissions; by default everybody may read it. */
  readonly mode?: number;
}

const BLOCK = 512;
const LONGEST_NAME = 100;
const LONGEST_PREFIX = 155;

/** An archive in the ustar format of POSIX, which every tar reads; `atMs` becomes the time of its files. */
export const tar = (files: readonly ArchiveFile[], atMs: number): Buffer => {
  const seconds = Math.floor(atMs / 1000);
  const parts = files.flatMap(({ path, content, mode = 0o644 }) => [
    header(path, content.length, seconds, mode),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);
  // Two empty blocks end it.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
};

const header = (path: string, size: number, seconds: number, mode: number): Buffer => {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = splitPath(path);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108); // user
  block.write(octal(0, 7), 116); // group
  block.write(octal(size, 11), 124);
  block.write(octal(seconds, 11), 136);
  block.write(' '.repeat(8), 148); // the checksum counts as blanks
  block.write('0', 156); // a file
  block.write('ustar\x0000', 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
};

/** A longer path is in two fields, split at a slash; what does not fit is cut. */
const splitPath = (path: string): { readonly name: string; readonly prefix: string } => {
  if (Buffer.byteLength(path) <= LONGEST_NAME) return { name: path, prefix: '' };
  const slash = path.lastIndexOf('/');
  return {
    name: path.slice(slash + 1).slice(-LONGEST_NAME),
    prefix: path.slice(0, Math.max(0, slash)).slice(0, LONGEST_PREFIX),
  };
};
