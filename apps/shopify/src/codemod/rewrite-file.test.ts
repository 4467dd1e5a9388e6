import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delicateVariables, rewriteFile } from "./rewrite-file.ts";

/** What a file becomes, by the form that it shows. */
const FORMS: readonly (readonly [form: string, before: string, after: string])[] = [
  [
    "an address with a width",
    "{{ image | image_url: width: 300 }}",
    "{% render 'freshet-url', image: image, width: 300 %}",
  ],
  ["an address without a size", "{{ image | image_url }}", "{% render 'freshet-url', image: image %}"],
  [
    "every argument of image_url",
    "{{ p.images[0] | image_url: width: w, height: 90, crop: 'region', crop_left: 1, crop_top: 2, crop_width: 3, crop_height: 4, format: 'pjpg', pad_color: 'fff', quality: 70 }}",
    "{% render 'freshet-url', image: p.images[0], width: w, height: 90, crop: 'region', crop_left: 1, crop_top: 2, crop_width: 3, crop_height: 4, format: 'pjpg', pad_color: 'fff', quality: 70 %}",
  ],
  [
    "white space that is stripped",
    "a {{- image | image_url: width: 3 -}} b",
    "a {%- render 'freshet-url', image: image, width: 3 -%} b",
  ],
  [
    "white space that is stripped around several statements",
    "a {{- image | image_url: width: 3 | escape -}} b",
    "a {%- capture freshet_text %}{% render 'freshet-url', image: image, width: 3 %}{% endcapture %}{{ freshet_text | escape -}} b",
  ],
  [
    "an old address",
    "{{ product | img_url: '480x', scale: 2, crop: 'top' }}",
    "{% render 'freshet-url', image: product, img_size: '480x', scale: 2, crop: 'top' %}",
  ],
  [
    "an old address without a size, which is small",
    "{{ product | img_url }}",
    "{% render 'freshet-url', image: product, img_size: 'small' %}",
  ],
  [
    "product_img_url",
    "{{ product | product_img_url: 'medium' }}",
    "{% render 'freshet-url', image: product, img_size: 'medium' %}",
  ],
  [
    "collection_img_url",
    "{{ c | collection_img_url: size }}",
    "{% render 'freshet-url', image: c, img_size: size %}",
  ],
  [
    "article_img_url",
    "{{ article | article_img_url: 'large' }}",
    "{% render 'freshet-url', image: article, img_size: 'large' %}",
  ],
  [
    "a picture among the files of the theme",
    "{{ 'hero.jpg' | asset_url }}",
    "{% assign freshet_src = 'hero.jpg' | asset_url %}{% render 'freshet-url', src: freshet_src %}",
  ],
  [
    "one whose name is put together",
    "{{ 'icon-' | append: x | append: '.png' | asset_url }}",
    "{% assign freshet_src = 'icon-' | append: x | append: '.png' | asset_url %}{% render 'freshet-url', src: freshet_src %}",
  ],
  [
    "asset_img_url",
    "{{ 'a.png' | asset_img_url: '300x' }}",
    "{% assign freshet_src = 'a.png' | asset_url %}{% render 'freshet-url', src: freshet_src, img_size: '300x' %}",
  ],
  [
    "file_url",
    "{{ 'a.webp' | file_url }}",
    "{% assign freshet_src = 'a.webp' | file_url %}{% render 'freshet-url', src: freshet_src %}",
  ],
  [
    "file_img_url",
    "{{ 'a.png' | file_img_url: 'grande' }}",
    "{% assign freshet_src = 'a.png' | file_url %}{% render 'freshet-url', src: freshet_src, img_size: 'grande' %}",
  ],
  [
    "image_tag",
    "{{ image | image_url: width: 900 | image_tag: loading: 'lazy', widths: '100, 900', sizes: sizes, class: 'a', alt: image.alt, fetchpriority: f, width: 9, height: h, preload: true }}",
    "{% render 'freshet-image', image: image, width: 900, loading: 'lazy', widths: '100, 900', sizes: sizes, class: 'a', alt: image.alt, fetchpriority: f, img_width: 9, img_height: h, preload: true %}",
  ],
  [
    "image_tag without a srcset, a width and a height",
    "{{ i | image_url: width: 9 | image_tag: srcset: nil, width: nil, height: nil }}",
    "{% render 'freshet-image', image: i, width: 9, widths: 'none', img_width: 0, img_height: 0 %}",
  ],
  [
    "attributes that the snippet does not know",
    "{{ i | image_url: width: 9 | image_tag: data-a: x.y, itemprop: 'image' }}",
    `{% assign freshet_value = x.y | escape %}{% assign freshet_attributes = ' data-a="' | append: freshet_value | append: '"' %}{% assign freshet_value = 'image' | escape %}{% assign freshet_attributes = freshet_attributes | append: ' itemprop="' | append: freshet_value | append: '"' %}{% render 'freshet-image', image: i, width: 9, attributes: freshet_attributes %}`,
  ],
  [
    "img_tag",
    "{{ product | img_url: '100x' | img_tag: 'A hat', 'hat' }}",
    "{% render 'freshet-image', image: product, img_size: '100x', widths: 'none', alt: 'A hat', class: 'hat' %}",
  ],
  [
    "an element of a picture among the files",
    "{{ 'a.png' | asset_url | image_tag: alt: 'A' }}",
    "{% assign freshet_src = 'a.png' | asset_url %}{% render 'freshet-image', src: freshet_src, alt: 'A' %}",
  ],
  [
    "an element that is escaped",
    "{{ i | image_url: width: 9 | image_tag | escape }}",
    "{% capture freshet_text %}{% render 'freshet-image', image: i, width: 9 %}{% endcapture %}{{ freshet_text | escape }}",
  ],
  [
    "a scheme before the address, and JSON",
    `{{ i | image_url: width: 9 | prepend: "https:" | json }}`,
    "{% capture freshet_text %}{% render 'freshet-url', image: i, width: 9, scheme: 'https:' %}{% endcapture %}{{ freshet_text | json }}",
  ],
  [
    "a subject with filters",
    "{{ product.images | first | image_url: width: 9 }}",
    "{% assign freshet_image = product.images | first %}{% render 'freshet-url', image: freshet_image, width: 9 %}",
  ],
  [
    "assign",
    "{%- assign x = i | image_url: width: 9 -%}",
    "{%- capture x %}{% render 'freshet-url', image: i, width: 9 %}{% endcapture -%}",
  ],
  [
    "assign with more behind it",
    "{% assign x = i | image_url: width: 9 | append: ' 9w' %}",
    "{% capture x %}{% render 'freshet-url', image: i, width: 9 %}{% endcapture %}{% assign x = x | append: ' 9w' %}",
  ],
  ["echo", "{% echo i | image_url: width: 9 %}", "{% render 'freshet-url', image: i, width: 9 %}"],
  [
    "lines of liquid",
    "{%- liquid\n  if a\n    assign x = i | image_url: width: 9\n    echo y | image_url | escape\n  endif\n-%}",
    "{%- liquid\n  if a\n    capture x\n    render 'freshet-url', image: i, width: 9\n    endcapture\n    capture freshet_text\n    render 'freshet-url', image: y\n    endcapture\n    echo freshet_text | escape\n  endif\n-%}",
  ],
  [
    "a srcset",
    `<img srcset="{{ i | image_url: width: 1 }} 1w,\n {{ i | image_url: width: 2 }} 2w">`,
    `<img srcset="{% render 'freshet-url', image: i, width: 1 %} 1w,\n {% render 'freshet-url', image: i, width: 2 %} 2w">`,
  ],
  [
    "styles and scripts of the page",
    "{% style %}a{background:url({{ i | image_url: width: 9 }})}{% endstyle %}<script>x('{{ i | image_url }}')</script><!-- {{ i | image_url }} -->",
    "{% style %}a{background:url({% render 'freshet-url', image: i, width: 9 %})}{% endstyle %}<script>x('{% render 'freshet-url', image: i %}')</script><!-- {% render 'freshet-url', image: i %} -->",
  ],
];

const MORE: typeof FORMS = [
  [
    "a scheme in the text before the address",
    `<meta content="http:{{ i | image_url }}"><meta content="https:{{ i | img_url: 'master' | escape }}">`,
    `<meta content="{% render 'freshet-url', image: i, scheme: 'http:' %}"><meta content="{% capture freshet_text %}{% render 'freshet-url', image: i, img_size: 'master', scheme: 'https:' %}{% endcapture %}{{ freshet_text | escape }}">`,
  ],
  [
    "an address inside another one",
    `<a href="//pin.example/?media={{ i | img_url: 'x9' }}&amp;description=a">`,
    `<a href="//pin.example/?media={% render 'freshet-url', image: i, img_size: 'x9' %}&amp;description=a">`,
  ],
];

const SAME: readonly (readonly [name: string, source: string])[] = [
  ["a style sheet", "{{ 'base.css' | asset_url | stylesheet_tag }}"],
  ["a style sheet by a variable", "{{ sheet | asset_url | stylesheet_tag }}"],
  ["a script", "<script src=\"{{ 'a.js' | asset_url }}\"></script>"],
  ["a drawing", "{{ 'a.svg' | asset_url }}"],
  [
    "what is not rendered",
    '{% comment %}{{ i | image_url }}{% endcomment %}{% raw %}{{ i | image_url }}{% endraw %}{% schema %}{"a":"| image_url"}{% endschema %}',
  ],
  ["text that looks like one", "<p>Use image_url | please</p>"],
];

const LEFT: readonly (readonly [code: string, source: string])[] = [
  ["PICTURE_ELSEWHERE", "{{ url | image_tag: alt: 'A' }}"],
  ["FILTER_UNKNOWN", "{{ i | img_url: '1x1' | replace: '_1x1.', '_{width}x.' }}"],
  ["FILTER_UNKNOWN", "{{ i | image_url: width: 9 | split: '?' | first }}"],
  ["TEXT_ADDED", "{{ i | image_url: width: 9 | append: '&height=9' }}"],
  ["TEXT_ADDED", "{{ i | image_url: width: 9 | prepend: shop.url }}"],
  ["TEXT_ADDED", "{{ i | image_url }}&width={w}"],
  ["TEXT_ADDED", "{{ shop.url }}{{ i | image_url }}"],
  ["TEXT_ADDED", '<img src="//x{{ i | image_url }}">'],
  ["PICTURE_UNKNOWN", "{{ name | asset_url }}"],
  ["ARGUMENT_UNKNOWN", "{{ i | image_url: 300 }}"],
  ["ARGUMENT_UNKNOWN", "{{ i | image_url: width: 9 | image_tag: srcset: mine }}"],
  ["CHAIN_UNREADABLE", "{{ i | image_url: width: }}"],
  ["FILE_UNREADABLE", "{% if a %}{{ i | image_url }}{% endfor %}"],
];

describe("a file of a theme", () => {
  test.each([...FORMS, ...MORE])("is rewritten: %s", (_, before, after) => {
    const { text, handled, left } = rewriteFile(before);
    expect(text).toBe(after);
    expect(left).toEqual([]);
    expect(handled.length).toBeGreaterThan(0);
    expect(rewriteFile(text)).toEqual({ text, handled: [], left: [] });
  });

  test.each(SAME)("stays as it is: %s", (_, source) => {
    expect(rewriteFile(source)).toEqual({ text: source, handled: [], left: [] });
  });

  test.each(LEFT)("stays as it is and is listed as %s: %s", (code, source) => {
    const { text, handled, left } = rewriteFile(`\n${source}`);
    expect([text, handled]).toEqual([`\n${source}`, []]);
    expect(left.map((each) => [each.line, each.code])).toEqual([[2, code]]);
  });

  test("keeps an address in Shopify's spelling where somebody takes it apart", () => {
    const source = "{% assign x = i | image_url: width: 9 %}{{ x | replace: 'width=9', 'width=8' }}{{ x }}";
    const { text, left } = rewriteFile(source, delicateVariables(source));
    expect(text).toBe(source);
    expect(left.map(({ code }) => code)).toEqual(["FILTER_UNKNOWN"]);
    const handed = "{% assign x = i | image_url: width: 9 %}{% render 'card', url: x %}";
    expect(rewriteFile(handed, delicateVariables("{{ url | image_tag }}")).left).toMatchObject([
      { code: "PICTURE_ELSEWHERE", line: 1 },
    ]);
    for (const use of ['<a href="https:{{ x }}">', "{{ x | prepend: 'https:' }}", "{{ x }}&width=3"]) {
      const joined = `{% assign x = i | image_url %}${use}`;
      expect(rewriteFile(joined, delicateVariables(joined)).left, use).toMatchObject([
        { code: "TEXT_ADDED", line: 1 },
      ]);
    }
    const captured = "{% capture x %}{{ i | image_url: width: 9 }}{% endcapture %}";
    expect(rewriteFile(captured, delicateVariables("{{ x | split: '?' }}")).text).toBe(captured);
  });

  const piece = fc.constantFrom(
    ...[...FORMS, ...MORE].map(([, before]) => before),
    ...SAME.map(([, source]) => source),
    ...LEFT.map(([, source]) => source),
    ...[
      "{%",
      "%}",
      "{{",
      "}}",
      "{%- liquid\n",
      " | image_url",
      "'",
      '"',
      "\r\n",
      "\n",
      "<head>",
      "é",
      "\u2028",
      "--- a\t",
      "+++ b",
    ],
  );
  const anything = fc
    .array(fc.oneof(piece, fc.string({ maxLength: 20 })), { maxLength: 12 })
    .map((parts) => parts.join(""));

  test("never throws, and changes nothing the second time, whatever is in it", () => {
    fc.assert(
      fc.property(anything, (source) => {
        const once = rewriteFile(source);
        const again = rewriteFile(once.text);
        expect(again.text).toBe(once.text);
        if (once.handled.length === 0) expect(once.text).toBe(source);
      }),
      { numRuns: 400 },
    );
  });

  test("is read in time that grows with its length", () => {
    const begun = performance.now();
    rewriteFile("{{ i | image_url: width: 9 }}\n".repeat(4_000));
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
