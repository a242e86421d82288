/** What went wrong, in the few kinds a caller can act on; each has one HTTP status. */
export type ErrorCode = keyof typeof STATUS;

const STATUS = {
  unauthenticated: 401,
  forbidden: 403,
  profile_incomplete: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  invalid: 422,
  rate_limited: 429,
  unavailable: 503,
} as const;

/** Seconds after which trying an unavailable thing again makes sense. */
export const RETRY_AFTER_SECONDS = 5;

type Params = Record<string, string | number>;

/**
 * The one error that people are told about. `reason` is a key below `errors` in src/i18n/messages, so the text exists
 * in every language; `fields` maps a form field to such a key. Anything else that is thrown is a bug and is hidden.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly reason: string;
  readonly params: Params;
  readonly fields: Record<string, string>;
  /** What a field's own text names: two fields of one form may have different limits. */
  readonly fieldParams: Record<string, Params>;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    reason?: string,
    more: {
      params?: Params;
      fields?: Record<string, string>;
      fieldParams?: Record<string, Params>;
      retryAfter?: number;
      cause?: unknown;
    } = {},
  ) {
    super(reason ?? code, { cause: more.cause });
    this.reason = reason ?? code;
    this.params = more.params ?? {};
    this.fields = more.fields ?? {};
    this.fieldParams = more.fieldParams ?? {};
    this.retryAfter = more.retryAfter ?? (code === "unavailable" ? RETRY_AFTER_SECONDS : undefined);
  }

  get status(): number {
    return STATUS[this.code];
  }
}
