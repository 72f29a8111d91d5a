import { z } from 'zod';

/** Name of a list entry: a DNS label that starts with a letter (RFC 1035), as Service port names must be. */
export const name = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);

/** TCP or UDP port, 1 to 65535. */
export const port = z.int().min(1).max(65535);

/** Gateway API duration (GEP-2257): up to four of h, m, s, ms, such as `500ms`, `5s`, `1h30m`. */
export const duration = z
  .string()
  .min(2)
  .max(24)
  .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);

/** A number or a string, as Kubernetes' IntOrString; becomes x-kubernetes-int-or-string. */
export const intOrString = z.union([z.int(), z.string().min(1).max(63)]);

/** Kubernetes resource quantity such as `4`, `"500m"`, `4Gi`. */
export const quantity = z.union([
  z.int().min(0),
  z
    .string()
    .regex(/^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/)
    .max(32),
]);
