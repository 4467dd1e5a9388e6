/** Hears single keys where there is a terminal; Ctrl-C, which is one of them then, asks this process to end. */
export function hearKeys(actions: Readonly<Record<string, () => void>>): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on("data", (typed: Buffer) => {
    for (const key of typed.toString())
      if (key === "\u0003") process.kill(process.pid, "SIGINT");
      else actions[key]?.();
  });
  return () => {
    stdin.setRawMode(false);
    stdin.pause();
  };
}
