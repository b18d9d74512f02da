/** Whether an `img` may show an address that the server sent: no script can come of it. */
export function safeImage(url: string): boolean {
  return /^(https?:|blob:|data:image\/(png|jpe?g|gif|webp|avif);|\/|\.{0,2}\/)/i.test(url);
}
