import { setTimeout as rest } from "node:timers/promises";
import { Session, type Shopify } from "@shopify/shopify-api";
import { sentenceOf } from "../errors.ts";
import type { ShopContext } from "../shops/context.ts";
import { TokenMissing, type Tokens } from "../shops/tokens.ts";
import { createBudget } from "./budget.ts";

/** Passing trouble with the Admin API: the caller tries again later. */
class AdminTrouble extends Error {
  readonly code = "ADMIN_TROUBLE";
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "AdminTrouble";
  }
}

/** The Admin API of the shops, by GraphQL. */
export interface Admin {
  /**
   * Sends one operation in the name of the shop and answers its data. Waits while the shop's budget is spent, and gets
   * another token where Shopify refuses the one there is. Rejects with `TokenMissing`, or with `AdminTrouble`.
   */
  ask(shop: ShopContext, operation: string, variables?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export interface AdminOptions {
  readonly shopify: Shopify;
  readonly tokens: Tokens;
  readonly now: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

const MOST_THROTTLED = 20;

export function createAdmin({ shopify, tokens, now, pause = rest }: AdminOptions): Admin {
  const budget = createBudget(now, pause);

  const send = async (
    shop: ShopContext,
    accessToken: string,
    operation: string,
    variables: Readonly<Record<string, unknown>>,
  ) => {
    const session = new Session({ id: `offline_${shop}`, shop, state: "", isOnline: false, accessToken });
    const client = new shopify.clients.Graphql({ session });
    return await client.request(operation, { variables: { ...variables }, retries: 2 });
  };

  return {
    async ask(shop, operation, variables = {}) {
      let token = await tokens.access(shop);
      let isRenewed = false;
      for (let throttled = 0; ; ) {
        await budget.wait(shop, operation);
        try {
          const { data, extensions } = await send(shop, token, operation, variables);
          budget.spent(shop, operation, extensions);
          return data;
        } catch (thrown) {
          if (statusOf(thrown) === 401) {
            if (isRenewed) {
              await tokens.drop(shop);
              throw new TokenMissing(shop, { cause: thrown });
            }
            isRenewed = true;
            token = await tokens.renew(shop, token);
          } else if (isThrottled(thrown) && throttled < MOST_THROTTLED) {
            throttled += 1;
            budget.refused(shop, operation, bodyOf(thrown).extensions);
          } else {
            throw new AdminTrouble(`Shopify did not answer ${nameOf(operation)}: ${sentenceOf(thrown)}`, {
              cause: thrown,
            });
          }
        }
      }
    },
  };
}

const nameOf = (operation: string) => /(?:query|mutation)\s+(\w+)/.exec(operation)?.[1] ?? "a query";

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (value: unknown): value is Loose => typeof value === "object" && value !== null;
const bodyOf = (thrown: unknown): Loose => (isLoose(thrown) && isLoose(thrown.body) ? thrown.body : {});

function statusOf(thrown: unknown): number {
  const response = isLoose(thrown) && isLoose(thrown.response) ? thrown.response : {};
  return typeof response.code === "number" ? response.code : 0;
}

function isThrottled(thrown: unknown): boolean {
  const { errors } = bodyOf(thrown);
  const listed =
    isLoose(errors) && Array.isArray(errors.graphQLErrors) ? (errors.graphQLErrors as unknown[]) : [];
  return listed.some(
    (each) => isLoose(each) && isLoose(each.extensions) && each.extensions.code === "THROTTLED",
  );
}
