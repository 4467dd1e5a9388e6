import { createHash, createHmac } from "node:crypto";
import { inProgress } from "./limits.ts";
import { createFakeZone, type FakeZone, type ZoneReply, type ZoneRequest } from "./zone.ts";

export const CLOUDFRONT = {
  distribution: "E1Z9XAMPLE7KQW",
  accessKeyId: "AKIDEXAMPLEFRESHET00",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE",
} as const;

const refusal = (status: number, code: string, message: string): ZoneReply => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});
const TOLERANCE_MS = 300_000;
/** An invalidation is in progress for so long here. */
const LASTS_MS = 60_000;

/** `CreateInvalidation` with signatures (AWS Signature Version 4) and bounds. */
export function createCloudFrontZone(now: () => number = Date.now): FakeZone {
  const paths = inProgress(3_000, LASTS_MS, now);
  const wildcards = inProgress(15, LASTS_MS, now);
  const batches = new Map<string, string>();
  return createFakeZone({
    name: "cloudfront",
    denied: refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid."),
    busy: refusal(
      400,
      "TooManyInvalidationsInProgress",
      "Processing your request will cause you to exceed the limit.",
    ),
    handle(request, cache) {
      const { method, url, body } = request;
      if (!isSigned(request, now())) return this.denied;
      if (
        method !== "POST" ||
        url.pathname !== `/2020-05-31/distribution/${CLOUDFRONT.distribution}/invalidation`
      )
        return refusal(404, "NoSuchDistribution", "The specified distribution does not exist.");
      const items = [...body.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path = ""]) => decodeEntities(path));
      const [, quantity] = /<Quantity>(\d+)<\/Quantity>/.exec(body) ?? [];
      const [, reference = ""] = /<CallerReference>([^<]+)<\/CallerReference>/.exec(body) ?? [];
      const isGood = (item: string) => /^#[\x21-\x2b\x2d-\x7e]{1,256}$/.test(item) || /^\/[^\s]*$/.test(item);
      if (items.length === 0 || Number(quantity) !== items.length || reference === "" || !items.every(isGood))
        return refusal(
          400,
          "InvalidArgument",
          "Your request contains one or more invalid invalidation paths.",
        );
      if (items.length > 3_000) return refusal(413, "BatchTooLarge", "The batch is too large.");
      const list = items.join("\n");
      const before = batches.get(reference);
      if (before !== undefined && before !== list)
        return refusal(400, "InvalidationBatchAlreadyExists", "That caller reference exists.");
      const isNew = before === undefined;
      const wide = items.filter((item) => item.startsWith("/") && item.endsWith("*")).length;
      if (isNew && (!paths(items.length) || (wide > 0 && !wildcards(wide)))) return this.busy;
      batches.set(reference, list);
      if (isNew) {
        cache.purgeTags(items.flatMap((item) => (item.startsWith("#") ? [item.slice(1).toLowerCase()] : [])));
        cache.purgeUrls(({ pathname, search }) =>
          items.some((item) =>
            item.endsWith("*")
              ? (pathname + search).startsWith(item.slice(0, -1))
              : pathname + search === item,
          ),
        );
      }
      const id = `I${createHash("sha256").update(reference).digest("hex").slice(0, 13).toUpperCase()}`;
      return {
        status: 201,
        headers: { "content-type": "text/xml", location: `${url.href}/${id}` },
        body: `<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>${id}</Id><Status>InProgress</Status><CreateTime>2026-11-28T00:00:00Z</CreateTime></Invalidation>`,
      };
    },
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};
const decodeEntities = (text: string) => text.replace(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function isSigned({ method, url, headers, body }: Omit<ZoneRequest, "status">, now: number): boolean {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/cloudfront\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    );
  const [, id, day = "", region = "", signed = "", signature] = parts ?? [];
  const time = headers["x-amz-date"] ?? "";
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const names = signed.split(";");
  const isGood =
    id === CLOUDFRONT.accessKeyId &&
    time.startsWith(day) &&
    Math.abs(at - now) < TOLERANCE_MS &&
    names.includes("host");
  if (!isGood) return false;
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const canonical = [
    ...[method, url.pathname, url.search.slice(1)],
    ...names.map((each) => `${each}:${(headers[each] ?? "").trim()}`),
    ...["", signed, sha256(body)],
  ].join("\n");
  const scope = `${day}/${region}/cloudfront/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const key = [day, region, "cloudfront", "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${CLOUDFRONT.secretAccessKey}`,
  );
  return hmac(key, text).toString("hex") === signature;
}
