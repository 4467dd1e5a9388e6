const ONE = () => 1;

/**
 * The bound of an `LRUCache` that takes its memory as it fills. By `max` it would take the memory of all its entries when it is made: for those of
 * the server that was a twentieth of a start.
 */
export const growing = (max: number) => ({ maxSize: max, sizeCalculation: ONE });
