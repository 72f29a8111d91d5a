import { readFileSync } from 'node:fs';
import { lookForProgram } from '../../tooling/process/find-program.ts';
import { missingNeeds } from './requirements.ts';
import { sh } from './shell.ts';

/**
 * Installs what a cluster of our own needs, on Debian and its derivatives, and says so; L4B_INSTALL=no
 * forbids it. Where it cannot or may not, the error has the command to run.
 */
export async function installNeeds(say: (text: string) => void, signal?: AbortSignal): Promise<void> {
  const { names, packages } = missingNeeds();
  if (names.length === 0) return;
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
  if (!isDebian()) {
    throw new Error(
      `missing: ${names.join(', ')}. Install them with this system's packages, or start docker, then kind is used`,
    );
  }
  if (process.env.L4B_INSTALL === 'no') {
    throw new Error(
      `missing: ${names.join(', ')}. L4B_INSTALL=no forbids to install them; run:\n  sudo ${command.join(' ')}`,
    );
  }
  say(`installing ${packages.join(', ')} with apt-get (set L4B_INSTALL=no to forbid it)`);
  try {
    await sh(['env', 'DEBIAN_FRONTEND=noninteractive', ...command], signal);
  } catch {
    // Usually the package lists are missing or outdated; if not, the second attempt reports what is wrong.
    await sh(['apt-get', 'update'], signal);
    await sh(['env', 'DEBIAN_FRONTEND=noninteractive', ...command], signal);
  }
  const left = missingNeeds().names;
  if (left.length > 0)
    throw new Error(`still missing after installing ${packages.join(', ')}: ${left.join(', ')}`);
}

function isDebian(): boolean {
  if (!lookForProgram('apt-get')) return false;
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false; // a system without that file is none we know
  }
}
