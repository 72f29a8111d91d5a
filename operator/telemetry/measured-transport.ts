import type { Registry } from 'prom-client';
import { ApiError } from '../../kube/errors.ts';
import type { Call, Transport } from '../../kube/transport.ts';
import { Counter } from '../../program/prometheus.ts';

/**
 * Counts the calls of transports to the API server under client-go's metric name; `host` is the API server's
 * host.
 */
export const measureTransports = (
  host: string,
  registry: Registry,
): ((transport: Transport) => Transport) => {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Calls to the API server by HTTP status, method and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  requests.inc({ code: '200', method: 'GET', host }, 0);
  const count = ({ method }: Call, code: string): void => requests.inc({ code, method, host });
  const codeOf = (error: unknown): string =>
    error instanceof ApiError ? String(error.httpStatus) : '<error>';

  return (transport) => ({
    async request(call) {
      try {
        const answer = await transport.request(call);
        count(call, '200');
        return answer;
      } catch (error) {
        count(call, codeOf(error));
        throw error;
      }
    },
    async *lines(call) {
      let isOpen = false;
      const onOpen = () => {
        isOpen = true;
        count(call, '200');
        call.onOpen?.();
      };
      try {
        yield* transport.lines({ ...call, onOpen });
      } catch (error) {
        if (!isOpen) count(call, codeOf(error));
        throw error;
      }
    },
    close: () => transport.close(),
  });
};
