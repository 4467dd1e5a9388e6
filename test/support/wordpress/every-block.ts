import type { Media } from "../wordpress.ts";

/** The pictures of such a page. Those named after a shape have it; `wide` is larger than WordPress keeps. */
export interface Pictures {
  readonly wide: Media;
  readonly landscape: Media;
  readonly portrait: Media;
  readonly logo: Media;
  readonly moving: Media;
}

/** Content with each way in which WordPress's own blocks, and people, put a picture into a page. */
export function everyBlock({ wide, landscape, portrait, logo, moving }: Pictures): string {
  const sized = ({ sizes, url }: Media, name: string) => sizes[name] ?? url;
  const image = (media: Media, size: string, more = "") =>
    `<!-- wp:image {"id":${media.id},"sizeSlug":"${size}","linkDestination":"media"} --><figure class="wp-block-image size-${size}${more}"><a href="${media.url}"><img src="${sized(media, size)}" alt="" class="wp-image-${media.id}"/></a></figure><!-- /wp:image -->`;
  return [
    image(wide, "large"),
    `<!-- wp:image {"id":${landscape.id},"sizeSlug":"large","lightbox":{"enabled":true}} --><figure class="wp-block-image size-large"><img src="${sized(landscape, "large")}" alt="" class="wp-image-${landscape.id}"/></figure><!-- /wp:image -->`,
    `<!-- wp:gallery {"linkTo":"none"} --><figure class="wp-block-gallery has-nested-images columns-default is-cropped">${image(portrait, "large")}${image(landscape, "medium")}${image(logo, "thumbnail")}</figure><!-- /wp:gallery -->`,
    `<!-- wp:shortcode -->[gallery ids="${portrait.id},${wide.id}" link="file"]<!-- /wp:shortcode -->`,
    `<!-- wp:cover {"url":"${landscape.url}","id":${landscape.id}} --><div class="wp-block-cover"><span aria-hidden="true" class="wp-block-cover__background has-background-dim"></span><img class="wp-block-cover__image-background wp-image-${landscape.id}" alt="" src="${landscape.url}" data-object-fit="cover"/><div class="wp-block-cover__inner-container"><!-- wp:paragraph --><p>Cover</p><!-- /wp:paragraph --></div></div><!-- /wp:cover -->`,
    `<!-- wp:cover {"url":"${wide.url}","id":${wide.id},"hasParallax":true} --><div class="wp-block-cover has-parallax"><span aria-hidden="true" class="wp-block-cover__background has-background-dim"></span><div class="wp-block-cover__image-background wp-image-${wide.id} has-parallax" style="background-position:50% 50%;background-image:url(${wide.url})"></div><div class="wp-block-cover__inner-container"><!-- wp:paragraph --><p>Fixed</p><!-- /wp:paragraph --></div></div><!-- /wp:cover -->`,
    `<!-- wp:media-text {"mediaId":${portrait.id},"mediaType":"image"} --><div class="wp-block-media-text is-stacked-on-mobile"><figure class="wp-block-media-text__media"><img src="${sized(portrait, "large")}" alt="" class="wp-image-${portrait.id} size-full"/></figure><div class="wp-block-media-text__content"><!-- wp:paragraph --><p>Beside</p><!-- /wp:paragraph --></div></div><!-- /wp:media-text -->`,
    `<!-- wp:media-text {"mediaId":${landscape.id},"mediaType":"image","imageFill":true} --><div class="wp-block-media-text is-image-fill"><figure class="wp-block-media-text__media" style="background-image:url(${sized(landscape, "large")});background-position:50% 50%"><img src="${sized(landscape, "large")}" alt="" class="wp-image-${landscape.id} size-full"/></figure><div class="wp-block-media-text__content"><!-- wp:paragraph --><p>Filled</p><!-- /wp:paragraph --></div></div><!-- /wp:media-text -->`,
    `<!-- wp:video --><figure class="wp-block-video"><video controls poster="${landscape.url}"></video></figure><!-- /wp:video -->`,
    `<!-- wp:group {"style":{"background":{"backgroundImage":{"url":"${landscape.url}","id":${landscape.id},"source":"file"}}}} --><div class="wp-block-group"><!-- wp:paragraph --><p>Group with a picture behind it</p><!-- /wp:paragraph --></div><!-- /wp:group -->`,
    image(moving, "full"),
    `<!-- wp:html --><div style='background: #eee url("${logo.url}") no-repeat; width: 200px; height: 200px'>inline</div>
<style>.behind { background-image: url('${landscape.url}'); height: 120px } /* url(${landscape.url}) */</style><div class="behind">style sheet</div>
<picture><source media="(min-width: 900px)" srcset="${landscape.url}"><img src="${portrait.url}" alt="" width="300" height="400"></picture>
<img src="${sized(landscape, "medium")}" srcset="${sized(landscape, "medium")} 1x, ${landscape.url} 2x" alt="" width="300">
<img class="no-freshet" src="${sized(landscape, "thumbnail")}" alt="skipped">
<div class="lazy" data-bg="${landscape.url}"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" data-src="${logo.url}" data-srcset="${logo.url} 1x" alt=""></div>
<script>window.named = '<img src="${landscape.url}">';</script><script type="application/ld+json">{"image":"${landscape.url}"}</script>
<template><img src="${logo.url}" alt=""></template><noscript><img src="${logo.url}" alt=""></noscript><textarea><img src="${logo.url}"></textarea><!-- <img src="${logo.url}"> --><!-- /wp:html -->`,
    `<!-- wp:latest-posts {"displayFeaturedImage":true,"featuredImageSizeSlug":"medium"} /-->`,
  ].join("\n");
}
