/** One recognised format of vector file. */
export interface VectorFormat {
  readonly name: string;
  /** True where parsed JSON has this format: by structure, never by file name. */
  matches(data: unknown): boolean;
  /** Tolerance as printed, e.g. "1e-9 relative". */
  readonly tolerance: string;
  /** Compare every case of the file with our implementation. */
  check(data: unknown): readonly Case[];
}

/** One comparison. `error` is relative unless the format is exact (then 0 or 1). */
export interface Case {
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
}
