import { expect, test } from "vitest";
import { buildDeliveryUrl, parseDeliveryUrl } from "./delivery-url.ts";

test("format, t and mute are read beside the path of a video alone", () => {
  const video = parseDeliveryUrl("/v7/site.example/a.mp4?format=webm&t=3&mute=1&w=400&x1=2");
  expect(video?.transformation).toEqual({
    video: { format: "webm", t: 3, mute: true },
    resize: { w: 400 },
  });
  expect(video?.originQuery).toBe("x1=2");
  const picture = parseDeliveryUrl("/v7/site.example/a.jpg?format=webm&t=3&mute=1&w=400");
  expect(picture?.transformation).toEqual({ resize: { w: 400 } });
  expect(picture?.originQuery).toBe("format=webm&mute=1&t=3");
});

test.each(["a.MOV", "a.webm", "a.m4v", "a.mkv"])("%s is the path of a video", (path) => {
  expect(parseDeliveryUrl(`/v7/site.example/${path}?format=poster`)?.transformation).toEqual({
    video: { format: "poster" },
  });
});

test("what is made of a video is written beside the path of one alone", () => {
  const wish = { video: { format: "poster", t: 2 }, resize: { w: 90 } } as const;
  expect(buildDeliveryUrl("", "_a_/b.mp4", wish)).toBe("/v7/_a_/b.mp4?w=90&format=poster&t=2");
  expect(buildDeliveryUrl("", "_a_/b.jpg", wish)).toBe("/v7/_a_/b.jpg?w=90");
  const own = buildDeliveryUrl("", "https://site.example/b.mp4?size=l", wish);
  expect(parseDeliveryUrl(own)).toMatchObject({ transformation: wish, originQuery: "size=l" });
});

test("a query that is part of the original stays the origin's", () => {
  const url = parseDeliveryUrl("/v7/https%3A%2F%2Fsite.example%2Fa.mp4%3Ft%3D3?ci_url_encoded=1&t=5");
  expect(url?.transformation).toEqual({ video: { t: 5 } });
  expect(url?.originQuery).toBe("t=3");
});
