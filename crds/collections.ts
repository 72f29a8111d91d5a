import { z } from 'zod';

/** A list whose entries differ in `keys`; server-side apply merges it by them. Up to `max` entries. */
export const keyedList = <T extends z.ZodType>(entry: T, keys: readonly string[], max: number) =>
  z.array(entry).max(max).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

/** A list in which every value occurs once. Up to `max` values. */
export const valueSet = <T extends z.ZodType>(value: T, max: number) =>
  z.array(value).max(max).meta({ 'x-kubernetes-list-type': 'set' });

/** A list that is replaced as a whole. Up to `max` entries. */
export const plainList = <T extends z.ZodType>(entry: T, max: number) =>
  z.array(entry).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });

/**
 * Labels, annotations and the like: text by text, up to `max` entries with values up to `length` characters.
 */
export const textMap = (max: number, length: number) =>
  z
    .record(z.string(), z.string().max(length))
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** Whole numbers from `least` to `most` by name; up to `max` entries. */
export const numberMap = (max: number, least: number, most: number) =>
  z
    .record(z.string(), z.int().min(least).max(most))
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** Whole numbers by name, written with or without quotes; up to `max` entries. */
export const quantityMap = (max: number) =>
  z
    .record(
      z.string(),
      z.union([
        z.int().min(1).max(1_000_000),
        z
          .string()
          .max(7)
          .regex(/^[1-9][0-9]{0,6}$/, 'is not a whole number above zero'),
      ]),
    )
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** An object that Kubernetes defines and checks; passed on as it is. */
export const passedOn = () =>
  z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true });
