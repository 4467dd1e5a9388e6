import fc from "fast-check";
import { expect, test } from "vitest";
import { sniffVideo } from "./sniff.ts";

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const file = (brand: string) => bytes(`\0\0\0\x20ftyp${brand}\0\0\x02\0`);
const ebml = (type: string) =>
  bytes(`\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82${String.fromCharCode(0x80 + type.length)}${type}`);

test.each(["isom", "iso2", "iso6", "mp41", "mp42", "avc1", "M4V ", "dash", "3gp4"])("%s is MP4", (brand) => {
  expect(sniffVideo(file(brand))).toBe("mp4");
});

test("QuickTime, WebM and Matroska are told apart", () => {
  expect(sniffVideo(file("qt  "))).toBe("mov");
  expect(sniffVideo(ebml("webm"))).toBe("webm");
  expect(sniffVideo(ebml("matroska"))).toBe("mkv");
});

test.each(["avif", "avis", "mif1", "heic", "crx ", "jxl "])("%s is a picture", (brand) => {
  expect(sniffVideo(file(brand))).toBeUndefined();
});

test.each([
  ["a playlist", "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10,\nfile:///etc/passwd\n"],
  ["a list to be joined", "ffconcat version 1.0\nfile /etc/passwd\n"],
  ["subtitles", "1\n00:00:00,000 --> 00:00:01,000\nx\n"],
  ["a page", "<!doctype html><video src=a.mp4>"],
  ["another document of EBML", "\x1a\x45\xdf\xa3\x42\x82\x84text"],
  ["nothing", ""],
])("%s is no video", (_, text) => {
  expect(sniffVideo(bytes(text))).toBeUndefined();
});

test("any bytes are told without an error", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (any) => void sniffVideo(any)));
});
