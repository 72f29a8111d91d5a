import * as z from 'zod';
import type { FieldNotes } from './fields.ts';

/** JSON Schema of a part of the contract, with the notes on each field that its page shows. */
export interface Described extends FieldNotes {
  readonly type: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Describes the report as a proxy writes it. Throws for whatever JSON Schema cannot express. */
export const described = (schema: z.ZodType): Described =>
  z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    cycles: 'throw',
    unrepresentable: 'throw',
  }) as unknown as Described;
