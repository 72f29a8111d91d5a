import type { LogEntry } from '../../program/otlp/target.ts';
import type { EndedConnection } from '../engine/ended-connection.ts';
import { connectionFields } from './connection-fields.ts';

/** A line of the access log as a record of OpenTelemetry: its fields are the attributes. */
export const connectionEntry = (ended: EndedConnection): LogEntry => {
  const { listener, client, close, endpoint } = ended;
  return {
    timeMs: ended.endedAt,
    severity: close.isError ? 'WARN' : 'INFO',
    event: 'l4balancer.connection',
    body: `${close.reason}: ${client} at ${listener}${endpoint === undefined ? '' : `, to ${endpoint}`}`,
    attributes: connectionFields(ended),
  };
};
