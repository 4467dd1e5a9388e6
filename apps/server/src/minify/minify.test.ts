import { createContext, runInContext } from "node:vm";
import { TokenType, tokenize } from "@csstools/css-tokenizer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Language, minify } from "./minify.ts";

const RUNS = process.env.FRESHET_TEST_SIZE === "full" ? 1_000 : 150;

const bytesOf = (text: string) => new TextEncoder().encode(text);
async function shorter(text: string, language: Language, isUtf8 = true): Promise<string | undefined> {
  const done = await minify(bytesOf(text), { language, isUtf8 });
  return done && new TextDecoder("utf-8", { ignoreBOM: true }).decode(done);
}

describe("a style sheet", () => {
  test.each([
    ["/* a */\nbody {\n  color: red;\n}\n", "body{color:red}"],
    ["/*! (c) somebody */\na { b: c }", "/*! (c) somebody */a{b:c}"],
    ["/** @license MIT */ a { b: c }", "/** @license MIT */a{b:c}"],
    ['@charset "utf-8";  a { b: c }', '@charset "UTF-8";a{b:c}'],
    [".a { &:hover { color : rgba(0, 0, 0, .5) } }", ".a{&:hover{color:rgba(0,0,0,.5)}}"],
    ["a { width: calc(1px + 2px) ; inset: 0 }", "a{width:calc(1px + 2px);inset:0}"],
    ['@import url("b.css") ;\na { b: url( c.png ) }', '@import"b.css";a{b:url(c.png)}'],
    ["\ufeffa { b: 'é' }", '\ufeffa{b:"é"}'],
  ])("%j becomes %j", async (from, to) => expect(await shorter(from, "css")).toBe(to));

  test.each([
    ["is shorter already", "a{b:c}"],
    ["ends too soon", "a { b: c "],
    ["is not understood", "a { *zoom : 1 ; filter : progid:A(b='c') }"],
    ["has a bracket too many", "a { b : c } } }"],
    ["has a source map", "a { b : c }\n/*# sourceMappingURL=a.css.map */"],
    ["would lose its licence", "a { /*! (c) somebody */ b : c ; }"],
  ])("that %s stays as it is", async (_, text) => expect(await shorter(text, "css")).toBeUndefined());

  test("means the same, token by token", async () => {
    const done: (string | undefined)[] = [];
    await fc.assert(
      fc.asyncProperty(styleSheets(), async (text) => {
        const after = await shorter(text, "css");
        done.push(after);
        if (after !== undefined) expect(meaning(after)).toEqual(meaning(text));
      }),
      { numRuns: RUNS },
    );
    expect(done.filter((each) => each !== undefined).length).toBeGreaterThan(RUNS / 2);
  });
});

describe("a script", () => {
  test.each([
    ["x = a\n++b // c", "x=a;++b;"],
    ["#!/usr/bin/env node\nf( 1 )", "#!/usr/bin/env node\nf(1);"],
    ["/*! lic */ f( );\n/** @license MIT */ g( )", "/*! lic */f();/** @license MIT */g();"],
    ["function f($scope, /* i */ local) { return f.name }", "function f($scope,local){return f.name}"],
    ["class A { #p = 1 ; q = x?.y ?? z ?? (w || v) }", "class A{#p=1;q=x?.y??z??(w||v)}"],
    ["x = y === null || y === void 0 ? z : y ;  true", "x=y===null||y===void 0?z:y;true;"],
    ['import a from "./b.js" ;  export default a ;', 'import a from"./b.js";export default a;'],
    ["if ( process.env.NODE_ENV === 'x' ) { debugger }", 'if(process.env.NODE_ENV==="x"){debugger}'],
    ["x = a /* b */ / c ;  y = /[/*]/ . test( z )", "x=a/c;y=/[/*]/.test(z);"],
  ])("%j becomes %j", async (from, to) => expect(await shorter(from, "js")).toBe(to));

  test.each([
    ["is none", "{ 'a' : 1 , }"],
    ["is another language", "const a : number = 1 ; const b = <div> </div>"],
    ["has a source map", "f( ) ;\n//# sourceMappingURL=a.js.map"],
    ["would lose its licence", "f( /*! (c) somebody */ 1 ) ;"],
    ["is shorter already", "f()"],
  ])("that %s stays as it is", async (_, text) => expect(await shorter(text, "js")).toBeUndefined());

  test("whose encoding nobody says is written in ASCII, else in its own letters", async () => {
    expect(await shorter("x = 'é\\u00e8' ;  // a", "js", false)).toBe('x="\\xE9\\xE8";');
    expect(await shorter("x = 'é' ;  // a", "js")).toBe('x="é";');
    expect(await minify(Uint8Array.of(0x66, 0x20, 0x20, 0xe9), { language: "js", isUtf8: true })).toBe(
      undefined,
    );
  });

  test("gives the same values", async () => {
    let done = 0;
    let values = 0;
    await fc.assert(
      fc.asyncProperty(scripts(), async (text) => {
        const after = await shorter(text, "js");
        if (after === undefined) return;
        done += 1;
        const outcome = outcomeOf(text);
        expect(outcomeOf(after)).toEqual(outcome);
        if (String(outcome).startsWith("[")) values += 1;
      }),
      { numRuns: RUNS },
    );
    expect(done).toBeGreaterThan(RUNS / 2);
    expect(values).toBeGreaterThan(RUNS / 3);
  });
});

test("whatever the bytes are, they stay as they are or get fewer", async () => {
  const pieces = fc.constantFrom(
    ..."{}()[];:,\"'`/*\\<>!@#&|=+-. \n\r\t",
    "a",
    "url(",
    "//",
    "*/",
    "é",
    "\u2028",
    "\0",
  );
  const texts = fc.array(pieces, { maxLength: 60 }).map((all) => bytesOf(all.join("")));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(texts, fc.uint8Array({ maxLength: 60 })),
      fc.constantFrom<Language>("css", "js"),
      fc.boolean(),
      async (original, language, isUtf8) => {
        const after = await minify(original, { language, isUtf8 });
        if (after === undefined) return;
        expect(after.length).toBeLessThan(original.length);
        if (!isUtf8 && original[0] !== 0xef)
          expect(Buffer.from(after).toString("latin1")).toMatch(/^[^\x80-\xff]*$|\/[^/]*[\x80-\xff]/);
      },
    ),
    { numRuns: RUNS * 2 },
  );
});

/** What CSS means by the tokenizer of the standard, but for white space that separates nothing and semicolons that end nothing. */
function meaning(text: string): readonly string[] {
  const tokens = tokenize({ css: text })
    .filter(([type]) => type !== TokenType.Comment && type !== TokenType.EOF)
    .map(([type, raw, , , value]) => {
      if (type === TokenType.Whitespace) return " ";
      const read = (value as { readonly value?: unknown } | undefined)?.value;
      if (type === TokenType.String) return `"${String(read)}`;
      if (type === TokenType.URL) return `url ${String(read)}`;
      return type === TokenType.Ident ? `i-${String(read)}` : raw;
    });
  const words: string[] = [];
  for (const [at, each] of tokens.entries()) {
    const before = words.at(-1) ?? "{";
    const after = tokens.slice(at + 1).find((next) => next !== " ") ?? "}";
    if (each === " " && (before === " " || /^[{};:,>~+(]$|\($/.test(before) || /^[{};,>~+)!]$/.test(after)))
      continue;
    if (each === ";" && (after === "}" || after === ";")) continue;
    const [open = "", string = ""] = words.slice(-2);
    if (each === ")" && open === "url(" && string.startsWith('"')) {
      words.splice(-2, 2, `url ${string.slice(1)}`);
    } else words.push(each);
  }
  return words;
}

function styleSheets(): fc.Arbitrary<string> {
  const gap = fc.constantFrom("", " ", "\n", "\t ", "/* c */", " /* { */ ");
  const space = gap.map((each) => ` ${each}`);
  const name = fc.constantFrom(
    "a",
    "b",
    ".c",
    "#d",
    "[e]",
    '[f="g h"]',
    "*",
    "&",
    "a:hover",
    "::before",
    ".\\31 x",
  );
  const selector = fc
    .array(fc.tuple(name, fc.constantFrom(" ", " > ", " + ", "~", ">", ""), gap), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) =>
      parts.map(([each, joint], at) => (at === parts.length - 1 ? each : `${each}${joint || " "}`)).join(""),
    );
  const value = fc.constantFrom(
    ...[
      "red",
      "#FF0000",
      "0.50px",
      "+.5em",
      "1px 2px",
      "calc( 1px + 2px * ( 3 - 4 ) )",
      "url( x.png )",
      "url('y z.png')",
    ],
    ...[
      '"q\\"r"',
      "'s'",
      "var( --t , u )",
      "a , b",
      "1 / 2",
      "U+26",
      "red !important",
      "\\e9 x",
      "é",
      "-webkit-v( w )",
    ],
  );
  const declaration = fc
    .tuple(fc.constantFrom("color", "--p", "-x-y", "margin", "content"), gap, value, gap)
    .map(
      ([property, one, text, other]) =>
        `${property}:${property === "--p" ? "" : one}${text}${property === "--p" ? "" : other};`,
    );
  const block = (inside: fc.Arbitrary<string>) =>
    fc
      .array(
        fc.tuple(inside, gap).map((all) => all.join("")),
        { maxLength: 4 },
      )
      .map((all) => `{ ${all.join("")} }`);
  const rule = fc
    .tuple(selector, fc.oneof(fc.constant(" "), space), block(declaration))
    .map((all) => all.join(""));
  const nested = fc.tuple(
    fc.constantFrom("@media screen and (min-width: 1px)", "@supports (a: b)", "@layer x", "a, b", "@x y z"),
    fc.constant(" "),
    block(fc.oneof(rule, declaration)),
  );
  return fc
    .array(
      fc.tuple(
        fc.oneof(
          rule,
          nested.map((all) => all.join("")),
        ),
        gap,
      ),
      { minLength: 1, maxLength: 5 },
    )
    .map((all) => all.map((each) => each.join("")).join("\n"));
}

/** What a script comes to: its value, or which kind of error. */
function outcomeOf(text: string): unknown {
  try {
    return JSON.stringify(runInContext(text, createContext({}), { timeout: 1_000 }), (_, value: unknown) =>
      typeof value === "number" || value === undefined ? String(value) : value,
    );
  } catch (error) {
    return (error as Error).name;
  }
}

function scripts(): fc.Arbitrary<string> {
  const gap = fc.constantFrom(" ", "  ", "\n", " /* c */ ", " // c\n", "\t");
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(
        "a",
        "b",
        "c.d",
        "1",
        "0x10",
        ".5",
        "1e3",
        "'s\\n\\u00e9'",
        '"\\\\\'"',
        "/[/*]\\/ /g.source",
        "null",
      ),
      fc
        .tuple(
          tie("expression"),
          gap,
          fc.constantFrom("+", "-", "*", "/", "%", "<", "==", "===", "&&", "||", "&", ">>>", ","),
          gap,
          tie("expression"),
        )
        .map((all) => all.join("")),
      fc
        .tuple(
          fc.constantFrom("-", "+", "!", "~", "typeof ", "void ", "- -", "+ +", "-- ", "++ "),
          gap,
          tie("expression"),
        )
        .map(([sign, space, text]) => (/--|\+\+/.test(sign) ? `${sign}a` : `${sign}${space}${text}`)),
      fc
        .tuple(tie("expression"), gap, tie("expression"), gap, tie("expression"))
        .map(([x, g, y, h, z]) => `(${x}${g}? ${y}${h}: ${z} )`),
      fc.tuple(gap, tie("expression"), gap).map(([g, x, h]) => `(${g}${x}${h})`),
      fc
        .tuple(gap, tie("expression"))
        .map(([g, x]) => `( (${g}p , ...q ) => { return${g.includes("\n") ? " " : g}(${x}) } )( a , 2 , 3 )`),
      fc.tuple(tie("expression"), gap).map(([x, g]) => `\`t  ${"$"}{ ${x}${g}}  \``),
      fc.tuple(tie("expression"), gap).map(([x, g]) => `[ ${g}(${x}) , , 1 ]`),
      fc
        .tuple(tie("expression"), gap)
        .map(([x, g]) => `( { d : (${x}) ,${g}get e ( ) { return 5 } , [ 'f' ] : 1 } ). d`),
      fc.tuple(tie("expression")).map(([x]) => `( c ?. d ?? (${x}) )`),
    ),
  }));
  const statement = fc.oneof(
    expression.map((text) => `r . push( (${text}) )`),
    expression.map((text) => `if ( (${text}) ) { a ++ } else\n b --`),
    expression.map(
      (text) => `for ( let i = 0 ; i < 3 ; i ++ ) { if ( i == 1 ) continue ; r . push( i , (${text}) ) }`,
    ),
    expression.map((text) => `try { throw (${text}) } catch ( e ) { r . push( String( e ) ) }`),
    expression.map((text) => `function f ( x = (${text}) ) { return x }\n r . push( f ( ) , f . name )`),
    expression.map((text) => `switch ( a ) { case (${text}) : r . push( 1 ) ; default : r . push( 2 ) }`),
  );
  return fc
    .array(fc.tuple(statement, gap, fc.constantFrom(";", "\n")), { minLength: 1, maxLength: 5 })
    .map(
      (all) =>
        `var a = 3 , b = 4 , c = { d : 5 } , r = [ ] ;\n${all.map((each) => each.join("")).join(" ")}\n; r`,
    );
}
