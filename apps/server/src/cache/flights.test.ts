import { expect, test } from "vitest";
import { createDeparture, type Departure } from "./departure.ts";
import { Flights } from "./flights.ts";

const gone = () => new Error("gone");
const callerOf = (departure: Departure) => ({ departure, gone });
const outcomeOf = (promise: Promise<unknown>) =>
  promise.then(
    (result) => result,
    (error: Error) => error.message,
  );

function flightsWith() {
  const flights = new Flights<string>((error) => (error as Error).message === "left");
  let begun = 0;
  let wasLeft = 0;
  const landing = Promise.withResolvers<string>();
  const work = (departure: Departure) => {
    begun += 1;
    departure.onEnd(() => {
      wasLeft += 1;
      landing.reject(new Error("left"));
    });
    return landing.promise;
  };
  return { flights, work, landing, counts: () => ({ begun, wasLeft, under: flights.size }) };
}

test("who goes is told at once, and the others get what he began", async () => {
  const { flights, work, landing, counts } = flightsWith();
  const [one, other] = [createDeparture(), createDeparture()];
  const first = outcomeOf(flights.join("k", work, callerOf(one)));
  const second = outcomeOf(flights.join("k", work, callerOf(other)));
  one.end();
  expect(await first).toBe("gone");
  expect(counts()).toEqual({ begun: 1, wasLeft: 0, under: 1 });
  landing.resolve("done");
  expect(await second).toBe("done");
  expect(counts().under).toBe(0);
});

test("the last who goes takes the work along, unless somebody stays who never goes", async () => {
  const both = [createDeparture(), createDeparture()];
  const left = flightsWith();
  const outcomes = both.map((each) => outcomeOf(left.flights.join("k", left.work, callerOf(each))));
  for (const each of both) each.end();
  expect(await Promise.all(outcomes)).toEqual(["gone", "gone"]);
  await expect.poll(left.counts).toEqual({ begun: 1, wasLeft: 1, under: 0 });

  const stayed = flightsWith();
  const visitor = createDeparture();
  const visited = outcomeOf(stayed.flights.join("k", stayed.work, callerOf(visitor)));
  const warming = outcomeOf(stayed.flights.join("k", stayed.work));
  visitor.end();
  expect(await visited).toBe("gone");
  expect(stayed.counts().wasLeft).toBe(0);
  stayed.landing.resolve("done");
  expect(await warming).toBe("done");
});

test("who joins what the others are just leaving begins anew", async () => {
  const flights = new Flights<string>((error) => (error as Error).message === "left");
  const departure = createDeparture();
  const first = outcomeOf(
    flights.join(
      "k",
      (all) => new Promise((_, reject) => all.onEnd(() => reject(new Error("left")))),
      callerOf(departure),
    ),
  );
  departure.end();
  const second = flights.join("k", async () => "anew", callerOf(createDeparture()));
  expect([await first, await second]).toEqual(["gone", "anew"]);
});

test("what concerned the first alone is no answer for the others, however many they are", async () => {
  const flights = new Flights<string>((error) => (error as Error).message === "left");
  const refuse = async (): Promise<string> => {
    throw new Error("left");
  };
  const first = outcomeOf(flights.join("k", refuse));
  const others = Array.from({ length: 20 }, () => outcomeOf(flights.join("k", async () => "mine")));
  expect(await first).toBe("left");
  expect(new Set(await Promise.all(others))).toEqual(new Set(["mine"]));
});

test("listeners go with the answer: a connection may ask for thousands", async () => {
  const flights = new Flights<number>();
  let listening = 0;
  const departure: Departure = {
    isOver: false,
    onEnd() {
      listening += 1;
      return () => {
        listening -= 1;
      };
    },
  };
  for (let at = 0; at < 1_000; at += 1)
    expect(await flights.join(`k${at}`, async () => at, callerOf(departure))).toBe(at);
  expect(listening).toBe(0);
});
