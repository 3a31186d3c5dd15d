/** The typed arrays of `value`, however deep, moved into memory that threads share; everything else copied. */
export function share<T>(value: T): T;
export function share(value: unknown): unknown {
  if (isNumeric(value)) return sharedCopy(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => share(entry));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]: [string, unknown]) => [key, share(entry)]));
}

type Numeric = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

function isNumeric(value: unknown): value is Numeric {
  return [Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array].some((kind) => value instanceof kind);
}

function sharedCopy(values: Numeric): Numeric {
  const buffer = new SharedArrayBuffer(values.byteLength);
  const copy = emptyLike(values, buffer);
  copy.set(values);
  return copy;
}

function emptyLike(values: Numeric, buffer: SharedArrayBuffer): Numeric {
  if (values instanceof Float64Array) return new Float64Array(buffer);
  if (values instanceof Float32Array) return new Float32Array(buffer);
  if (values instanceof Int32Array) return new Int32Array(buffer);
  if (values instanceof Uint32Array) return new Uint32Array(buffer);
  return new Uint8Array(buffer);
}
