import { lateHttp } from '../program/late-modules.ts';
import { formatListenAddress, type ListenAddress } from '../program/listen-address.ts';
import { EXIT } from './errors/proxy-error.ts';
import { readAdminAddress } from './settings/admin-address.ts';
import { readArguments } from './settings/arguments.ts';

/** Shorter than docker's own timeout for a health check, so that its log contains this program's message. */
const TIMEOUT_MS = 2_000;

/** A server that listens on all addresses is reached through loopback. */
const reachable = ({ host, port }: ListenAddress): { readonly host: string; readonly port: number } => ({
  host: host === undefined || host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host,
  port,
});

/**
 * Queries the admin endpoint of a proxy; resolves with the reason why it should get no traffic, or undefined
 * if it is ready.
 */
export const probe = (admin: ListenAddress): Promise<string | undefined> => {
  const to = reachable(admin);
  return new Promise((resolve) => {
    const request = lateHttp().get(
      { ...to, path: '/readyz', timeout: TIMEOUT_MS, agent: false },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : text.trim()));
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', ({ message }) =>
      resolve(
        `No proxy answers at ${formatListenAddress(to)}: ${message}. Is it running, with this address as L4B_ADMIN?`,
      ),
    );
  });
};

/**
 * Executes `--probe` and resolves with the exit code. It is separate from the other commands and has few
 * imports, because docker runs it every few seconds, even when all cores are busy.
 */
export const runProbe = async (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  out: { write(text: string): unknown },
): Promise<number> => {
  const { admin, problems } = readArguments(argv);
  const { address, problem } = readAdminAddress(admin, env.L4B_ADMIN);
  const all = problem === undefined ? problems : [...problems, problem];
  for (const line of all) out.write(`${line}\n`);
  if (all.length > 0) return EXIT.badInput;
  const why = await probe(address);
  if (why !== undefined) out.write(`${why}\n`);
  return why === undefined ? EXIT.ok : EXIT.failed;
};
