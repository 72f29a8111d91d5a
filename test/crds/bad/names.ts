import { manifest, manifestWith, manifestWithBackend } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

export const BAD_NAMES: readonly BadManifest[] = [
  bad(
    'a resource name with a dot',
    'resource-name',
    manifest(undefined, { name: 'edge.eu' }),
    'metadata.name',
    /up to 52 lower-case letters, digits and "-", and start with a letter/,
  ),
  bad(
    'a resource name of 53 letters',
    'resource-name',
    manifest(undefined, { name: 'n'.repeat(53) }),
    'metadata.name',
    /up to 52 lower-case letters/,
  ),
  bad(
    'a misspelled field',
    undefined,
    manifestWithBackend({ helthCheck: {} }),
    'spec.backends[0].helthCheck',
    /unknown field "spec.backends\[0\].helthCheck"/,
    /is not a known field; did you mean healthCheck\?/,
  ),
  bad(
    'a field in the wrong object',
    undefined,
    manifestWith({ replicas: 3 }),
    'spec.replicas',
    /unknown field "spec.replicas"/,
    /is not a known field; it belongs at spec.workload.replicas/,
  ),
];
