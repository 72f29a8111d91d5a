import { API_VERSION } from '../../crds/resource-type.ts';
import type { Clock } from '../../kube/clock.ts';
import { ApiError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import { type DefinitionSkew, definitionSkew, servedSchema } from '../objects/definition-skew.ts';

export interface DefinitionDeps {
  readonly transport: Pick<Transport, 'request'>;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * The OpenAPI schema that the API server serves. Every user may read it, so no right to read
 * CustomResourceDefinitions, which are cluster-wide, is needed.
 */
const PATH = `/openapi/v3/apis/${API_VERSION}`;
const POLL_INTERVAL_MS = 5 * 60_000;
/** A user who has upgraded after a warning waits for the warning to go away. */
const SHORT_INTERVAL_MS = 15_000;

/**
 * Compares the definition with the operator's own every few minutes, until `signal` aborts; `onChange` is
 * called when the result changes.
 */
export const pollDefinition = async (
  { transport, log, clock }: DefinitionDeps,
  onChange: (skew: DefinitionSkew) => void,
  signal: AbortSignal,
): Promise<void> => {
  let known = JSON.stringify(NONE);
  let problem: string | undefined;
  while (!signal.aborted) {
    let waitMs = POLL_INTERVAL_MS;
    try {
      const schema = servedSchema(await transport.request({ method: 'GET', path: PATH, signal }));
      const skew = schema === undefined ? NONE : definitionSkew(schema);
      problem = undefined;
      if (JSON.stringify(skew) !== known) {
        known = JSON.stringify(skew);
        if (isNone(skew)) log.info('definition matches this operator');
        else log.warn({ ...skew }, 'definition does not match this operator');
        onChange(skew);
      }
      if (!isNone(skew)) waitMs = SHORT_INTERVAL_MS;
    } catch (error) {
      if (signal.aborted) return;
      const code = codeOf(error);
      // If the right to read it was removed on purpose, nothing is compared; the rest goes on.
      if (code !== problem) log.info({ code, error }, 'definition not compared');
      problem = code;
      if (!(error instanceof ApiError && error.code === 'Forbidden')) waitMs = SHORT_INTERVAL_MS;
    }
    await clock.sleep(waitMs, signal);
  }
};

const NONE: DefinitionSkew = { lacking: [], unknown: [] };
const isNone = ({ lacking, unknown }: DefinitionSkew): boolean => lacking.length + unknown.length === 0;
