import { BAD_BACKEND_TLS } from './backend-tls.ts';
import { BAD_BACKENDS } from './backends.ts';
import type { BadManifest } from './bad-manifest.ts';
import { BAD_CLIENT_CERTIFICATES } from './client-certificates.ts';
import { BAD_ENDPOINTS } from './endpoints.ts';
import { BAD_HEALTH_CHECKS } from './health-checks.ts';
import { BAD_LIMITS } from './limits.ts';
import { BAD_LISTENERS } from './listeners.ts';
import { BAD_NAMES } from './names.ts';
import { BAD_RESOURCES } from './resources.ts';
import { BAD_SCALING } from './scaling.ts';
import { BAD_SERVICE } from './service.ts';
import { BAD_SOURCES } from './sources.ts';
import { BAD_SURROUNDINGS } from './surroundings.ts';
import { BAD_TLS } from './tls.ts';
import { BAD_TUNING } from './tuning.ts';
import { BAD_WORKLOAD } from './workload.ts';

/** All manifests that must be refused: at least one per rule, and those that the schema alone refuses. */
export const BAD_MANIFESTS: readonly BadManifest[] = [
  ...BAD_BACKENDS,
  ...BAD_BACKEND_TLS,
  ...BAD_ENDPOINTS,
  ...BAD_HEALTH_CHECKS,
  ...BAD_LIMITS,
  ...BAD_LISTENERS,
  ...BAD_NAMES,
  ...BAD_RESOURCES,
  ...BAD_SCALING,
  ...BAD_SERVICE,
  ...BAD_SOURCES,
  ...BAD_SURROUNDINGS,
  ...BAD_TLS,
  ...BAD_CLIENT_CERTIFICATES,
  ...BAD_TUNING,
  ...BAD_WORKLOAD,
];
