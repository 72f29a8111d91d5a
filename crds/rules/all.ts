import { BACKEND_TLS_RULES } from './backend-tls.ts';
import { BACKEND_RULES } from './backends.ts';
import { CLIENT_CERTIFICATES_RULES } from './client-certificates.ts';
import { DRAIN_RULES } from './drain.ts';
import { DURATION_RULES } from './durations.ts';
import { LIMITS_RULES } from './limits.ts';
import { LISTENER_RULES } from './listeners.ts';
import { METADATA_RULES } from './metadata.ts';
import { NETWORK_POLICY_RULES } from './network-policy.ts';
import { PROXY_PROTOCOL_RULES } from './proxy-protocol.ts';
import type { Rule, Statement } from './rule.ts';
import { SCALING_RULES } from './scaling.ts';
import { SERVICE_RULES } from './service.ts';
import { SOURCES_RULES } from './sources.ts';
import { STICKINESS_RULES } from './stickiness.ts';
import { TLS_RULES } from './tls.ts';
import { TRANSITIONS } from './transitions.ts';
import { TUNING_RULES } from './tuning.ts';
import { WORKLOAD_RULES } from './workload.ts';

/** All rules across fields, in the order in which their findings are reported. */
export const RULES: readonly Rule[] = [
  ...METADATA_RULES,
  ...LISTENER_RULES,
  ...LIMITS_RULES,
  ...PROXY_PROTOCOL_RULES,
  ...SOURCES_RULES,
  ...STICKINESS_RULES,
  ...TLS_RULES,
  ...CLIENT_CERTIFICATES_RULES,
  ...BACKEND_RULES,
  ...BACKEND_TLS_RULES,
  ...DURATION_RULES,
  ...DRAIN_RULES,
  ...TUNING_RULES,
  ...WORKLOAD_RULES,
  ...SCALING_RULES,
  ...NETWORK_POLICY_RULES,
  ...SERVICE_RULES,
];

/** Everything that the API server checks: the rules, and which changes are forbidden. */
export const STATEMENTS: readonly Statement[] = [...RULES, ...TRANSITIONS];
