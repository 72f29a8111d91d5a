import { readFileSync, statSync } from 'node:fs';

interface Unreadable {
  readonly ok: false;
  readonly code: string;
  readonly problem: string;
}

/** Content of a file, or why it cannot be read. */
export type FileContent = { readonly ok: true; readonly text: string } | Unreadable;
export type FileBytes = { readonly ok: true; readonly bytes: Buffer } | Unreadable;

/** No resource of the API comes close to this: etcd refuses more than 1.5 MiB. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Reads a manifest. Synchronous: it is one small file. */
export const readManifestFile = (path: string): FileContent => readTextFile(path, 'manifest', MAX_BYTES);

/** Reads a file as UTF-8; returns every failure as a sentence. `what` names what it contains. */
export const readTextFile = (path: string, what: string, mostBytes: number): FileContent => {
  const read = readBytesFile(path, what, mostBytes);
  if (!read.ok) return read;
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) };
  } catch (error) {
    return unreadable(path, error);
  }
};

/** Reads a file; returns every failure as a sentence. `what` names what it contains. */
export const readBytesFile = (path: string, what: string, mostBytes: number): FileBytes => {
  try {
    const { size, isFile } = stat(path);
    if (!isFile)
      return {
        ok: false,
        code: 'EISDIR',
        problem: `${path} is not a file; name the ${what} file itself`,
      };
    if (size > mostBytes)
      return {
        ok: false,
        code: 'EFBIG',
        problem: `${path} has ${size} bytes; a ${what} has at most ${mostBytes}`,
      };
    return { ok: true, bytes: readFileSync(path) };
  } catch (error) {
    return unreadable(path, error);
  }
};

const unreadable = (path: string, error: unknown): Unreadable => {
  const code = (error as NodeJS.ErrnoException).code ?? 'Unreadable';
  return { ok: false, code, problem: `Cannot read ${path}: ${WHY[code] ?? (error as Error).message}` };
};

const stat = (path: string) => {
  const found = statSync(path);
  return { size: found.size, isFile: found.isFile() };
};

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a directory',
  EACCES: 'permission denied; change its mode or its owner',
  ELOOP: 'its symbolic links form a loop',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
};
