import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { balloon } from "../../apps/server/dist/demo/pictures/balloon.js";
import { landscape } from "../../apps/server/dist/demo/pictures/landscape.js";
import { logo } from "../../apps/server/dist/demo/pictures/logo.js";
import { waves } from "../../apps/server/dist/demo/pictures/waves.js";
import { type Freshet, freePort, startFreshet } from "../support/freshet.ts";
import { addClassicTheme } from "../support/wordpress/classic-theme.ts";
import { everyBlock, type Pictures } from "../support/wordpress/every-block.ts";
import { configure } from "../support/wordpress/php.ts";
import { startWordpress, type WordPress } from "../support/wordpress.ts";

const SUPPORT = join(import.meta.dirname, "../support");
const PLUGIN = join(import.meta.dirname, "../../apps/wordpress/plugin");

/** A WordPress whose pictures a Freshet delivers, with one post that has every block and one that is short. */
export interface Blog {
  readonly wordpress: WordPress;
  readonly freshet: Freshet;
  readonly pictures: Pictures;
  /** URL of the post with every block. */
  readonly long: string;
  readonly short: string;
  /** A page as a visitor gets it; support/wordpress/journey.php says what headers do. */
  page(path: string, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** Changes settings of the plugin. */
  configure(settings: Readonly<Record<string, unknown>>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both and fills the blog; `size` is the width of its largest picture, which WordPress scales down above 2560 pixels. */
export async function startBlog(size = 2600): Promise<Blog> {
  const port = await freePort();
  const wordpress = await startWordpress({ plugins: [PLUGIN] });
  let freshet: Freshet | undefined;
  const stop = async () => {
    await freshet?.stop();
    await wordpress.stop();
  };
  try {
    freshet = await startFreshet({
      port,
      config: {
        projects: {
          blog: { apiKey: "a-key-of-the-blog", origins: { allow: ["127.0.0.1"], allowPrivate: true } },
        },
      },
    });
    await addClassicTheme(wordpress.site);
    const plugins = join(wordpress.site, "wp-content/mu-plugins");
    await mkdir(plugins, { recursive: true });
    await copyFile(join(SUPPORT, "wordpress/journey.php"), join(plugins, "journey.php"));
    const set = (settings: Readonly<Record<string, unknown>>) => configure(wordpress.site, settings);
    await set({ endpoint: freshet.url });
    const pictures = await upload(wordpress, size);
    const short = await wordpress.createPost({
      title: "Short",
      content: `<!-- wp:image {"id":${pictures.landscape.id}} --><figure class="wp-block-image"><img src="${pictures.landscape.url}" alt="" class="wp-image-${pictures.landscape.id}"/></figure><!-- /wp:image -->`,
      featuredMedia: pictures.portrait.id,
    });
    const long = await wordpress.createPost({
      title: "Every block",
      content: everyBlock(pictures),
      featuredMedia: pictures.wide.id,
    });
    const page = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(new URL(path, wordpress.url), { headers });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
      return text;
    };
    return { wordpress, freshet, pictures, long, short, page, configure: set, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function upload(wordpress: WordPress, size: number): Promise<Pictures> {
  const lake = sharp(Buffer.from(landscape()));
  const wide = await lake.clone().resize(size).jpeg({ quality: 88 }).toBuffer();
  const still = await lake.clone().resize(1600).jpeg({ quality: 88 }).toBuffer();
  const upright = await sharp(Buffer.from(balloon())).resize(900).jpeg({ quality: 88 }).toBuffer();
  const drawn = await sharp(Buffer.from(logo())).resize(400).png().toBuffer();
  return {
    wide: await wordpress.upload("wide.jpg", wide),
    landscape: await wordpress.upload("landscape.jpg", still),
    portrait: await wordpress.upload("portrait.jpg", upright),
    logo: await wordpress.upload("logo.png", drawn),
    moving: await wordpress.upload("waves.gif", waves()),
  };
}
