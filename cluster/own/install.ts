import { readFileSync } from 'node:fs';
import { findProgram } from '../../tooling/process/find-program.ts';
import { missingNeeds } from './requirements.ts';
import { sh } from './shell.ts';

/**
 * Installs what a cluster of our own needs, on Debian and its derivatives, and reports it; L4B_INSTALL=no
 * forbids it. If it cannot or may not install, the error contains the command to run.
 */
export async function installNeeds(report: (text: string) => void, signal?: AbortSignal): Promise<void> {
  const { names, packages } = missingNeeds();
  if (names.length === 0) return;
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
  if (!isDebian()) {
    throw new Error(
      `missing: ${names.join(', ')}. Install them with the package manager of this system, or start docker to use kind instead`,
    );
  }
  if (process.env.L4B_INSTALL === 'no') {
    throw new Error(
      `missing: ${names.join(', ')}. L4B_INSTALL=no forbids installing them; run:\n  sudo ${command.join(' ')}`,
    );
  }
  report(`installing ${packages.join(', ')} with apt-get (L4B_INSTALL=no forbids it)`);
  try {
    await sh(['env', 'DEBIAN_FRONTEND=noninteractive', ...command], signal);
  } catch {
    // Usually the package lists are missing or outdated; otherwise the second attempt reports the error.
    await sh(['apt-get', 'update'], signal);
    await sh(['env', 'DEBIAN_FRONTEND=noninteractive', ...command], signal);
  }
  const left = missingNeeds().names;
  if (left.length > 0)
    throw new Error(`still missing after installing ${packages.join(', ')}: ${left.join(', ')}`);
}

function isDebian(): boolean {
  if (!findProgram('apt-get')) return false;
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false; // without that file it is not Debian
  }
}
