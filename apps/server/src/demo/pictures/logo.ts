/** A drop with waves on nothing: whole, half and no transparency in one picture. */
export function logo(): string {
  const drop = "M600 60C760 330 990 540 990 800A390 390 0 0 1 210 800C210 540 440 330 600 60Z";
  const wave = (y: number, color: string, opacity: number) =>
    `<path d="M180 ${y}C330 ${y - 110} 420 ${y + 110} 600 ${y}S870 ${y - 110} 1020 ${y}V1230H180Z" fill="${color}" opacity="${opacity}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1300" viewBox="0 0 1200 1300"><defs><linearGradient id="body" x1="0" y1="0" x2=".6" y2="1"><stop offset="0" stop-color="#7fe0e8"/><stop offset=".55" stop-color="#1f9fc4"/><stop offset="1" stop-color="#0b5f8f"/></linearGradient><clipPath id="inside"><path d="${drop}"/></clipPath><radialGradient id="shadow"><stop offset="0" stop-color="#04324a" stop-opacity=".55"/><stop offset="1" stop-color="#04324a" stop-opacity="0"/></radialGradient></defs><ellipse cx="600" cy="1225" rx="360" ry="52" fill="url(#shadow)"/><path d="${drop}" fill="url(#body)"/><g clip-path="url(#inside)">${wave(760, "#ffffff", 0.22)}${wave(880, "#0a4f86", 0.45)}${wave(1_000, "#083b6b", 0.7)}</g><path d="M405 720C405 610 470 520 530 440" fill="none" stroke="#fff" stroke-width="44" stroke-linecap="round" opacity=".75"/></svg>`;
}
