/**
 * What glibc reads before a program begins, so that the memory of a large picture goes back to the system when it is done, and costs little
 * to be had again (docs/decisions/0044-memory-of-a-process.md). Elsewhere nobody reads it.
 */
export const MEMORY_ENV = {
  // Every arena keeps freed pixels of its own.
  MALLOC_ARENA_MAX: "1",
  // From there on memory is the system's own, and goes back; said aloud, because glibc raises it by what it sees.
  MALLOC_MMAP_THRESHOLD_: String(2 * 2 ** 20),
  MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 20),
  // Of it the system clears 2 MB at once and not 512 pages one by one.
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};
