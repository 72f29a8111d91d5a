/**
 * Version of the report's contract. It rises when a field goes or comes to mean something else, so that a
 * reader can tell; a field that is added raises nothing, since readers ignore what they do not know.
 */
export const REPORT_VERSION = 1;
