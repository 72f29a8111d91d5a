import * as z from 'zod';
import { list } from './fields.ts';
import { acceptor, backend, counts, endpoint, limits, listener, status } from './status.ts';
import { tolerantReport } from './tolerant.ts';

const none = z.int().min(0).default(0);

/**
 * What a reader shows that is made for people, with everything that a report of any version has. What an
 * older proxy does not report has a default here, and a newer one may report values that are unknown.
 */
export const wholeReport = tolerantReport.extend({
  version: status.shape.version.default(''),
  ready: z.boolean().default(true),
  notReady: status.shape.notReady,
  descriptors: status.shape.descriptors.exactOptional(),
  acceptors: list(acceptor.pick({ index: true, open: true }).extend({ accepted: none })).default([]),
  listeners: list(
    listener
      .pick({
        name: true,
        leaving: true,
        shares: true,
        protocol: true,
        sources: true,
        backend: true,
        routedTo: true,
      })
      .extend({
        port: z.int().default(0),
        open: none,
        accepted: none,
        closed: none,
        droppedDatagrams: none,
        limits: limits
          .pick({ mode: true, limiting: true, refused: true, wouldRefuse: true, topSources: true })
          .partial({ mode: true, refused: true, wouldRefuse: true, topSources: true })
          .exactOptional(),
      }),
  ).default([]),
  backends: list(
    z.object({
      name: backend.shape.name,
      algorithm: backend.shape.algorithm.default(''),
      counts: counts.exactOptional(),
      endpoints: list(
        endpoint
          .pick({
            address: true,
            port: true,
            backup: true,
            drained: true,
            health: true,
            reason: true,
            ejectedUntil: true,
          })
          .extend({
            weight: none.default(1),
            share: z.number().default(1),
            used: z.boolean().default(true),
            open: none,
            connections: none,
            failures: none,
            sourcePortsLeft: endpoint.shape.sourcePortsLeft,
          }),
      ).default([]),
    }),
  ).default([]),
});

export type WholeReport = z.output<typeof wholeReport>;
