/** The typed arrays of `value`, however deep, moved into memory that threads share; everything else copied. */
export function share<T>(value: T): T;
export function share(value: unknown): unknown {
  if (isNumeric(value)) return sharedCopy(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => share(entry));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]: [string, unknown]) => [key, share(entry)]));
}

type Numeric = Float64Array | Int32Array | Uint32Array | Uint8Array;

function isNumeric(value: unknown): value is Numeric {
  return [Float64Array, Int32Array, Uint32Array, Uint8Array].some((kind) => value instanceof kind);
}

function sharedCopy(values: Numeric): Numeric {
  const buffer = new SharedArrayBuffer(values.byteLength);
  const copy =
    values instanceof Float64Array
      ? new Float64Array(buffer)
      : values instanceof Int32Array
        ? new Int32Array(buffer)
        : values instanceof Uint32Array
          ? new Uint32Array(buffer)
          : new Uint8Array(buffer);
  copy.set(values);
  return copy;
}
