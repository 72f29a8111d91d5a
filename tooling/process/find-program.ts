import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folders searched after the PATH: where Debian keeps administrator programs. */
const ALSO = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Missing or not executable.
    return false;
  }
};

/** Absolute path of a program, or undefined if it is not installed. */
export const findProgram = (name: string, env: NodeJS.ProcessEnv = process.env): string | undefined =>
  [...(env.PATH ?? '').split(delimiter), ...ALSO]
    .filter((folder) => folder.startsWith('/'))
    .map((folder) => join(folder, name))
    .find(isProgram);

/** Absolute path of a program; throws if it is not installed. */
export const requireProgram = (name: string): string => {
  const found = findProgram(name);
  if (!found) throw new Error(`${name} is not installed or not on the PATH; install it and try again`);
  return found;
};
