import type { OperationName } from "@freshet/core";
import type { OriginalName } from "./originals.ts";

/** A query that the reference shows, and the size that arithmetic says it has. */
export interface Example {
  readonly original: OriginalName;
  readonly query: string;
  readonly size: `${number}x${number}`;
}

type Row = readonly [original: OriginalName, query: string, size: Example["size"]];

const COMPASS = [
  ...["northwest", "north", "northeast", "west", "center", "east", "southwest", "south", "southeast"],
] as const;
const MARKED = ["north", "southeast", "west"] as const;
const PADDED = "w=360&h=240&func=fit&bg_img_fit=1";
/** A border at the left alone, 300 wide, beside 900 × 600. */
const ONE_SIDE = "tl_px=0,200&br_px=1200,800&trim=5";

/** Landscape 2400 × 1600, portrait 1600 × 2000, logo 1200 × 1300, waves 480 × 480, card 1500 × 1000 around 900 × 600, chart 600 × 400,
 * guide and couple 900 × 600, with one head and two, booklet 300 × 200 and 200 × 300 points. */
const ROWS: { readonly [Name in OperationName]: readonly Row[] } = {
  page: [
    ["booklet", "w=300", "300x200"],
    ["booklet", "doc_page=2&w=200", "200x300"],
    ["booklet", "doc_page=2&w=300&h=300&gravity=north", "300x300"],
  ],
  extract: [
    ["landscape", "tl_px=1500,200&br_px=2100,800&w=300", "300x300"],
    ["landscape", "tl_px=1600,0&w=150", "150x300"],
    ["landscape", "br_px=1200,800&w=300", "300x200"],
    ["landscape", "tl_px=1200,300&br_px=2400,1100&w=300&h=300&func=fit&bg_color=1d2b53", "300x300"],
  ],
  trim: [
    ["card", "w=300", "300x200"],
    ["card", "trim=5&w=300", "300x200"],
    ["card", "trim=0", "900x600"],
    ["card", "trim=5&w=200&h=200", "200x200"],
    ["logo", "trim=1&w=240&h=240&func=fit&bg_color=fff", "240x240"],
    ["card", `${ONE_SIDE}&w=200&h=200&gravity=trim`, "200x200"],
    ["card", `${ONE_SIDE}&w=400&h=200&func=fit&gravity=trim&bg_color=eee`, "400x200"],
  ],
  cutout: [
    ["card", "w=300&bg_remove=1", "300x200"],
    ["card", "w=300&bg_remove=1&bg_color=1d2b53", "300x200"],
    ["portrait", "w=200&h=200&bg_remove=1&gravity=auto", "200x200"],
  ],
  resize: [
    ["landscape", "w=300", "300x200"],
    ["landscape", "h=200", "300x200"],
    ["landscape", "w=150&dpr=2", "300x200"],
    ["landscape", "w=240&h=240", "240x240"],
    ["landscape", "w=240&h=240&func=fit", "240x240"],
    ["landscape", "w=240&h=240&func=cropfit", "240x240"],
    ["waves", "w=600&h=400&func=cropfit&bg_color=eee", "600x400"],
    ["landscape", "w=240&h=240&func=bound", "240x160"],
    ["portrait", "w=240&h=160&func=boundmin", "240x300"],
    ["landscape", "w=240&h=240&func=cover", "240x240"],
    ["landscape", "w=300&linear=1", "300x200"],
    ["waves", "w=160&linear=1", "160x160"],
    ["waves", "w=900&org_if_sml=1", "480x480"],
    ["waves", "w=900&h=450&org_if_sml=1", "480x240"],
    ...COMPASS.map((gravity): Row => ["landscape", `w=120&h=180&gravity=${gravity}`, "120x180"]),
    ["landscape", "w=120&h=180&gravity=1800,480", "120x180"],
    ["landscape", "w=120&h=180&gravity=75p,30p", "120x180"],
    ["landscape", "w=120&h=180&gravity=75s,30s", "120x180"],
    ["landscape", "w=120&h=180&gravity=0.75c,0.3c", "120x180"],
    ["landscape", "w=120&h=180&x=1800&y=480", "120x180"],
    ["landscape", "w=120&h=180&gravity=auto", "120x180"],
    ["portrait", "w=300&h=150", "300x150"],
    ["portrait", "w=300&h=150&gravity=auto", "300x150"],
    ["portrait", "w=100&h=250&gravity=smart", "100x250"],
    ["logo", "w=300&h=150&gravity=auto", "300x150"],
    ["waves", "w=150&h=300&gravity=auto", "150x300"],
    ["chart", "w=120&h=240&gravity=auto", "120x240"],
    ["guide", "w=150&h=300&gravity=face", "150x300"],
    ["couple", "w=150&h=300&gravity=face", "150x300"],
    ["guide", "w=200&h=200&func=face", "200x200"],
    ["guide", "w=200&h=200&func=face&face_margin=60", "200x200"],
    ["guide", "w=300&h=200&func=face&face_margin=60,30", "300x200"],
    ["couple", "w=200&h=200&func=face", "200x200"],
    ["guide", "w=200&h=200&func=facehide", "200x200"],
    ["couple", "w=300&h=150&func=facehide&face_margin=30", "300x150"],
    ["landscape", "w=200&aspect_ratio=1:1", "200x200"],
    ["landscape", "w=320&aspect_ratio=16:9", "320x180"],
    ["landscape", "h=200&aspect_ratio=0.75&gravity=east", "150x200"],
    ["landscape", "w=280&aspect_ratio=1.2,1.4", "280x200"],
    ["landscape", "w=300&aspect_ratio=1,2", "300x200"],
    ["logo", "w=240&h=240&func=fit&margin=30&bg_color=ffd9a0", "240x240"],
    ["landscape", "w=300&h=300&func=fit&margin=15&gravity=north&bg_color=1d2b53", "300x300"],
    ["waves", "w=720&h=540&func=fit&bg_color=eee", "720x540"],
    ["waves", "w=720&h=540&func=fit&fit_enlarge=1&bg_color=eee", "720x540"],
    ["logo", "w=200", "200x217"],
    ["logo", "w=200&bg_color=ffd9a0", "200x217"],
    ["portrait", "w=300&h=200&func=fit&bg_color=auto", "300x200"],
    ["card", "w=300&h=300&func=fit&bg_colour=auto", "300x300"],
    ["portrait", PADDED, "360x240"],
    ["portrait", `${PADDED}&bg_blur=0`, "360x240"],
    ["portrait", `${PADDED}&bg_blur=60`, "360x240"],
    ["portrait", `${PADDED}&bg_opacity=0.4&bg_color=000`, "360x240"],
    ["portrait", `${PADDED}&bg_colorize=1d2b53,0.6`, "360x240"],
    ["portrait", `${PADDED}&bg_gravity=south&bg_blur=4`, "360x240"],
    ["logo", `${PADDED}&bg_opacity=0.3&margin=12`, "360x240"],
    ["waves", `${PADDED}`, "360x240"],
  ],
  flip: [
    ["landscape", "w=240&flip=h", "240x160"],
    ["landscape", "w=240&flip=v", "240x160"],
    ["landscape", "w=240&flip=hv", "240x160"],
    ["waves", "w=200&mirror=x", "200x200"],
  ],
  rotate: [
    ["landscape", "w=240&r=90", "160x240"],
    ["landscape", "w=240&r=-90", "160x240"],
    ["landscape", "w=240&r=180", "240x160"],
    ["landscape", "w=300&r=12&bg_color=fff", "335x258"],
    ["landscape", "w=300&r=-45", "354x354"],
    ["portrait", `${PADDED}&r=90`, "240x360"],
  ],
  bright: [
    ["landscape", "w=240&bright=20", "240x160"],
    ["landscape", "w=240&bright=-40", "240x160"],
    ["chart", "w=240&bright=20", "240x160"],
  ],
  contrast: [
    ["landscape", "w=240&contrast=20", "240x160"],
    ["landscape", "w=240&contrast=-50", "240x160"],
    ["chart", "w=240&contrast=50", "240x160"],
  ],
  saturate: [
    ["landscape", "w=240&saturate=60", "240x160"],
    ["landscape", "w=240&saturate=-60", "240x160"],
    ["chart", "w=240&saturate=-60", "240x160"],
  ],
  gray: [
    ["landscape", "w=240&gray=1", "240x160"],
    ["chart", "w=240&grey=1", "240x160"],
    ["waves", "w=160&gray=1", "160x160"],
  ],
  sepia: [
    ["landscape", "w=240&sepia=1", "240x160"],
    ["landscape", "w=240&sepia=40", "240x160"],
  ],
  invert: [
    ["landscape", "w=240&invert=1", "240x160"],
    ["logo", "w=160&negative=1", "160x173"],
  ],
  duotone: [
    ["landscape", "w=240&duotone=1d2b53,ffd9a0", "240x160"],
    ["portrait", "w=160&duotone=d7263d,f7f3e8", "160x200"],
    ["landscape", "w=240&duotone=000,0ff,0.5", "240x160"],
  ],
  colorize: [
    ["landscape", "w=240&colorize=1e90ff,0.4", "240x160"],
    ["landscape", "w=240&colourise=tomato", "240x160"],
    ["logo", "w=160&colorize=f80,0.6", "160x173"],
  ],
  pixelate: [
    ["portrait", "w=240&pixelate=12", "240x300"],
    ["logo", "w=200&pixellate=20", "200x217"],
  ],
  blur: [
    ["landscape", "w=240&blur=4", "240x160"],
    ["landscape", "w=240&blur=20", "240x160"],
    ["logo", "w=200&blur=16", "200x217"],
    ["waves", "w=160&blur=10", "160x160"],
  ],
  sharp: [
    ["landscape", "w=240", "240x160"],
    ["landscape", "w=240&sharp=1", "240x160"],
    ["landscape", "w=240&sharp=0.4", "240x160"],
    ["landscape", "w=240&sharp=4", "240x160"],
  ],
  faces: [
    ["couple", "w=300&pixelate_faces=1", "300x200"],
    ["couple", "w=300&blur_faces=1", "300x200"],
    ["couple", "w=300&blur_faces=1,10", "300x200"],
    ["couple", "w=300&r=20&flip=h&pixelate_faces=1&bg_color=fff", "350x291"],
    ["landscape", "w=240&blur_faces=1", "240x160"],
  ],
  watermark: [
    ["landscape", "w=300&wat=1&wat_scale=20p", "300x200"],
    ...MARKED.map(
      (gravity): Row => [
        "landscape",
        `w=240&wat=1&wat_url=_demo_/logo&wat_scale=15p&wat_pad=8&wat_gravity=${gravity}`,
        "240x160",
      ],
    ),
    ["portrait", "w=200&wat=1&wat_url=_demo_/logo", "200x250"],
    ["landscape", "w=300&wat=1&wat_scale=50&wat_opacity=0.4", "300x200"],
    ["landscape", "w=300&wat=1&wat_scale=60p,30p&wat_pad=5p&wat_gravity=northeast", "300x200"],
    ["landscape", "w=300&wat=1&wat_scale=20p&wat_gravity=absolute&wat_pos=10p,40p", "300x200"],
    ["landscape", "w=300&wat=1&wat_scale=20p&wat_gravity=relative&wat_pos=100p,100p", "300x200"],
    ["waves", "w=200&wat=1&wat_scale=30p&wat_gravity=south&wat_pad=6", "200x200"],
    ["landscape", "w=300&wat=1&wat_text=Sample&wat_color=fff&wat_gravity=southeast&wat_pad=8", "300x200"],
    [
      "landscape",
      "w=300&wat=1&wat_text=%C2%A9%20Freshet&wat_font=Georgia-Bold&wat_fontsize=200max&wat_opacity=0.5",
      "300x200",
    ],
    [
      "portrait",
      "w=200&wat=1&wat_text=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7&wat_fontsize=40&wat_colour=d7263d",
      "200x250",
    ],
    [
      "landscape",
      "w=300&wat=1&wat_text=mono&wat_font=courier&wat_fontsize=24&wat_color=ff8800&wat_gravity=north",
      "300x200",
    ],
    [
      "landscape",
      [
        ...["w=300&wat=1&wat_color=fff&wat_text[1]=one&wat_gravity[1]=west&wat_font[1]=serif-italic"],
        ...["wat_fontsize[2]=60&wat_text[2]=two&wat_gravity[2]=east"],
      ].join("&"),
      "300x200",
    ],
    ["landscape", "w=300&gray=1&blur=6&wat=1&wat_scale=25p&wat_gravity=northwest&radius=40", "300x200"],
    [
      "landscape",
      [
        ...["w=300&wat[1]=1&wat_url[1]=_demo_/logo&wat_scale[1]=30p&wat_gravity[1]=west"],
        ...["wat[2]=1&wat_url[2]=_demo_/logo&wat_scale[2]=15p&wat_gravity[2]=absolute&wat_pos[2]=70p,20p"],
        ...["wat_opacity[2]=0.6&wat_pad[2]=4"],
      ].join("&"),
      "300x200",
    ],
  ],
  radius: [
    ["landscape", "w=240&radius=24", "240x160"],
    ["landscape", "w=240&radius=60,0,60,0", "240x160"],
    ["landscape", "w=240&radius=0,max,0,0", "240x160"],
    ["landscape", "w=200&h=200&radius=max", "200x200"],
    ["landscape", "w=240&radius=240", "240x160"],
    ["landscape", "w=240&radius=40&bg_color=ff8800", "240x160"],
    ["landscape", "w=240&radius=40&force_format=jpeg", "240x160"],
    ["waves", "w=160&radius=max", "160x160"],
    ["landscape", "w=240&r=90&radius=50,0,0,0", "160x240"],
    ["portrait", "w=240&h=240&gravity=auto&f=saturate:40,sharp:0.8&radius=24", "240x240"],
    ["landscape", "w=240&f=gray,duotone:0b5f8f,fff,contrast:20", "240x160"],
  ],
  encode: [
    ["landscape", "w=240&q=5", "240x160"],
    ["landscape", "w=240&q=95", "240x160"],
    ["landscape", "w=240&optipress=1", "240x160"],
    ["landscape", "w=240&optipress=3", "240x160"],
    ["portrait", "w=240&optipress=2&force_format=jpeg", "240x300"],
    ["portrait", "w=240&optipress=3&force_format=_webp", "240x300"],
    ["landscape", "w=240&force_format=avif", "240x160"],
    ["landscape", "w=240&force_format=png", "240x160"],
    ["landscape", "w=240&force_format=webp,jpg,png", "240x160"],
    ["card", "w=240&force_format=webp&q=40", "240x160"],
    ["portrait", "w=120&force_format=original", "120x150"],
    ["logo", "w=160&force_format=jpeg", "160x173"],
  ],
  // Its examples are films, which no sheet shows.
  video: [],
};

/** What the reference shows of an operation. */
export const examplesOf = (operation: OperationName): readonly Example[] =>
  ROWS[operation].map(([original, query, size]) => ({ original, query, size }));
