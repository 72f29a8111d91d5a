import * as z from 'zod';
import { objectName } from './scalars.ts';

/** Certificates of authorities in the namespace of the resource. */
export const caRef = z.object({
  kind: z
    .enum(['ConfigMap', 'Secret'])
    .default('ConfigMap')
    .describe('Kind of the object. Certificates of authorities are no secrets, so that a ConfigMap will do.'),
  name: objectName.describe('Name of the object in the namespace of the resource.'),
  key: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/, 'is not a key of a ConfigMap: use letters, digits, "-", "_" and "."')
    .default('ca.crt')
    .describe('Key whose value has the certificates, in PEM.'),
});

/** Path of a file with certificates of authorities. */
export const caFile = z
  .string()
  .min(1)
  .max(255)
  .describe('Path of a file with certificates of authorities in PEM; relative to the manifest.');
