import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { giveInput } from '../../tooling/process/give-input.ts';

/**
 * Runs kubectl; resolves with its standard output, or throws with the command and its error output if it
 * fails.
 */
export async function runKubectl(
  kubectl: string,
  kubeconfig: string,
  args: readonly string[],
  input?: string,
): Promise<string> {
  const child = spawn(kubectl, ['--kubeconfig', kubeconfig, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  giveInput(child, input ?? '');
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0)
    throw new Error(`kubectl ${args.join(' ')}: ${err.trim() || out.trim() || `exit code ${code}`}`);
  return out;
}
