/** problem+json as a value: what went wrong, and every field that is wrong. */
export type FieldFault = { pointer: string; detail: string };

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: readonly FieldFault[],
  ) {
    super(detail);
  }

  /** What is said of a field, by its JSON pointer. */
  of(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.detail;
  }
}

/** Reads the answer of a refused request, whatever it is. */
export async function problemOf(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => null);
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const errors = Array.isArray(said.errors) ? (said.errors as FieldFault[]) : [];
  return new Problem(answer.status, text(said.title) ?? answer.statusText, text(said.detail) ?? '', errors);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
