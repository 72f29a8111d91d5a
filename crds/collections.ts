import * as z from 'zod';

/**
 * A list whose entries are identified by `keys`, by which server-side apply merges it. Up to `max` entries.
 */
export const keyedList = <T extends z.ZodType>(entry: T, keys: readonly string[], max: number) =>
  z.array(entry).max(max).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys });

/** A list of distinct values. Up to `max` values. */
export const valueSet = <T extends z.ZodType>(value: T, max: number) =>
  z.array(value).max(max).meta({ 'x-kubernetes-list-type': 'set' });

/** A list that is replaced as a whole. Up to `max` entries. */
export const plainList = <T extends z.ZodType>(entry: T, max: number) =>
  z.array(entry).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });

/**
 * Labels, annotations and the like: strings by name, up to `max` entries with values up to `length`
 * characters.
 */
export const textMap = (max: number, length: number) =>
  z
    .record(z.string(), z.string().max(length))
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** Integers from `least` to `most` by name; up to `max` entries. */
export const numberMap = (max: number, least: number, most: number) =>
  z
    .record(z.string(), z.int().min(least).max(most))
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** Integers by name, written with or without quotes; up to `max` entries. */
export const quantityMap = (max: number) =>
  z
    .record(
      z.string(),
      z.union([
        z.int().min(1).max(1_000_000),
        z
          .string()
          .max(7)
          .regex(/^[1-9][0-9]{0,6}$/, 'is not a positive integer'),
      ]),
    )
    .refine((map) => Object.keys(map).length <= max, `has more than ${max} entries`)
    .meta({ maxProperties: max });

/** An object that Kubernetes defines and validates; passed on unchanged. */
export const passedOn = () =>
  z.record(z.string(), z.unknown()).meta({ 'x-kubernetes-preserve-unknown-fields': true });
