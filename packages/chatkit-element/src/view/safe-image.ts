/** Addresses that an `img` may get from the server itself: no script can come of them. */
export function safeImage(url: string): boolean {
  return /^(https?:|blob:|data:image\/(png|jpe?g|gif|webp|avif);|\/|\.{0,2}\/)/i.test(url);
}
