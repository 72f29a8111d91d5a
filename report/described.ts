import { z } from 'zod';
import type { FieldNotes } from './fields.ts';

/** A part of the contract as its page describes it: JSON Schema with the notes of each field. */
export interface Described extends FieldNotes {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Describes what a proxy writes. Throws for what JSON Schema cannot express. */
export const described = (schema: z.ZodType): Described =>
  z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: 'throw',
  }) as unknown as Described;
