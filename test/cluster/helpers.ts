import { lookForProgram } from '../../scripts/process/find-program.ts';

/** stub replaced below */
export async function helperProgram(name: string, _o: object = {}): Promise<string> {
  const found = lookForProgram(name);
  if (!found) throw new Error(`${name} is missing`);
  return found;
}
