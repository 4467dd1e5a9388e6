/** What an SVG may be made of: names that draw. Everything else is left out, whatever it is and whoever invents it. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

export const ELEMENTS = words(
  `svg g defs symbol use switch title desc style path rect circle ellipse line polyline polygon image
  text tspan textPath linearGradient radialGradient stop pattern clipPath mask marker
  filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
  feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge feMergeNode
  feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
  animate animateTransform animateMotion mpath set`,
);

export const ANIMATIONS = words("animate animateTransform animateMotion set");

/** Elements in which white space is text. */
export const TEXTS = words("text tspan textPath title desc");

/** Attributes that look, also as properties of CSS. */
const LOOKS = `alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-interpolation-filters
  cursor direction display dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font-family
  font-size font-size-adjust font-stretch font-style font-variant font-weight image-rendering letter-spacing
  lighting-color marker-end marker-mid marker-start mask mask-type mix-blend-mode opacity overflow paint-order
  pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
  stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering transform
  transform-origin unicode-bidi vector-effect visibility word-spacing writing-mode`;

const GEOMETRY = `x y x1 y1 x2 y2 cx cy r rx ry fx fy fr width height viewBox preserveAspectRatio d points pathLength
  dx dy rotate textLength lengthAdjust startOffset method spacing side offset gradientUnits gradientTransform
  spreadMethod patternUnits patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerHeight
  markerUnits markerWidth orient refX refY`;

const FILTERS = `filterUnits primitiveUnits in in2 result mode type values tableValues slope intercept amplitude exponent
  operator k1 k2 k3 k4 order kernelMatrix divisor bias targetX targetY edgeMode preserveAlpha surfaceScale
  diffuseConstant specularConstant specularExponent kernelUnitLength scale xChannelSelector yChannelSelector azimuth
  elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle stdDeviation radius baseFrequency numOctaves seed
  stitchTiles`;

/** What an animation may change: never where something leads, and never a style as a whole. */
export const ANIMATED = words(`${LOOKS} ${GEOMETRY} ${FILTERS}`);

export const ATTRIBUTES = words(
  `${LOOKS} ${GEOMETRY} ${FILTERS} id class lang role aria-label aria-labelledby aria-describedby aria-hidden version
  media systemLanguage requiredFeatures requiredExtensions attributeName attributeType begin dur end min max restart
  repeatCount repeatDur calcMode keyTimes keySplines keyPoints from to by additive accumulate path origin`,
);

export const SVG = "http://www.w3.org/2000/svg";
export const XLINK = "http://www.w3.org/1999/xlink";
export const XML = "http://www.w3.org/XML/1998/namespace";
