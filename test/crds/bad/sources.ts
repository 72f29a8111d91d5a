import { type Loose, manifestWithListener } from '../base-manifest.ts';
import { type BadManifest, bad } from './bad-manifest.ts';

const withSources = (sources: Loose): Loose => manifestWithListener({ sources });

/** Which clients may connect. */
export const BAD_SOURCES: readonly BadManifest[] = [
  bad(
    'a host name among the allowed sources',
    undefined,
    withSources({ allow: ['example.com'] }),
    'spec.listeners[0].sources.allow[0]',
    /should match/,
    /"example\.com" is neither an address nor a CIDR range/,
  ),
  bad(
    'too long a prefix among the allowed sources',
    'sources-allow',
    withSources({ allow: ['10.0.0.0/8', '10.0.0.0/33'] }),
    'spec.listeners[0].sources.allow[1]',
    /is neither an address nor a CIDR range/,
  ),
  bad(
    'a denied source with bits beyond its prefix',
    'sources-deny',
    withSources({ deny: ['10.0.0.5/8'] }),
    'spec.listeners[0].sources.deny[0]',
    /without bits beyond its prefix length/,
    /has bits beyond its prefix length: write 10\.0\.0\.0\/8 for the whole range, or 10\.0\.0\.5/,
  ),
  bad(
    'an IPv4-mapped denied source',
    'sources-deny',
    withSources({ deny: ['::ffff:10.0.0.0/104'] }),
    'spec.listeners[0].sources.deny[0]',
    /is neither an address nor a CIDR range/,
    /is IPv4-mapped: write it as IPv4/,
  ),
  bad(
    'a source that is listed twice',
    undefined,
    withSources({ deny: ['10.0.0.1', '10.0.0.1'] }),
    'spec.listeners[0].sources.deny[1]',
    /Duplicate value/,
    /repeats|already|twice/,
  ),
  bad(
    'too many allowed sources',
    undefined,
    withSources({ allow: Array.from({ length: 257 }, (_, i) => `10.0.${i >> 8}.${i & 255}`) }),
    'spec.listeners[0].sources.allow',
    /must have at most 256 items/,
    /256/,
  ),
  bad(
    'lists of sources in files in a cluster',
    'sources-files-standalone',
    withSources({ fromFiles: ['blocked.txt'] }),
    'spec.listeners[0].sources.fromFiles',
    /only without a cluster, because a pod has no such files: use fromConfigMaps/,
  ),
  bad(
    'a ConfigMap of sources without a valid name',
    undefined,
    withSources({ fromConfigMaps: [{ name: 'A_b' }] }),
    'spec.listeners[0].sources.fromConfigMaps[0].name',
    /should match/,
    /is not the name of an object/,
  ),
];
