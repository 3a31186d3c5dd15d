/** Says in one message why a command failed, and makes the process end with 1. */
export function failWith(command: string): (error: unknown) => void {
  return (error) => {
    console.error(`${command}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  };
}
