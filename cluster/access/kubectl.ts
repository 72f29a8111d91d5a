import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

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
  // kubectl may exit without reading its input; its exit code is a better error than the broken pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0)
    throw new Error(`kubectl ${args.join(' ')}: ${err.trim() || out.trim() || `exit code ${code}`}`);
  return out;
}
