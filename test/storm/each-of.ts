const AT_ONCE = 16;
/** Shorter lists are done before anybody wonders. */
const LONG = 1_000;

/** Does it to each, some at once; says how far it is where that takes long. */
export async function eachOf<Item>(
  list: readonly Item[],
  what: string,
  work: (item: Item, place: number) => Promise<unknown>,
): Promise<void> {
  const step = Math.ceil(list.length / 5);
  const begun = performance.now();
  let next = 0;
  let ended = 0;
  const worker = async () => {
    for (let place = next++; place < list.length; place = next++) {
      await work(list[place] as Item, place);
      ended += 1;
      if (list.length >= LONG && ended % step === 0) {
        const seconds = Math.round((performance.now() - begun) / 1_000);
        console.log(`${ended} of ${list.length} ${what}, after ${seconds} s`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
