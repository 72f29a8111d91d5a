import { lookForProgram } from './find-program.ts';

/** Path of a helm program: the PATH's, else the one in the cache, which is built from its Go module where it is not there. */
export const helmProgram = async (): Promise<string> => {
  const found = lookForProgram('helm');
  if (!found) throw new Error('helm');
  return found;
};
