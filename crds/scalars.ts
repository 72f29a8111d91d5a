import * as z from 'zod';
import { durationProblem } from './duration.ts';

// The message of regex() completes a sentence that starts with the offending value: `"A_b" is not a name: …`.
// Patterns use only what Go's RE2 and JavaScript interpret alike: no lookahead, no \s, no \d.

/** Name of a list entry: a DNS label that starts with a letter (RFC 1035), as Service port names must be. */
export const name = z
  .string()
  .max(63)
  .regex(
    /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
    'is not a name: use lower-case letters, digits and "-", and start with a letter',
  );

/** Name of a Kubernetes object that may contain dots: a DNS subdomain (RFC 1123). */
export const objectName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    'is not the name of an object: use lower-case letters, digits, "-" and "."',
  );

/**
 * Name of a server in TLS (SNI). The last label starts with a letter, as every top-level domain does: this
 * excludes addresses.
 */
export const serverName = z
  .string()
  .max(253)
  .regex(
    /^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)*[a-z]([-a-z0-9]*[a-z0-9])?$/,
    'is not a host name: use lower-case letters, digits, "-" and ".", and a name rather than an address',
  );

/** TCP or UDP port, 1 to 65535. */
export const port = z.int().min(1).max(65535);

/**
 * Gateway API duration (GEP-2257): up to four of h, m, s, ms with up to five digits each, such as `500ms`,
 * `5s`, `1h30m`.
 */
export const duration = z
  .string()
  .max(24)
  .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/, { error: ({ input }) => durationProblem(String(input)) });

/** Port of a Service by number or name, like Kubernetes' IntOrString; becomes x-kubernetes-int-or-string. */
export const servicePort = z.union([
  z.int().min(1).max(65535),
  z
    .string()
    .max(63)
    .regex(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
      'is not the name of a Service port: use lower-case letters, digits and "-"',
    ),
]);

/** Kubernetes quantity of CPU: `4`, `"0.5"`, `"500m"`. */
export const cpuQuantity = z.union([
  z.int().min(0).max(1_000_000),
  z
    .string()
    .max(20)
    .regex(
      /^[0-9]{1,9}(\.[0-9]{1,6})?m?$/,
      'is not an amount of CPU: write cores or millicores, such as "4" or "500m"',
    ),
]);

/**
 * Kubernetes quantity of memory: `4Gi`, `512M`, or bytes. A trailing `m` is refused: `512m` would be half a
 * byte.
 */
export const memoryQuantity = z.union([
  z.int().min(0),
  z
    .string()
    .max(24)
    .regex(
      /^[0-9]{1,15}(\.[0-9]{1,6})?(k|M|G|T|Ki|Mi|Gi|Ti)?$/,
      'is not an amount of memory: write a number and a unit, such as "512Mi" or "4Gi"',
    ),
]);

/** Bytes per second, from 1k on: a number and a unit. */
export const byteRate = z
  .string()
  .max(8)
  .regex(
    /^[1-9][0-9]{0,5}(k|M|G|Ki|Mi|Gi)$/,
    'is not an amount of bytes per second: write up to six digits and a unit, such as "500Ki" or "10M"',
  );

/** A number or a percentage of pods, like Kubernetes' IntOrString. */
export const countOrPercent = z.union([
  z.int().min(0).max(1000),
  z
    .string()
    .max(4)
    .regex(/^(100|[0-9]{1,2})%$/, 'is not a number of pods or a percentage, such as 1 or "25%"'),
]);

/** Key of a label: an optional DNS prefix and up to 63 letters, digits, "-", "_", ".". */
export const labelKey = z
  .string()
  .max(317)
  .regex(
    /^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/,
    'is not the key of a label, such as team or example.com/team',
  );

/** CIDR range of IPv4 or IPv6 addresses, as far as a pattern can check it; a rule checks the rest. */
export const cidr = z
  .string()
  .max(49)
  .regex(
    /^[0-9a-fA-F:.]{2,45}\/[0-9]{1,3}$/,
    'is not a CIDR range: write an address, "/" and a prefix length, such as 10.0.0.0/8 or fd00::/8',
  );
