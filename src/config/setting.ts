/** What a setting is, and the zod schemas that turn its text into a value. */
import * as z from "zod";

/** A setting as text from a flag, the environment or its default, and the value that the text stands for. */
export interface Setting<Value = unknown> {
  /** Name of the environment variable. */
  env: string;
  /** Long flag without its dashes, such as `data-dir`. */
  flag: string;
  default: string;
  /** What the setting does, for help: a lower-case imperative without a full stop. */
  description: string;
  /** Completes "expected … for PORT, received …". */
  expected: string;
  /** Whether an error message must not show the value. */
  isSecret?: boolean;
  schema: z.ZodType<Value, string>;
}

export const onOff = z.enum(["on", "off"]).transform((text) => text === "on");

/** Decimal digits only: no sign, exponent or blanks. */
export function wholeNumberText(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,12}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** A comma-separated list, blanks around its parts removed; an empty text is a list of one empty part. */
export const commaSeparated = z.string().transform((text) => text.split(",").map((part) => part.trim()));

/** A path; empty where that is allowed. */
export const pathText = z.string().refine((text) => !text.includes("\0"));

export const httpsUrl = z.string().refine((text) => hasProtocol(text, "https:"));

export const httpUrlOrEmpty = z
  .string()
  .refine((text) => text === "" || hasProtocol(text, "http:") || hasProtocol(text, "https:"));

/** Signing keys must not be replaced in transit, so plain HTTP is for this machine only. */
export const secureUrlOrEmpty = z
  .string()
  .refine(
    (text) =>
      text === "" ||
      hasProtocol(text, "https:") ||
      (hasProtocol(text, "http:") && isLoopback(new URL(text).hostname.replace(/^\[|\]$/g, ""))),
  );

function hasProtocol(text: string, protocol: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === protocol;
}

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
